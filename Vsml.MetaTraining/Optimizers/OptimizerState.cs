namespace Vsml.MetaTraining;

/// <summary>
/// What an optimizer remembers between steps, as plain values that a checkpoint can store. Steps change it in place.
/// </summary>
public sealed class OptimizerState
{
    /// <summary>Makes a state.</summary>
    /// <param name="steps">Steps taken so far.</param>
    /// <param name="moments">Named vectors, often with one value a parameter.</param>
    public OptimizerState(long steps, IReadOnlyDictionary<string, double[]> moments)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        Steps = steps;
        Moments = moments;
    }

    /// <summary>Steps taken so far; an optimizer counts its own.</summary>
    public long Steps { get; set; }

    /// <summary>Named vectors, whose values steps change in place.</summary>
    public IReadOnlyDictionary<string, double[]> Moments { get; }

    /// <summary>A copy that later steps leave alone.</summary>
    public OptimizerState Copy() =>
        new(Steps, Moments.ToDictionary(moment => moment.Key, moment => (double[])moment.Value.Clone()));

    /// <summary>A vector with one value a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="count">Number of parameters.</param>
    /// <exception cref="VsmlException">The state has no such vector, or one of another length.</exception>
    public double[] Moment(string name, int count)
    {
        if (!Moments.TryGetValue(name, out var moment))
            throw new VsmlException($"The optimizer state has no '{name}'; it holds {(Moments.Count == 0 ? "nothing" : string.Join(", ", Moments.Keys))}. It belongs to another optimizer.");
        if (moment.Length != count)
            throw new VsmlException($"The optimizer state's '{name}' has {moment.Length} values, but there are {count} parameters.");
        return moment;
    }
}
