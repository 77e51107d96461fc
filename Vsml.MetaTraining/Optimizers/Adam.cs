using System.ComponentModel.DataAnnotations;

namespace Vsml.MetaTraining;

/// <summary>
/// Adam (Kingma and Ba, 2015, algorithm 1), with decoupled weight decay (Loshchilov and Hutter, 2019) if asked for. Moments are
/// kept and steps computed in double precision.
/// </summary>
[VsmlPart("adam")]
public sealed record Adam : IMetaOptimizer
{
    private const string FirstMoment = "adam/m", SecondMoment = "adam/v";

    /// <summary>Decay of the mean of gradients. Default 0.9.</summary>
    [Range(0, 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of squared gradients. Default 0.999.</summary>
    [Range(0, 0.999999999)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment. Default 1e-8.</summary>
    [Range(1e-30, 1)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Part of theta that a step with learning rate 1 takes away. Default 0.</summary>
    [Range(0, 1.0)]
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    [Range(0, 1e12)]
    public double ClipNorm { get; init; }

    /// <inheritdoc/>
    public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]>
    {
        [FirstMoment] = new double[parameterCount],
        [SecondMoment] = new double[parameterCount],
    });

    /// <inheritdoc/>
    public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta)
    {
        if (gradient.Length != theta.Length) throw new ArgumentException($"The gradient has {gradient.Length} values, theta {theta.Length}.");
        var m = state.Moment(FirstMoment, theta.Length);
        var v = state.Moment(SecondMoment, theta.Length);
        state.Steps++;
        var scale1 = 1 / (1 - Powers.Of(Beta1, state.Steps));
        var scale2 = 1 / (1 - Powers.Of(Beta2, state.Steps));
        for (var i = 0; i < theta.Length; i++)
        {
            double g = gradient[i];
            m[i] = Beta1 * m[i] + (1 - Beta1) * g;
            v[i] = Beta2 * v[i] + (1 - Beta2) * g * g;
            var step = m[i] * scale1 / (Math.Sqrt(v[i] * scale2) + Epsilon) + WeightDecay * theta[i];
            theta[i] = (float)(theta[i] - learningRate * step);
        }
    }
}
