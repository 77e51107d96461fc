namespace Vsml.Baselines;

/// <summary>
/// An optimizer's memory of one block of parameters. A learner calls <see cref="Next"/> once an example, then <see cref="Apply"/> for
/// parts that together cover the block, each once. Nothing is allocated after the construction, and results depend on nothing but
/// the calls since the last <see cref="Reset"/>.
/// </summary>
public abstract class ParameterSteps
{
    /// <summary>Forgets all steps: as after the construction.</summary>
    public abstract void Reset();

    /// <summary>Begins the next step; <see cref="Apply"/> follows for every part of the block.</summary>
    public abstract void Next();

    /// <summary>Changes a part of the block.</summary>
    /// <param name="start">Where in the block the part begins.</param>
    /// <param name="gradient">The part's gradient; overwritten.</param>
    /// <param name="parameters">The part.</param>
    public abstract void Apply(int start, Span<float> gradient, Span<float> parameters);
}
