using System.Numerics.Tensors;

namespace Vsml.Baselines;

/// <summary>Adam (Kingma and Ba, 2015, algorithm 1).</summary>
/// <param name="LearningRate">The learning rate; above 0.</param>
public sealed record OnlineAdam(float LearningRate) : OnlineOptimizer(LearningRate)
{
    /// <summary>Decay of the mean of gradients. Default 0.9.</summary>
    public float Beta1 { get; init; } = .9f;

    /// <summary>Decay of the mean of squared gradients. Default 0.999.</summary>
    public float Beta2 { get; init; } = .999f;

    /// <summary>Added to the root of the second moment. Default 1e-8.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <inheritdoc/>
    public override ParameterSteps Begin(int count) => new Steps(this, count);

    private sealed class Steps(OnlineAdam options, int count) : ParameterSteps
    {
        private readonly float[] _first = new float[count];
        private readonly float[] _second = new float[count];
        private readonly float[] _scratch = new float[count];
        private double _decay1 = 1;
        private double _decay2 = 1;
        private float _rate;
        private float _epsilon;

        public override void Reset()
        {
            Array.Clear(_first);
            Array.Clear(_second);
            (_decay1, _decay2) = (1, 1);
        }

        public override void Next()
        {
            _decay1 *= options.Beta1;
            _decay2 *= options.Beta2;
            // m/(1-d1) / (sqrt(v/(1-d2)) + eps), with the root's correction drawn out of the fraction.
            var correction = Math.Sqrt(1 - _decay2);
            _rate = (float)(-options.LearningRate * correction / (1 - _decay1));
            _epsilon = (float)(options.Epsilon * correction);
        }

        public override void Apply(int start, Span<float> gradient, Span<float> parameters)
        {
            var first = _first.AsSpan(start, gradient.Length);
            var second = _second.AsSpan(start, gradient.Length);
            var scratch = _scratch.AsSpan(0, gradient.Length);
            TensorPrimitives.Multiply(first, options.Beta1, first);
            TensorPrimitives.MultiplyAdd(gradient, 1f - options.Beta1, first, first);
            TensorPrimitives.Multiply(gradient, gradient, gradient);
            TensorPrimitives.Multiply(second, options.Beta2, second);
            TensorPrimitives.MultiplyAdd(gradient, 1f - options.Beta2, second, second);
            TensorPrimitives.Sqrt(second, scratch);
            TensorPrimitives.Add(scratch, _epsilon, scratch);
            TensorPrimitives.Divide(first, scratch, scratch);
            TensorPrimitives.MultiplyAdd(scratch, _rate, parameters, parameters);
        }
    }
}
