namespace Vsml.MetaTraining;

/// <summary>
/// Where the unfinished episodes of a population (or meta-batch) stand between two meta-iterations, as plain values that a
/// checkpoint can store. Immutable. Whoever changes tasks or episode length goes on from <see cref="Empty"/>.
/// </summary>
public sealed class UnrollState
{
    /// <summary>No episode has begun; all that estimators for whole episodes ever return.</summary>
    public static UnrollState Empty { get; } = new([], [], []);

    /// <summary>Makes a state.</summary>
    /// <param name="began">Meta-iteration in which each episode began, or will begin [pairs].</param>
    /// <param name="positions">Examples of each episode that are done, or left out before it begins [pairs].</param>
    /// <param name="learners">
    /// What the learners of each pair have learned so far, [pairs] of nothing, where they begin, or of one learner's floats after the other's.
    /// </param>
    public UnrollState(IReadOnlyList<uint> began, IReadOnlyList<int> positions, IReadOnlyList<float[]> learners)
    {
        if (began.Count != positions.Count || began.Count != learners.Count)
            throw new ArgumentException($"An unroll state has as many beginnings ({began.Count}) as positions ({positions.Count}) and learners ({learners.Count}).");
        (Began, Positions, Learners) = (began, positions, learners);
    }

    /// <summary>Meta-iteration in which each episode began, or will begin [pairs].</summary>
    public IReadOnlyList<uint> Began { get; }

    /// <summary>Examples of each episode that are done, or left out before it begins [pairs].</summary>
    public IReadOnlyList<int> Positions { get; }

    /// <summary>What the learners of each pair have learned so far [pairs].</summary>
    public IReadOnlyList<float[]> Learners { get; }

    /// <summary>Number of pairs; 0 if no episode has begun.</summary>
    public int PairCount => Began.Count;

    /// <summary>Part of the state.</summary>
    /// <param name="first">First pair.</param>
    /// <param name="count">Number of pairs.</param>
    public UnrollState Slice(int first, int count) => PairCount == 0 ? Empty
        : new UnrollState([.. Began.Skip(first).Take(count)], [.. Positions.Skip(first).Take(count)], [.. Learners.Skip(first).Take(count)]);

    /// <summary>The state before the first iteration of episodes that do not all begin at their first example.</summary>
    /// <param name="truncation">Says where each begins.</param>
    /// <param name="pairs">Number of pairs.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="episodeLength">T, examples of an episode.</param>
    internal static UnrollState Beginning(TruncationSchedule truncation, int pairs, uint iteration, int episodeLength)
    {
        var positions = Enumerable.Range(0, pairs).Select(pair => truncation.Start(pair, episodeLength)).ToArray();
        return Array.TrueForAll(positions, position => position == 0) ? Empty
            : new UnrollState([.. positions.Select(_ => iteration)], positions, [.. positions.Select(_ => Array.Empty<float>())]);
    }

    internal (uint Began, int Position, bool Begins) At(int pair, uint iteration) =>
        PairCount == 0 ? (iteration, 0, true) : (Began[pair], Positions[pair], Learners[pair].Length == 0);
}
