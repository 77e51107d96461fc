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
public readonly struct Quad(float x, float y, float z, float w)
{
    /// <summary>The first float.</summary>
    public readonly float X = x;

    /// <summary>The second float.</summary>
    public readonly float Y = y;

    /// <summary>The third float.</summary>
    public readonly float Z = z;

    /// <summary>The fourth float.</summary>
    public readonly float W = w;

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

    /// <summary>1 / sqrt(a).</summary>
    public static float InverseRoot(float a) => DeviceMath.InverseRoot(a);

    /// <summary>Loads the quad of one sub-RNN; the distance to the next one's does not matter.</summary>
    public static Quad Load(ArrayView<Quad> memory, int index, int distance) => memory[index];

    /// <summary>Stores the quad of one sub-RNN.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, Quad value) => memory[index] = value;

    /// <summary>Stores the number of one sub-RNN, in a quad of its own.</summary>
    public static void Store(ArrayView<Quad> memory, int index, int distance, float value) => memory[index] = new Quad(value, 0f, 0f, 0f);

    /// <summary>A micro tick of one state entry, see <see cref="Cell"/>.</summary>
    public static float Step(Quad gates, float cell, out float newCell) => Cell.Step(gates, cell, out newCell);
}
