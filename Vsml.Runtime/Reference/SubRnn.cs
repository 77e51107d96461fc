using System.Numerics.Tensors;

namespace Vsml.Reference;

/// <summary>One step of one sub-RNN (model.md, "One sub-RNN"; paper, section 3.2) and its reverse, in double precision.</summary>
/// <remarks>
/// A working place for one sub-RNN at a time: the caller fills <see cref="Input"/> and <see cref="Cell"/>. The activations
/// are those of <see cref="Math"/> on purpose: an oracle must not share the polynomials of what it checks.
/// </remarks>
internal sealed class SubRnn
{
    private readonly int _n;
    private readonly double[] _z, _i, _g, _f, _o, _tanhCell, _hiddenGradient;

    /// <summary>Makes room for a sub-RNN of an architecture.</summary>
    /// <param name="architecture">The architecture.</param>
    public SubRnn(Architecture architecture)
    {
        _n = architecture.StateSize;
        Input = new double[architecture.SubRnnInputs];
        InputGradient = new double[architecture.SubRnnInputs];
        (Cell, NewCell, NewHidden, CellGradient) = (new double[_n], new double[_n], new double[_n], new double[_n]);
        (_i, _g, _f, _o, _tanhCell, _hiddenGradient) = (new double[_n], new double[_n], new double[_n], new double[_n], new double[_n], new double[_n]);
        _z = new double[4 * _n];
        Forward = new Messenger(_n, architecture.MessageSize);
        Backward = new Messenger(_n, architecture.MessageSize);
    }

    /// <summary>x: forward message, backward message, (position features,) own h.</summary>
    public double[] Input { get; }

    /// <summary>c before the step.</summary>
    public double[] Cell { get; }

    /// <summary>c after the step.</summary>
    public double[] NewCell { get; }

    /// <summary>h after the step.</summary>
    public double[] NewHidden { get; }

    /// <summary>Holds out_fwd after the step.</summary>
    public Messenger Forward { get; }

    /// <summary>Holds out_bwd after the step.</summary>
    public Messenger Backward { get; }

    /// <summary>Gradient of <see cref="Input"/> after <see cref="Adjoint"/>.</summary>
    public double[] InputGradient { get; }

    /// <summary>Gradient of <see cref="Cell"/> after <see cref="Adjoint"/>.</summary>
    public double[] CellGradient { get; }

    /// <summary>Steps the sub-RNN once.</summary>
    /// <param name="theta">All meta-parameters.</param>
    /// <param name="place">Where this sub-RNN's are.</param>
    public void Step(double[] theta, SubRnnParameters place)
    {
        // z = x W + bias
        theta.AsSpan(place.LstmBiases, 4 * _n).CopyTo(_z);
        for (var row = 0; row < Input.Length; row++)
            TensorPrimitives.MultiplyAdd(theta.AsSpan(place.LstmWeights + row * 4 * _n, 4 * _n), Input[row], _z, _z);

        for (var n = 0; n < _n; n++)
        {
            _i[n] = Sigmoid(_z[n] - 5);
            _g[n] = Tanh(_z[_n + n]);
            _f[n] = Sigmoid(_z[2 * _n + n] + 5);
            _o[n] = Sigmoid(_z[3 * _n + n]);
            NewCell[n] = _f[n] * Cell[n] + _i[n] * _g[n];
            _tanhCell[n] = Tanh(NewCell[n]);
            NewHidden[n] = _o[n] * _tanhCell[n];
        }
        Forward.Send(theta, place.Forward, NewHidden);
        Backward.Send(theta, place.Backward, NewHidden);
    }

    /// <summary>The reverse of the latest <see cref="Step"/>: fills the gradients of x and c, adds to that of theta.</summary>
    /// <param name="theta">All meta-parameters.</param>
    /// <param name="place">Where this sub-RNN's are.</param>
    /// <param name="newHiddenGradient">Gradient of the new h, its messages left out, [N].</param>
    /// <param name="newCellGradient">Gradient of the new c, the new h left out, [N].</param>
    /// <param name="forwardGradient">Gradient of out_fwd, [M]; used up.</param>
    /// <param name="backwardGradient">Gradient of out_bwd, [M]; used up.</param>
    /// <param name="thetaGradient">Gradient of theta; added to.</param>
    public void Adjoint(
        double[] theta, SubRnnParameters place, ReadOnlySpan<double> newHiddenGradient, ReadOnlySpan<double> newCellGradient,
        Span<double> forwardGradient, Span<double> backwardGradient, double[] thetaGradient)
    {
        newHiddenGradient.CopyTo(_hiddenGradient);
        Forward.Adjoint(theta, place.Forward, NewHidden, forwardGradient, _hiddenGradient, thetaGradient);
        Backward.Adjoint(theta, place.Backward, NewHidden, backwardGradient, _hiddenGradient, thetaGradient);

        var zGradient = _z; // z itself is not needed any more
        for (var n = 0; n < _n; n++)
        {
            var dh = _hiddenGradient[n];
            var dc = newCellGradient[n] + dh * _o[n] * (1 - _tanhCell[n] * _tanhCell[n]);
            zGradient[n] = dc * _g[n] * _i[n] * (1 - _i[n]);
            zGradient[_n + n] = dc * _i[n] * (1 - _g[n] * _g[n]);
            zGradient[2 * _n + n] = dc * Cell[n] * _f[n] * (1 - _f[n]);
            zGradient[3 * _n + n] = dh * _tanhCell[n] * _o[n] * (1 - _o[n]);
            CellGradient[n] = dc * _f[n];
        }

        var biases = thetaGradient.AsSpan(place.LstmBiases, 4 * _n);
        TensorPrimitives.Add(biases, zGradient, biases);
        for (var row = 0; row < Input.Length; row++)
        {
            var start = place.LstmWeights + row * 4 * _n;
            var weights = thetaGradient.AsSpan(start, 4 * _n);
            TensorPrimitives.MultiplyAdd(zGradient, Input[row], weights, weights);
            InputGradient[row] = Product(theta.AsSpan(start, 4 * _n), zGradient);
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-Argument(x)));

    private static double Tanh(double x) => Math.Tanh(Argument(x));

    // What overflows single precision, where 2 log2(e) x is its exponent, has no activation.
    private static double Argument(double x) => Math.Abs(x) <= float.MaxValue / (2 * Math.Log2(Math.E)) ? x : double.NaN;

    private static double Product(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }
}
