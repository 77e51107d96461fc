using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>Activation functions of the baselines, with the same bits on every machine.</summary>
internal static class Activation
{
    public static float Sigmoid(float x) => 1f / (1f + DeterministicMath.Exp(-x));

    public static void Tanh(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = DeterministicMath.Tanh(values[i]);
    }
}
