using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>A dense layer that is trained by one example after another.</summary>
internal sealed class OnlineDenseLayer(int inputs, int outputs, OnlineOptimizer optimizer)
{
    private readonly float[] _gradient = new float[Math.Max(inputs, outputs)];
    private readonly ParameterSteps _weightSteps = optimizer.Begin(inputs * outputs);
    private readonly ParameterSteps _biasSteps = optimizer.Begin(outputs);

    /// <summary>Weights [outputs, inputs].</summary>
    public float[] Weights { get; } = new float[inputs * outputs];

    /// <summary>Biases [outputs].</summary>
    public float[] Biases { get; } = new float[outputs];

    /// <summary>All parameters become zero.</summary>
    public void Clear()
    {
        Array.Clear(Weights);
        Array.Clear(Biases);
        _weightSteps.Reset();
        _biasSteps.Reset();
    }

    /// <summary>Weights become truncated normal with sigma 1 / sqrt(inputs), biases zero.</summary>
    public void Initialise(ref CounterRandom random)
    {
        Clear();
        random.FillTruncatedNormal(Weights);
        TensorPrimitives.Multiply(Weights, 1f / MathF.Sqrt(inputs), Weights);
    }

    /// <summary>W x + b.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        for (var o = 0; o < outputs; o++) output[o] = FixedOrder.Dot(input, Weights.AsSpan(o * inputs, inputs)) + Biases[o];
    }

    /// <summary>The inputs' gradient, of the weights as they are.</summary>
    public void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        inputGradient.Clear();
        for (var o = 0; o < outputs; o++)
            TensorPrimitives.MultiplyAdd(Weights.AsSpan(o * inputs, inputs), outputGradient[o], inputGradient, inputGradient);
    }

    /// <summary>One step of the optimizer.</summary>
    public void Step(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient)
    {
        _weightSteps.Next();
        _biasSteps.Next();
        for (var o = 0; o < outputs; o++)
        {
            var gradient = _gradient.AsSpan(0, inputs);
            TensorPrimitives.Multiply(input, outputGradient[o], gradient);
            _weightSteps.Apply(o * inputs, gradient, Weights.AsSpan(o * inputs, inputs));
        }
        var biasGradient = _gradient.AsSpan(0, outputs);
        outputGradient.CopyTo(biasGradient);
        _biasSteps.Apply(0, biasGradient, Biases);
    }
}
