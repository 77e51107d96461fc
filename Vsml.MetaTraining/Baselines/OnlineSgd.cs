using System.Numerics.Tensors;

namespace Vsml.Baselines;

/// <summary>Plain stochastic gradient descent.</summary>
/// <param name="LearningRate">The learning rate; above 0.</param>
public sealed record OnlineSgd(float LearningRate) : OnlineOptimizer(LearningRate)
{
    /// <inheritdoc/>
    public override ParameterSteps Begin(int count) => new Steps(LearningRate);

    private sealed class Steps(float learningRate) : ParameterSteps
    {
        public override void Reset()
        {
        }

        public override void Next()
        {
        }

        public override void Apply(int start, Span<float> gradient, Span<float> parameters) =>
            TensorPrimitives.MultiplyAdd(gradient, -learningRate, parameters, parameters);
    }
}
