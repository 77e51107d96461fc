using Vsml.MetaTraining;

namespace Vsml.Ilgpu;

/// <summary>A pair's part of an episode in one meta-iteration.</summary>
/// <param name="Index">Index of the pair in the request's range.</param>
/// <param name="Began">Iteration in which its episode began.</param>
/// <param name="From">First example.</param>
/// <param name="To">End, exclusive.</param>
/// <param name="Task">Index of the episode's task.</param>
/// <param name="Begins">Whether its learners begin with it.</param>
/// <param name="Members">Learners that run: plus, minus, and where truncated ES goes on, theta itself.</param>
internal readonly record struct PopulationPart(int Index, uint Began, int From, int To, int Task, bool Begins, int Members)
{
    /// <summary>Examples to run.</summary>
    public int Count => To - From;

    /// <summary>The parts of a request.</summary>
    /// <param name="request">The request.</param>
    public static IEnumerable<PopulationPart> Of(PopulationRequest request)
    {
        for (var i = 0; i < request.PairCount; i++)
        {
            var (began, from, begins) = request.State.At(i, request.Iteration);
            var to = Math.Min(request.Episodes.Length, from + request.Length);
            var members = request.Variant == EsVariant.Truncated && to < request.Episodes.Length ? 3 : 2;
            yield return new PopulationPart(i, began, from, to, request.Episodes.Choose(request.Seed, began, (uint)(request.FirstPair + i)), begins, members);
        }
    }
}

/// <summary>Pairs that run side by side: with one layout, and for as many examples.</summary>
/// <param name="Parts">Their parts of episodes.</param>
internal sealed record PopulationWave(PopulationPart[] Parts)
{
    /// <summary>Index of their task.</summary>
    public int Task => Parts[0].Task;

    /// <summary>Learners of a pair.</summary>
    public int Members => Parts[0].Members;

    /// <summary>Examples to run.</summary>
    public int Count => Parts[0].Count;

    /// <summary>Divides a request into waves.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fit">How many pairs of a task fit the memory, for a number of members and of examples.</param>
    public static IReadOnlyList<PopulationWave> Of(PopulationRequest request, Func<int, int, int, int> fit) =>
        [.. PopulationPart.Of(request).GroupBy(part => (part.Task, part.Members, part.Count))
            .SelectMany(group => group.Chunk(fit(group.Key.Task, group.Key.Members, group.Key.Count)))
            .Select(parts => new PopulationWave(parts))];
}
