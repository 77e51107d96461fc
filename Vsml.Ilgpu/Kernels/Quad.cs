using System.Runtime.InteropServices;
using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// Four floats that a device loads and stores at once: four neighbouring entries of a state or a message, or what stands before the
/// gates i, g, f and o of one state entry.
/// </summary>
/// <param name="x">The first float.</param>
/// <param name="y">The second float.</param>
/// <param name="z">The third float.</param>
/// <param name="w">The fourth float.</param>
[StructLayout(LayoutKind.Sequential, Pack = 16, Size = 16)]
public readonly struct Quad(float x, float y, float z, float w) : IStoredQuad<Quad>
{
    /// <summary>The first float.</summary>
    public readonly float X = x;

    /// <summary>The second float.</summary>
    public readonly float Y = y;

    /// <summary>The third float.</summary>
    public readonly float Z = z;

    /// <summary>The fourth float.</summary>
    public readonly float W = w;

    /// <inheritdoc/>
    public static Quad Of(Quad numbers) => numbers;

    /// <inheritdoc/>
    public Quad ToQuad() => this;

    /// <summary>The sum, float by float.</summary>
    public static Quad operator +(Quad a, Quad b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <summary>The difference from one number.</summary>
    public static Quad operator -(Quad a, float b) => new(a.X - b, a.Y - b, a.Z - b, a.W - b);

    /// <summary>The product, float by float.</summary>
    public static Quad operator *(Quad a, Quad b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    /// <summary>The product with one number.</summary>
    public static Quad operator *(Quad a, float b) => new(a.X * b, a.Y * b, a.Z * b, a.W * b);

    /// <summary>a b + sum.</summary>
    public static Quad MultiplyAdd(float a, Quad b, Quad sum) => new(
        DeviceMath.MultiplyAdd(a, b.X, sum.X), DeviceMath.MultiplyAdd(a, b.Y, sum.Y), DeviceMath.MultiplyAdd(a, b.Z, sum.Z), DeviceMath.MultiplyAdd(a, b.W, sum.W));

    /// <summary>The sum of the four floats.</summary>
    public static float Sum(Quad a) => a.X + a.Y + (a.Z + a.W);

    /// <summary>The first floats as they are, zeros behind.</summary>
    /// <param name="a">The quad.</param>
    /// <param name="count">How many stay, 1 to 4.</param>
    public static Quad Leading(Quad a, int count) => new(a.X, count > 1 ? a.Y : 0f, count > 2 ? a.Z : 0f, count > 3 ? a.W : 0f);

    /// <summary>The float at an index of 0 to 3.</summary>
    public static float At(Quad a, int index) => index < 2 ? (index == 0 ? a.X : a.Y) : (index == 2 ? a.Z : a.W);

    /// <summary>One float at an index of 0 to 3, zeros elsewhere.</summary>
    public static Quad Only(float value, int index) => new(index == 0 ? value : 0f, index == 1 ? value : 0f, index == 2 ? value : 0f, index == 3 ? value : 0f);

    /// <summary>sum + (w0 a, w1 a, w2 a, w3 a), scalar products with four rows of theta.</summary>
    /// <param name="sum">The sum.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="row">w0.</param>
    /// <param name="step">From a row to the next.</param>
    /// <param name="a">The vector.</param>
    public static Quad AddProducts(Quad sum, ArrayView<Quad> theta, int row, int step, Quad a) => new(
        AddProduct(sum.X, theta[row], a), AddProduct(sum.Y, theta[row + step], a), AddProduct(sum.Z, theta[row + 2 * step], a), AddProduct(sum.W, theta[row + 3 * step], a));

    internal static float AddProduct(float sum, Quad a, Quad b) =>
        DeviceMath.MultiplyAdd(a.X, b.X, DeviceMath.MultiplyAdd(a.Y, b.Y, DeviceMath.MultiplyAdd(a.Z, b.Z, DeviceMath.MultiplyAdd(a.W, b.W, sum))));

    /// <summary>The quad of one sub-RNN; the next one's does not matter.</summary>
    public static Quad Of(Quad a, Quad b) => a;

    /// <summary>1 / sqrt(a).</summary>
    public static float InverseRoot(float a) => DeviceMath.InverseRoot(a);

    /// <summary>Loads the quad of one sub-RNN; the distance to the next one's does not matter.</summary>
    public static Quad Load(ArrayView<Quad> memory, int index, int distance) => memory[index];

    /// <summary>Loads that of a sub-RNN whose h is stored as float16.</summary>
    public static Quad Load(ArrayView<HalfQuad> memory, int index, int distance) => memory[index].ToQuad();

    /// <summary>Stores the quad of one sub-RNN.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, Quad value) => memory[index] = value;

    /// <summary>Stores that of a sub-RNN whose h is stored as float16.</summary>
    public static void Store(ArrayView<HalfQuad> memory, int index, int distance, Quad value) => memory[index] = HalfQuad.Of(value);

    /// <summary>Stores the number of one sub-RNN, in a quad of its own.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, float value) => memory[index] = new Quad(value, 0f, 0f, 0f);

    /// <summary>A micro tick of one state entry, see <see cref="Cell"/>.</summary>
    public static float Step(Quad gates, float cell, out float newCell) => Cell.Step(gates, cell, out newCell);

    /// <summary>The same with activations kept, see <see cref="Cell"/>.</summary>
    public static float Keep(Quad gates, float cell, out float newCell, out Quad activations) => Cell.Keep(gates, cell, out newCell, out activations);

    /// <summary>Its reverse, see <see cref="Cell"/>.</summary>
    public static Quad Reverse(Quad activations, float cell, float newCell, float hiddenGradient, ref float cellGradient) =>
        Cell.Reverse(activations, cell, newCell, hiddenGradient, ref cellGradient);
}
