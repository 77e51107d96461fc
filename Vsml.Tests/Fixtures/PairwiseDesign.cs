namespace Vsml.Tests.Fixtures;

/// <summary>Few combinations of options in which every pair of values of two options occurs.</summary>
public static class PairwiseDesign
{
    /// <summary>Chooses rows greedily, always the same for the same counts.</summary>
    /// <param name="counts">Number of values of each option.</param>
    /// <returns>Rows of value indices, one per option.</returns>
    public static IReadOnlyList<int[]> Rows(params int[] counts)
    {
        var missing = AllPairs(counts).ToHashSet();
        var random = new Random(counts.Length);
        var rows = new List<int[]>();
        while (missing.Count > 0)
        {
            // Each candidate is built around one missing pair, so that every row makes progress.
            var best = Enumerable.Range(0, 30).Select(_ => Candidate(counts, missing, random)).MaxBy(row => Covered(row, missing))!;
            missing.ExceptWith(PairsOf(best));
            rows.Add(best);
        }
        return rows;
    }

    /// <summary>All pairs of values of two options, as (option, value, option, value).</summary>
    /// <param name="counts">Number of values of each option.</param>
    public static IEnumerable<(int Option, int Value, int OtherOption, int OtherValue)> AllPairs(IReadOnlyList<int> counts) =>
        from i in Enumerable.Range(0, counts.Count)
        from j in Enumerable.Range(i + 1, counts.Count - i - 1)
        from a in Enumerable.Range(0, counts[i])
        from b in Enumerable.Range(0, counts[j])
        select (i, a, j, b);

    /// <summary>The pairs that one row covers.</summary>
    /// <param name="row">Value indices.</param>
    public static IEnumerable<(int Option, int Value, int OtherOption, int OtherValue)> PairsOf(int[] row) =>
        from i in Enumerable.Range(0, row.Length)
        from j in Enumerable.Range(i + 1, row.Length - i - 1)
        select (i, row[i], j, row[j]);

    private static int Covered(int[] row, HashSet<(int, int, int, int)> missing) => PairsOf(row).Count(missing.Contains);

    private static int[] Candidate(int[] counts, HashSet<(int Option, int Value, int OtherOption, int OtherValue)> missing, Random random)
    {
        var row = Array.ConvertAll(counts, count => random.Next(count));
        var seed = missing.ElementAt(random.Next(missing.Count));
        (row[seed.Option], row[seed.OtherOption]) = (seed.Value, seed.OtherValue);
        return row;
    }
}
