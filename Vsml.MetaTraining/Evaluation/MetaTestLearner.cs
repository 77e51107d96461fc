using System.Globalization;
using Vsml.Baselines;

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

    /// <summary>Softmax regression by SGD from zero, with the best of the 13 learning rates.</summary>
    public static MetaTestLearner Sgd { get; } = OverRates("sgd", rate => new OnlineSgd(rate));

    /// <summary>Softmax regression by Adam from zero, with the best of the 13 learning rates.</summary>
    public static MetaTestLearner Adam { get; } = OverRates("adam", rate => new OnlineAdam(rate));

    /// <summary>Online nearest class mean.</summary>
    public static MetaTestLearner NearestClassMean { get; } =
        new("ncm", [new("", (inputs, outputs) => new NearestClassMean(inputs, outputs))]);

    /// <summary>The baselines of the published comparisons: SGD, Adam, nearest class mean.</summary>
    public static IReadOnlyList<MetaTestLearner> Baselines { get; } = [Sgd, Adam, NearestClassMean];

    private static MetaTestLearner OverRates(string name, Func<float, OnlineOptimizer> optimizer) =>
        new(name, [.. OnlineOptimizer.LearningRates.Select(rate => new LearnerVariant(
            "learning rate " + rate.ToString(CultureInfo.InvariantCulture), (inputs, outputs) => new GradientDescentLearner(inputs, outputs, optimizer(rate))))]);
}

/// <summary>One way to set up a learner.</summary>
/// <param name="Name">What tells it from the learner's other variants; empty if there are none.</param>
/// <param name="Create">Makes a learner for a number of inputs and of classes; called once per thread.</param>
public sealed record LearnerVariant(string Name, Func<int, int, IOnlineLearner> Create);
