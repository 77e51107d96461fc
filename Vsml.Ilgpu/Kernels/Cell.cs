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

    /// <summary>A step that leaves sigmoid(i), tanh(g), sigmoid(f) and sigmoid(o) behind for the reverse pass.</summary>
    /// <param name="gates">The scaled gates i, g, f, o.</param>
    /// <param name="cell">c.</param>
    /// <param name="newCell">c'.</param>
    /// <param name="activations">The four.</param>
    /// <returns>h'.</returns>
    public static float Keep(Quad gates, float cell, out float newCell, out Quad activations)
    {
        activations = new Quad(
            DeviceMath.Reciprocal(1f + DeviceMath.Exp2(gates.X)), Tanh(gates.Y),
            DeviceMath.Reciprocal(1f + DeviceMath.Exp2(gates.Z)), DeviceMath.Reciprocal(1f + DeviceMath.Exp2(gates.W)));
        newCell = activations.Z * cell + activations.X * activations.Y;
        return activations.W * Tanh(newCell * MinusTwoLog2E);
    }

    /// <summary>The reverse of a step: dc = dc' + dh' o (1 - tanh(c')^2), then the gates' gradients; of these the scaled gates get 1 / scale.</summary>
    /// <param name="activations">What the step left behind.</param>
    /// <param name="cell">c.</param>
    /// <param name="newCell">c'.</param>
    /// <param name="hiddenGradient">Gradient of h'.</param>
    /// <param name="cellGradient">Gradient of c', which becomes that of c.</param>
    /// <returns>Gradients of the scaled gates i, g, f, o.</returns>
    public static Quad Reverse(Quad activations, float cell, float newCell, float hiddenGradient, ref float cellGradient)
    {
        var (i, g, f, o) = (activations.X, activations.Y, activations.Z, activations.W);
        var t = Tanh(newCell * MinusTwoLog2E);
        var d = cellGradient + hiddenGradient * o * (1f - t * t);
        cellGradient = d * f;
        return new Quad(
            d * g * i * (1f - i) * (2f / MinusTwoLog2E), d * i * (1f - g * g) * (1f / MinusTwoLog2E),
            d * cell * f * (1f - f) * (2f / MinusTwoLog2E), hiddenGradient * t * o * (1f - o) * (2f / MinusTwoLog2E));
    }

    // Of -2 log2(e) x.
    private static float Tanh(float scaled)
    {
        var e = Exp2OfTanh(scaled);
        return (1f - e) * DeviceMath.Reciprocal(1f + e);
    }

    private static float Exp2OfTanh(float x) => DeviceMath.Exp2(x > ExponentLimit ? ExponentLimit : x);
}
