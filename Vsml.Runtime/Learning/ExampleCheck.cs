using System.Numerics.Tensors;

namespace Vsml;

/// <summary>What every learner asks of an example before anything changes; see <see cref="IOnlineLearner"/>.</summary>
internal static class ExampleCheck
{
    // Far above any use, and far below where products with theta overflow: that would end in NaN, and a learner never recovers from it.
    private const float LargestValue = 1e30f, MostWeight = 1e6f;

    /// <summary>Checks an input.</summary>
    public static void Input(ReadOnlySpan<float> input, int size)
    {
        if (input.Length != size) throw new ArgumentException($"The input has {input.Length} values, but this learner takes {size}.", nameof(input));
        // Whole vectors at a time, NaN wins; one by one only to say where.
        if (MathF.Abs(TensorPrimitives.MaxMagnitude(input)) <= LargestValue) return;
        var at = 0;
        while (MathF.Abs(input[at]) <= LargestValue) at++;
        throw new ArgumentException($"The input holds {input[at]} at index {at}; every value must be finite and at most {LargestValue} in size.", nameof(input));
    }

    /// <summary>Checks the index of a class.</summary>
    public static void Label(int label, int classes)
    {
        if ((uint)label >= (uint)classes) throw new ArgumentOutOfRangeException(nameof(label), label, $"There is no class {label}; this learner has classes 0 to {classes - 1}.");
    }

    /// <summary>Checks a soft label.</summary>
    public static void Label(ReadOnlySpan<float> label, int classes)
    {
        if (label.Length != classes) throw new ArgumentException($"The label has {label.Length} weights, but this learner has {classes} classes.", nameof(label));
        var sum = 0f;
        for (var b = 0; b < label.Length; b++)
        {
            if (!(label[b] >= 0f && float.IsFinite(label[b]))) throw new ArgumentException($"The label holds {label[b]} at index {b}; a weight must be finite and not negative.", nameof(label));
            sum += label[b];
        }
        if (sum > MostWeight) throw new ArgumentException($"The label's weights add up to {sum}; at most {MostWeight} are possible.", nameof(label));
        if (sum == 0f) throw new ArgumentException("The label gives no class a weight above zero. To see what the learner says without a label, call Predict.", nameof(label));
    }
}
