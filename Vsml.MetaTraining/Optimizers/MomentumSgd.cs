using System.ComponentModel.DataAnnotations;

namespace Vsml.MetaTraining;

/// <summary>
/// Gradient descent with momentum: velocity = momentum * velocity + gradient; theta -= learning rate * (velocity + weight decay *
/// theta).
/// </summary>
[VsmlPart("sgd")]
public sealed record MomentumSgd : IMetaOptimizer
{
    private const string VelocityName = "sgd/velocity";

    /// <summary>Part of the velocity that is kept. Default 0.9; 0 is plain gradient descent.</summary>
    [Range(0, 0.999999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Part of theta that a step with learning rate 1 takes away. Default 0.</summary>
    [Range(0, 1.0)]
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    [Range(0, 1e12)]
    public double ClipNorm { get; init; }

    /// <inheritdoc/>
    public OptimizerState Initial(int parameterCount) =>
        new(0, new Dictionary<string, double[]> { [VelocityName] = new double[parameterCount] });

    /// <inheritdoc/>
    public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta)
    {
        if (gradient.Length != theta.Length) throw new ArgumentException($"The gradient has {gradient.Length} values, theta {theta.Length}.");
        var velocity = state.Moment(VelocityName, theta.Length);
        state.Steps++;
        for (var i = 0; i < theta.Length; i++)
        {
            velocity[i] = Momentum * velocity[i] + gradient[i];
            theta[i] = (float)(theta[i] - learningRate * (velocity[i] + WeightDecay * theta[i]));
        }
    }
}
