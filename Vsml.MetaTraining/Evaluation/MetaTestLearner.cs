using System.Globalization;
using Vsml.Baselines;
using Vsml.MetaTraining;

namespace Vsml.Evaluation;

/// <summary>
/// A learner that takes part in a meta-test. With several variants, such as learning rates, the best one is chosen for every
/// horizon on the test episodes themselves, which flatters baselines rather than us.
/// </summary>
/// <param name="Name">Its name in results.</param>
/// <param name="Variants">Its variants, at least one.</param>
public sealed record MetaTestLearner(string Name, IReadOnlyList<LearnerVariant> Variants)
{
    /// <summary>A VSML network.</summary>
    /// <param name="name">vsml or untrained.</param>
    /// <param name="model">The model; its layers fit the task.</param>
    /// <param name="theta">Theta, packed for the level to run at.</param>
    public static MetaTestLearner Vsml(string name, VsmlModel model, PackedTheta theta) =>
        new(name, [new("", (_, _) => new Learner(model, theta))]);

    /// <summary>A learner that was meta-trained.</summary>
    /// <param name="name">Its name in results.</param>
    /// <param name="parameters">What meta-training found.</param>
    public static MetaTestLearner Of(string name, LearnerParameters parameters) => new(name, [new("", parameters.CreateFor)]);

    /// <summary>A baseline under its registered name.</summary>
    /// <param name="baseline">The baseline.</param>
    /// <exception cref="ArgumentException">Its type is not registered (<see cref="Parts"/>).</exception>
    public static MetaTestLearner Of(BaselineDescription baseline) => new(Parts.NameOf(baseline), baseline.Variants);

    /// <summary>The baselines of the published comparisons: SGD, Adam, nearest class mean.</summary>
    public static IReadOnlyList<MetaTestLearner> PublishedBaselines { get; } = [Of(new SgdBaseline()), Of(new AdamBaseline()), Of(new NearestClassMeanBaseline())];

    /// <summary>
    /// All registered baselines with their defaults (<see cref="Parts"/>): the published ones, Gaussian naive Bayes, nearest neighbours
    /// and passive-aggressive, then those of other assemblies.
    /// </summary>
    public static IReadOnlyList<MetaTestLearner> Baselines => [.. Parts.CreateAll<BaselineDescription>().Select(Of)];
}

/// <summary>One way to set up a learner.</summary>
/// <param name="Name">What tells it from the learner's other variants; empty if there are none.</param>
/// <param name="Create">Makes a learner for a number of inputs and of classes; called once per thread.</param>
public sealed record LearnerVariant(string Name, Func<int, int, IOnlineLearner> Create)
{
    /// <summary>A variant for every value of a setting.</summary>
    /// <param name="setting">The setting in words.</param>
    /// <param name="values">Its values.</param>
    /// <param name="create">Makes a learner for numbers of inputs and classes, and a value.</param>
    public static IReadOnlyList<LearnerVariant> Over(string setting, IEnumerable<float> values, Func<int, int, float, IOnlineLearner> create) =>
        [.. values.Select(value => new LearnerVariant($"{setting} {value.ToString(CultureInfo.InvariantCulture)}", (inputs, outputs) => create(inputs, outputs, value)))];
}
