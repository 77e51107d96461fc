namespace Vsml.Reference;

/// <summary>h and c of a layer's sub-RNNs, each [batch, (k, k,) in, out, N]. Never changed once made.</summary>
internal sealed record LayerStates(double[] Hidden, double[] Cells);

/// <summary>What a layer's turn sends: messages to the layer after it and to the layer before it.</summary>
internal sealed record LayerMessages(double[] Forward, double[] Backward);

/// <summary>
/// One layer's micro tick and its reverse, by the rule for convolutions of model.md. A dense layer is the case of a single
/// position: a 1x1 convolution of an image of 1x1 with A channels in and B channels out.
/// </summary>
internal sealed class ReferenceLayer
{
    private readonly ConvLayerSpec _conv;
    private readonly Architecture _architecture;
    private readonly SubRnn _cell;
    private readonly double _positionOfLayer;
    private readonly bool _isLast;
    private readonly int _n, _m, _batch, _statesPerExample;

    /// <summary>Prepares a layer.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="index">The layer's index.</param>
    /// <param name="batch">Number of examples that share a tick.</param>
    public ReferenceLayer(Architecture architecture, int index, int batch)
    {
        _architecture = architecture;
        Spec = architecture.Layers[index];
        _conv = Spec as ConvLayerSpec ?? new ConvLayerSpec(1, 1, Spec.Inputs, Spec.Outputs, Kernel: 1, Stride: 1);
        _cell = new SubRnn(architecture);
        (_n, _m, _batch) = (architecture.StateSize, architecture.MessageSize, batch);
        _statesPerExample = checked((int)Spec.SubRnnCount * _n);
        _positionOfLayer = Fraction(index, architecture.Layers.Count);
        _isLast = index == architecture.Layers.Count - 1;
    }

    /// <summary>The layer.</summary>
    public LayerSpec Spec { get; }

    /// <summary>Floats of h, or of c, over the batch.</summary>
    public int StateLength => _batch * _statesPerExample;

    private int Positions => _conv.OutputHeight * _conv.OutputWidth;

    /// <summary>One LSTM step of all sub-RNNs under fixed incoming messages.</summary>
    /// <param name="theta">All meta-parameters.</param>
    /// <param name="place">Where this layer's are.</param>
    /// <param name="states">h and c before.</param>
    /// <param name="forward">Incoming forward messages, [batch, inputs, M].</param>
    /// <param name="backward">Incoming backward messages, [batch, outputs, M].</param>
    /// <returns>h and c after, averaged over positions, and the outgoing messages.</returns>
    public (LayerStates States, LayerMessages Messages) MicroTick(
        double[] theta, SubRnnParameters place, LayerStates states, double[] forward, double[] backward)
    {
        var (newHidden, newCells) = (new double[StateLength], new double[StateLength]);
        var (newForward, newBackward) = (new double[backward.Length], new double[forward.Length]);
        foreach (var visit in Visits())
        {
            Load(visit, states, forward, backward);
            _cell.Step(theta, place);
            Accumulate(newHidden, visit.State, _cell.NewHidden, 1.0 / Positions);
            Accumulate(newCells, visit.State, _cell.NewCell, 1.0 / Positions);
            Accumulate(newForward, visit.Output, _cell.Forward.Message, ForwardShare);
            if (visit.Input >= 0) Accumulate(newBackward, visit.Input, _cell.Backward.Message, BackwardShare);
        }
        return (new LayerStates(newHidden, newCells), new LayerMessages(newForward, newBackward));
    }

