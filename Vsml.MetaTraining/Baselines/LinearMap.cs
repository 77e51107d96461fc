using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>x W + b with W [inputs, outputs]; the sum runs over the inputs in order, then comes the bias.</summary>
internal sealed class LinearMap(int inputs, int outputs)
{
    /// <summary>Number of parameters: the weights, then the biases.</summary>
    public int ParameterCount => inputs * outputs + outputs;

    /// <summary>Inputs of the map.</summary>
    public int Inputs => inputs;

    /// <summary>Outputs of the map.</summary>
    public int Outputs => outputs;

    private readonly float[] _weights = new float[inputs * outputs];
    private readonly float[] _biases = new float[outputs];

    /// <summary>Takes its parameters off the front of theta.</summary>
    public void Load(ref ReadOnlySpan<float> theta)
    {
        theta[.._weights.Length].CopyTo(_weights);
        theta.Slice(_weights.Length, outputs).CopyTo(_biases);
        theta = theta[ParameterCount..];
    }

    /// <summary>Writes initial parameters to the front of theta: weights truncated normal with sigma 1 / sqrt(inputs), biases 0.</summary>
    public void Initialise(ref Span<float> theta, ref CounterRandom random)
    {
        var weights = theta[..(inputs * outputs)];
        random.FillTruncatedNormal(weights);
        TensorPrimitives.Multiply(weights, 1f / MathF.Sqrt(inputs), weights);
        theta.Slice(weights.Length, outputs).Clear();
        theta = theta[ParameterCount..];
    }

    /// <summary>Computes the map.</summary>
    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        Products(input, _weights, output);
        TensorPrimitives.Add(output, _biases, output);
    }

    /// <summary>Goes back through the map.</summary>
    /// <param name="input">Its input.</param>
    /// <param name="output">Gradient of its output.</param>
    /// <param name="parameters">Grows by the gradient of weights and biases.</param>
    /// <param name="inputGradient">Receives the gradient of the input.</param>
    public void Reverse(ReadOnlySpan<float> input, ReadOnlySpan<float> output, Span<float> parameters, Span<float> inputGradient)
    {
        for (var i = 0; i < inputs; i++)
        {
            var row = parameters.Slice(i * outputs, outputs);
            TensorPrimitives.MultiplyAdd(output, input[i], row, row);
            inputGradient[i] = FixedOrder.Dot(_weights.AsSpan(i * outputs, outputs), output);
        }
        var biases = parameters.Slice(inputs * outputs, outputs);
        TensorPrimitives.Add(biases, output, biases);
    }

    /// <summary>x W alone.</summary>
    public static void Products(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output)
    {
        output.Clear();
        for (var i = 0; i < input.Length; i++)
            TensorPrimitives.MultiplyAdd(weights.Slice(i * output.Length, output.Length), input[i], output, output);
    }
}
