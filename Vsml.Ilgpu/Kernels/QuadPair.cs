using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// A quad of each of two sub-RNNs that one thread steps side by side: weights, which both share, are loaded once. The same operations
/// as <see cref="Quad"/> has, so that the same text steps one sub-RNN or two.
/// </summary>
/// <param name="a">The first one's.</param>
/// <param name="b">The second one's.</param>
public readonly struct QuadPair(Quad a, Quad b)
{
    /// <summary>The first sub-RNN's quad.</summary>
    public readonly Quad A = a;

    /// <summary>The second sub-RNN's quad.</summary>
    public readonly Quad B = b;

    /// <summary>Makes quads of their floats.</summary>
    public QuadPair(Pair x, Pair y, Pair z, Pair w)
        : this(new Quad(x.A, y.A, z.A, w.A), new Quad(x.B, y.B, z.B, w.B))
    {
    }

    /// <summary>The first floats.</summary>
    public Pair X => new(A.X, B.X);

    /// <summary>The second floats.</summary>
    public Pair Y => new(A.Y, B.Y);

    /// <summary>The third floats.</summary>
    public Pair Z => new(A.Z, B.Z);

    /// <summary>The fourth floats.</summary>
    public Pair W => new(A.W, B.W);

    /// <summary>The sum.</summary>
    public static QuadPair operator +(QuadPair a, QuadPair b) => new(a.A + b.A, a.B + b.B);

    /// <summary>The sum with a quad that both share.</summary>
    public static QuadPair operator +(QuadPair a, Quad b) => new(a.A + b, a.B + b);

    /// <summary>The difference from one number each.</summary>
    public static QuadPair operator -(QuadPair a, Pair b) => new(a.A - b.A, a.B - b.B);

    /// <summary>The product, float by float.</summary>
    public static QuadPair operator *(QuadPair a, QuadPair b) => new(a.A * b.A, a.B * b.B);

    /// <summary>The product with one number each.</summary>
    public static QuadPair operator *(QuadPair a, Pair b) => new(a.A * b.A, a.B * b.B);

    /// <summary>a b + sum, where both share b.</summary>
    public static QuadPair MultiplyAdd(Pair a, Quad b, QuadPair sum) => new(Quad.MultiplyAdd(a.A, b, sum.A), Quad.MultiplyAdd(a.B, b, sum.B));

    /// <summary>a b + sum, where both share a and b.</summary>
    public static QuadPair MultiplyAdd(float a, Quad b, QuadPair sum) => new(Quad.MultiplyAdd(a, b, sum.A), Quad.MultiplyAdd(a, b, sum.B));

    /// <summary>The sums of the four floats.</summary>
    public static Pair Sum(QuadPair a) => new(Quad.Sum(a.A), Quad.Sum(a.B));

    /// <summary>The first floats as they are, zeros behind.</summary>
    public static QuadPair Leading(QuadPair a, int count) => new(Quad.Leading(a.A, count), Quad.Leading(a.B, count));

    /// <summary>1 / sqrt(a).</summary>
    public static Pair InverseRoot(Pair a) => new(DeviceMath.InverseRoot(a.A), DeviceMath.InverseRoot(a.B));

    /// <summary>Loads the quads of both sub-RNNs.</summary>
    /// <param name="memory">Where they lie.</param>
    /// <param name="index">The first one's.</param>
    /// <param name="distance">From there to the second one's.</param>
    public static QuadPair Load(ArrayView<Quad> memory, int index, int distance) => new(memory[index], memory[index + distance]);

    /// <summary>Stores the quads of both sub-RNNs.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, QuadPair value)
    {
        memory[index] = value.A;
        memory[index + distance] = value.B;
    }

    /// <summary>Stores the number of each sub-RNN, in quads of their own.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, Pair value)
    {
        memory[index] = new Quad(value.A, 0f, 0f, 0f);
        memory[index + distance] = new Quad(value.B, 0f, 0f, 0f);
    }

    /// <summary>A micro tick of one state entry of both, see <see cref="Cell"/>.</summary>
    public static Pair Step(QuadPair gates, Pair cell, out Pair newCell)
    {
        var a = Cell.Step(gates.A, cell.A, out var cellA);
        var b = Cell.Step(gates.B, cell.B, out var cellB);
        newCell = new Pair(cellA, cellB);
        return new Pair(a, b);
    }
}