    /// <summary>The reverse of <see cref="MicroTick"/>, which is computed again on the way.</summary>
    /// <param name="theta">All meta-parameters.</param>
    /// <param name="place">Where this layer's are.</param>
    /// <param name="states">h and c before.</param>
    /// <param name="forward">Incoming forward messages.</param>
    /// <param name="backward">Incoming backward messages.</param>
    /// <param name="newStates">Gradient of h and c after.</param>
    /// <param name="sent">Gradient of the outgoing messages; null where nothing reads them.</param>
    /// <param name="received">Gradient of the incoming messages, forward ones first; added to.</param>
    /// <param name="thetaGradient">Gradient of theta; added to.</param>
    /// <returns>Gradient of h and c before.</returns>
    public LayerStates Adjoint(
        double[] theta, SubRnnParameters place, LayerStates states, double[] forward, double[] backward,
        LayerStates newStates, LayerMessages? sent, LayerMessages received, double[] thetaGradient)
    {
        var (hiddenGradient, cellGradient) = (new double[StateLength], new double[StateLength]);
        var (newHidden, newCell) = (new double[_n], new double[_n]);
        var (sentForward, sentBackward) = (new double[_m], new double[_m]);
        foreach (var visit in Visits())
        {
            Load(visit, states, forward, backward);
            _cell.Step(theta, place);
            Share(newStates.Hidden, visit.State, 1.0 / Positions, newHidden);
            Share(newStates.Cells, visit.State, 1.0 / Positions, newCell);
            Share(sent?.Forward, visit.Output, ForwardShare, sentForward);
            Share(visit.Input >= 0 ? sent?.Backward : null, visit.Input, BackwardShare, sentBackward);
            _cell.Adjoint(theta, place, newHidden, newCell, sentForward, sentBackward, thetaGradient);

            var input = _cell.InputGradient.AsSpan();
            if (visit.Input >= 0) Accumulate(received.Forward, visit.Input, input[.._m], 1);
            Accumulate(received.Backward, visit.Output, input.Slice(_m, _m), 1);
            Accumulate(hiddenGradient, visit.State, input[^_n..], 1);
            Accumulate(cellGradient, visit.State, _cell.CellGradient, 1);
        }
        return new LayerStates(hiddenGradient, cellGradient);
    }

    // A mean over the window's slots and the channels in; a hidden layer's input may be a sum over their root instead.
    private double ForwardShare
    {
        get
        {
            double terms = _conv.Kernel * _conv.Kernel * _conv.Channels;
            return 1 / (_architecture.MessageScale == MessageScale.Root && !_isLast ? Math.Sqrt(terms) : terms);
        }
    }

    // A mean over the channels out, then over the window slots that an input position has, also those without a reader.
    private double BackwardShare => 1.0 / (_conv.Kernel * _conv.Kernel * _conv.OutputChannels);

    /// <summary>One sub-RNN at one position of one example: where its states and its messages begin, and its channels.</summary>
    private readonly record struct Visit(int State, int Input, int Output, int ChannelIn, int ChannelOut);

    private IEnumerable<Visit> Visits()
    {
        var (kernel, pad) = (_conv.Kernel, (_conv.Kernel - 1) / 2);
        for (var example = 0; example < _batch; example++)
            for (var y = 0; y < _conv.OutputHeight; y++)
                for (var x = 0; x < _conv.OutputWidth; x++)
                    for (var ky = 0; ky < kernel; ky++)
                        for (var kx = 0; kx < kernel; kx++)
                        {
                            var (row, column) = (y * _conv.Stride + ky - pad, x * _conv.Stride + kx - pad);
                            var inside = row >= 0 && row < _conv.Height && column >= 0 && column < _conv.Width;
                            for (var a = 0; a < _conv.Channels; a++)
                                for (var b = 0; b < _conv.OutputChannels; b++)
                                {
                                    var state = ((ky * kernel + kx) * _conv.Channels + a) * _conv.OutputChannels + b;
                                    var input = (row * _conv.Width + column) * _conv.Channels + a;
                                    var output = (y * _conv.OutputWidth + x) * _conv.OutputChannels + b;
                                    yield return new Visit(
                                        example * _statesPerExample + state * _n,
                                        inside ? (example * _conv.Inputs + input) * _m : -1,
                                        (example * _conv.Outputs + output) * _m, a, b);
                                }
                        }
    }

    private void Load(Visit visit, LayerStates states, double[] forward, double[] backward)
    {
        var input = _cell.Input.AsSpan();
        if (visit.Input >= 0) forward.AsSpan(visit.Input, _m).CopyTo(input);
        else input[.._m].Clear();
        backward.AsSpan(visit.Output, _m).CopyTo(input[_m..]);
        if (_architecture.PositionFeatures)
        {
            input[2 * _m] = Fraction(visit.ChannelIn, _conv.Channels);
            input[2 * _m + 1] = Fraction(visit.ChannelOut, _conv.OutputChannels);
            input[2 * _m + 2] = _positionOfLayer;
        }
        states.Hidden.AsSpan(visit.State, _n).CopyTo(input[^_n..]);
        states.Cells.AsSpan(visit.State, _n).CopyTo(_cell.Cell);
    }

    private static double Fraction(int index, int count) => count == 1 ? 0 : (double)index / (count - 1);

    private static void Accumulate(double[] sums, int start, ReadOnlySpan<double> values, double share)
    {
        for (var i = 0; i < values.Length; i++) sums[start + i] += values[i] * share;
    }

    private static void Share(double[]? gradient, int start, double share, double[] part)
    {
        for (var i = 0; i < part.Length; i++) part[i] = gradient is null ? 0 : gradient[start + i] * share;
    }
}
