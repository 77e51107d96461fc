using System.ComponentModel.DataAnnotations;
using System.Globalization;
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
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.OverRates(LearningRates, rate => new OnlineSgd(rate));
}

/// <summary>Softmax regression by Adam from zero.</summary>
[VsmlPart("adam")]
public sealed record AdamBaseline : BaselineDescription
{
    /// <summary>The learning rates to choose from. Default <see cref="OnlineOptimizer.LearningRates"/>.</summary>
    [MinLength(1), Range(1e-12, 1e6)]
    public EquatableArray<float> LearningRates { get; init; } = OnlineOptimizer.LearningRates;

    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants => LearnerVariant.OverRates(LearningRates, rate => new OnlineAdam(rate));
}

/// <summary>Online nearest class mean.</summary>
[VsmlPart("ncm")]
public sealed record NearestClassMeanBaseline : BaselineDescription
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearnerVariant> Variants { get; } = [new("", (inputs, outputs) => new NearestClassMean(inputs, outputs))];
}
