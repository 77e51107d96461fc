using System.ComponentModel.DataAnnotations;
using Vsml.Baselines;
using Vsml.MetaTraining;

namespace Vsml.Evaluation;

/// <summary>Softmax regression by SGD from zero.</summary>
[VsmlPart("sgd")]
public sealed record SgdBaseline : BaselineDescription
{
    /// <summary>The learning rates to choose from. Default <see cref="OnlineOptimizer.LearningRates"/>.</summary>
    [MinLength(1), Range(1e-12, 1e6)]
    public EquatableArray<float> LearningRates { get; init; } = OnlineOptimizer.LearningRates;

    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.Over(
        "learning rate", LearningRates, (inputs, outputs, rate) => new GradientDescentLearner(inputs, outputs, new OnlineSgd(rate)));
}

/// <summary>Softmax regression by Adam from zero.</summary>
[VsmlPart("adam")]
public sealed record AdamBaseline : BaselineDescription
{
    /// <summary>The learning rates to choose from. Default <see cref="OnlineOptimizer.LearningRates"/>.</summary>
    [MinLength(1), Range(1e-12, 1e6)]
    public EquatableArray<float> LearningRates { get; init; } = OnlineOptimizer.LearningRates;

    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.Over(
        "learning rate", LearningRates, (inputs, outputs, rate) => new GradientDescentLearner(inputs, outputs, new OnlineAdam(rate)));
}

/// <summary>Online nearest class mean.</summary>
[VsmlPart("ncm")]
public sealed record NearestClassMeanBaseline : BaselineDescription
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants { get; } = [new("", (inputs, outputs) => new NearestClassMean(inputs, outputs))];
}

/// <summary>Online Gaussian naive Bayes.</summary>
[VsmlPart("gaussian-nb")]
public sealed record GaussianNaiveBayesBaseline : BaselineDescription
{
    /// <summary>The smoothings to choose from (<see cref="GaussianNaiveBayes"/>). Default 1e-9, 1e-6, 1e-3, .01, .03, .1, .3, 1.</summary>
    [MinLength(1), Range(1e-12, 1e6)]
    public EquatableArray<float> Smoothings { get; init; } = [1e-9f, 1e-6f, 1e-3f, .01f, .03f, .1f, .3f, 1f];

    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.Over(
        "smoothing", Smoothings, (inputs, outputs, smoothing) => new GaussianNaiveBayes(inputs, outputs, smoothing));
}

/// <summary>The k nearest among all examples seen.</summary>
[VsmlPart("knn")]
public sealed record NearestNeighboursBaseline : BaselineDescription
{
    /// <summary>The numbers of neighbours to choose from. Default 1, 3, 5, 10.</summary>
    [MinLength(1), Range(1, 1000)]
    public EquatableArray<int> Neighbours { get; init; } = [1, 3, 5, 10];

    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.Over(
        "k", Neighbours.Select(k => (float)k), (inputs, outputs, k) => new NearestNeighbours(inputs, outputs, (int)k));
}

/// <summary>The passive-aggressive algorithm PA-I.</summary>
[VsmlPart("passive-aggressive")]
public sealed record PassiveAggressiveBaseline : BaselineDescription
{
    /// <summary>The longest steps C to choose from. Default the 13 numbers of <see cref="OnlineOptimizer.LearningRates"/>.</summary>
    [MinLength(1), Range(1e-12, 1e6)]
    public EquatableArray<float> Aggressiveness { get; init; } = OnlineOptimizer.LearningRates;

    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.Over(
        "C", Aggressiveness, (inputs, outputs, aggressiveness) => new PassiveAggressive(inputs, outputs, aggressiveness));
}
