namespace Vsml.Ilgpu.Kernels;

/// <summary>A number of each of two sub-RNNs that one thread steps side by side.</summary>
/// <param name="a">The first one's.</param>
/// <param name="b">The second one's.</param>
public readonly struct Pair(float a, float b)
{
    /// <summary>The first sub-RNN's number.</summary>
    public readonly float A = a;

    /// <summary>The second sub-RNN's number.</summary>
    public readonly float B = b;

    /// <summary>The sum.</summary>
    public static Pair operator +(Pair a, Pair b) => new(a.A + b.A, a.B + b.B);

    /// <summary>The sum with a number that both share.</summary>
    public static Pair operator +(Pair a, float b) => new(a.A + b, a.B + b);

    /// <summary>The difference.</summary>
    public static Pair operator -(Pair a, Pair b) => new(a.A - b.A, a.B - b.B);

    /// <summary>The product.</summary>
    public static Pair operator *(Pair a, Pair b) => new(a.A * b.A, a.B * b.B);

    /// <summary>The product with a number that both share.</summary>
    public static Pair operator *(Pair a, float b) => new(a.A * b, a.B * b);
}
