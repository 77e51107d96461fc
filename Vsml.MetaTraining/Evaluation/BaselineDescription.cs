namespace Vsml.Evaluation;

/// <summary>
/// A baseline of meta-tests: a plain value, compared by value. One marked <see cref="MetaTraining.VsmlPartAttribute"/> takes part in
/// <c>vsml test --baselines</c> under its name, with the defaults of all its fields. It promises learners that keep what
/// <see cref="IOnlineLearner"/> says, and that their stream and examples alone decide.
/// </summary>
[MetaTraining.PartFamily("baseline", NeedsDefaults = true)]
public abstract record BaselineDescription
{
    /// <summary>Ways to set it up, at least one. Of several the best one is chosen for every horizon.</summary>
    public abstract IReadOnlyList<LearnerVariant> Variants { get; }
}
