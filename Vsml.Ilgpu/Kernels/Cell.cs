namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// One entry of a sub-RNN's state in a micro tick. Gates come scaled, i, f and o by -log2(e), g by -2 log2(e), and with their offsets of
/// -5 and +5 in them, so that sigmoid(x) = 1 / (1 + 2^gate) and tanh(x) = (1 - 2^gate) / (1 + 2^gate).
/// </summary>
public static class Cell
{
    private const float MinusTwoLog2E = -2.885390082f;

    // tanh reaches -1 to the last bit long before 2^40, and quotients of infinities would not be the limit.
    private const float ExponentLimit = 40f;

    /// <summary>c' = sigmoid(f) c + sigmoid(i) tanh(g) and h' = sigmoid(o) tanh(c'). Two reciprocals make c', one h'.</summary>
    /// <param name="gates">The scaled gates i, g, f, o.</param>
    /// <param name="cell">c.</param>
    /// <param name="newCell">c'.</param>
    /// <returns>h'.</returns>
    public static float Step(Quad gates, float cell, out float newCell)
    {
        var i = DeviceMath.Exp2(gates.X);
        var g = Exp2OfTanh(gates.Y);
        var f = DeviceMath.Exp2(gates.Z);
        var o = DeviceMath.Exp2(gates.W);
        newCell = cell * DeviceMath.Reciprocal(1f + f) + (1f - g) * DeviceMath.Reciprocal((1f + i) * (1f + g));
        var c = Exp2OfTanh(newCell * MinusTwoLog2E);
        return (1f - c) * DeviceMath.Reciprocal((1f + o) * (1f + c));
    }

    private static float Exp2OfTanh(float x) => DeviceMath.Exp2(x > ExponentLimit ? ExponentLimit : x);
}
