namespace Vsml.Numerics;

/// <summary>The bound of the network's output, tanh(x / T) T.</summary>
public static class OutputBound
{
    /// <summary>Bounds one output.</summary>
    /// <param name="x">The output.</param>
    /// <param name="bound">T, or 0 for none.</param>
    public static float Apply(float x, float bound) => bound > 0f ? DeterministicMath.Tanh(x / bound) * bound : x;

    /// <summary>Bounds outputs in place.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="bound">T, or 0 for none.</param>
    public static void Apply(Span<float> outputs, float bound)
    {
        if (!(bound > 0f)) return;
        for (var b = 0; b < outputs.Length; b++) outputs[b] = Apply(outputs[b], bound);
    }
}
