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

    /// <summary>The product with a quad that both share.</summary>
    public static QuadPair operator *(QuadPair a, Quad b) => new(a.A * b, a.B * b);

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

    /// <summary>sum + (w0 a, w1 a, w2 a, w3 a), scalar products with four rows of theta, which both share.</summary>
    public static QuadPair AddProducts(QuadPair sum, ArrayView<Quad> theta, int row, int step, QuadPair a)
    {
        Quad w0 = theta[row], w1 = theta[row + step], w2 = theta[row + 2 * step], w3 = theta[row + 3 * step];
        return new QuadPair(
            new Quad(Quad.AddProduct(sum.A.X, w0, a.A), Quad.AddProduct(sum.A.Y, w1, a.A), Quad.AddProduct(sum.A.Z, w2, a.A), Quad.AddProduct(sum.A.W, w3, a.A)),
            new Quad(Quad.AddProduct(sum.B.X, w0, a.B), Quad.AddProduct(sum.B.Y, w1, a.B), Quad.AddProduct(sum.B.Z, w2, a.B), Quad.AddProduct(sum.B.W, w3, a.B)));
    }

    /// <summary>The quads of both sub-RNNs.</summary>
    public static QuadPair Of(Quad a, Quad b) => new(a, b);

    /// <summary>1 / sqrt(a).</summary>
    public static Pair InverseRoot(Pair a) => new(DeviceMath.InverseRoot(a.A), DeviceMath.InverseRoot(a.B));

    /// <summary>Loads the quads of both sub-RNNs.</summary>
    /// <param name="memory">Where they lie.</param>
    /// <param name="index">The first one's.</param>
    /// <param name="distance">From there to the second one's.</param>
    public static QuadPair Load(ArrayView<Quad> memory, int index, int distance) => new(memory[index], memory[index + distance]);

    /// <summary>Loads those of sub-RNNs whose h is stored as float16.</summary>
    public static QuadPair Load(ArrayView<HalfQuad> memory, int index, int distance) => new(memory[index].ToQuad(), memory[index + distance].ToQuad());

    /// <summary>Stores the quads of both sub-RNNs.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, QuadPair value)
    {
        memory[index] = value.A;
        memory[index + distance] = value.B;
    }

    /// <summary>Stores those of sub-RNNs whose h is stored as float16.</summary>
    public static void Store(ArrayView<HalfQuad> memory, int index, int distance, QuadPair value)
    {
        memory[index] = HalfQuad.Of(value.A);
        memory[index + distance] = HalfQuad.Of(value.B);
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

    /// <summary>The same with activations kept.</summary>
    public static Pair Keep(QuadPair gates, Pair cell, out Pair newCell, out QuadPair activations)
    {
        var a = Cell.Keep(gates.A, cell.A, out var cellA, out var keptA);
        var b = Cell.Keep(gates.B, cell.B, out var cellB, out var keptB);
        (newCell, activations) = (new Pair(cellA, cellB), new QuadPair(keptA, keptB));
        return new Pair(a, b);
    }

    /// <summary>Its reverse.</summary>
    public static QuadPair Reverse(QuadPair activations, Pair cell, Pair newCell, Pair hiddenGradient, ref Pair cellGradient)
    {
        var (cellA, cellB) = (cellGradient.A, cellGradient.B);
        var gates = new QuadPair(
            Cell.Reverse(activations.A, cell.A, newCell.A, hiddenGradient.A, ref cellA),
            Cell.Reverse(activations.B, cell.B, newCell.B, hiddenGradient.B, ref cellB));
        cellGradient = new Pair(cellA, cellB);
        return gates;
    }
}
