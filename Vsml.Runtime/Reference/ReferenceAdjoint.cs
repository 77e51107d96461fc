namespace Vsml.Reference;

/// <summary>
/// The reverse pass of <see cref="ReferenceNetwork"/>: walks the records of an episode from its end and carries the gradient
/// of everything that one example hands to the next (states, messages, the pending error).
/// </summary>
internal sealed class ReferenceAdjoint
{
    private readonly ReferenceNetwork _network;
    private readonly Architecture _architecture;
    private readonly double[] _theta;
    private readonly LayerStates[] _states;
    private readonly double[][] _forward;
    private readonly double[][] _backward;

    /// <summary>Starts at the end of an episode, where nothing depends on the network any more.</summary>
    /// <param name="network">The network, for its structure and theta.</param>
    public ReferenceAdjoint(ReferenceNetwork network)
    {
        (_network, _architecture, _theta) = (network, network.Architecture, network.Theta.ToArray());
        ThetaGradient = new double[_theta.Length];
        _states = [.. Enumerable.Range(0, _architecture.Layers.Count).Select(l => network.Layer(l).StateLength)
            .Select(length => new LayerStates(new double[length], new double[length]))];
        int[] widths = [_architecture.InputSize, .. _architecture.Layers.Select(layer => layer.Outputs)];
        double[] Zeros(int width) => new double[network.Batch * width * _architecture.MessageSize];
        (_forward, _backward) = ([.. widths.Select(Zeros)], [.. widths.Select(Zeros)]);
    }

    /// <summary>Gradient of the meta-loss with respect to the flat theta.</summary>
    public double[] ThetaGradient { get; }

    /// <summary>The reverse of one example's step.</summary>
    /// <param name="record">What the step recorded.</param>
    /// <param name="lossWeights">[batch]: the weight of its losses in the meta-loss.</param>
    public void Step(ExampleRecord record, ReadOnlySpan<double> lossWeights)
    {
        if (_architecture.Schedule.BackwardSweep != BackwardSweep.None)
        {
            // The zeros that follow a backward sweep depend on nothing.
            Array.Clear(_backward[^1]);
            Turns(record.BackwardSweep);
        }
        var logitGradient = ReferenceLoss.Adjoint(record.Logits, record.Labels, lossWeights, TakeErrorGradient());
        ReadOutput(record.Logits, logitGradient);
        for (var tick = record.ForwardSweeps.Count - 1; tick >= 0; tick--)
        {
            Turns(record.ForwardSweeps[tick]);
            // Only the first sweep saw the error of the example before.
            if (tick > 0) Array.Clear(_backward[^1]);
        }
        Array.Clear(_forward[0]);
        for (var l = 0; l < _states.Length; l++)
            _states[l] = new LayerStates(_network.MeanOverBatch(_states[l].Hidden), _network.MeanOverBatch(_states[l].Cells));
    }

    /// <summary>At the episode's beginning: the gradients of the initial cells, and the learned initial cell's share of theirs.</summary>
    /// <returns>Per layer, in the order of its cells.</returns>
    public double[][] InitialCells()
    {
        for (var l = 0; l < _states.Length; l++)
        {
            var learned = _network.ForwardPlace(l).InitialCell;
            if (learned < 0) continue;
            var cells = _states[l].Cells;
            for (var i = 0; i < cells.Length; i++) ThetaGradient[learned + i % _architecture.StateSize] += cells[i];
        }
        return [.. _states.Select(state => state.Cells)];
    }

    private void Turns(List<TurnRecord> turns)
    {
        for (var i = turns.Count - 1; i >= 0; i--) Turn(turns[i]);
    }

    private void Turn(TurnRecord turn)
    {
        var l = turn.Layer;
        // What the turn sent replaced what stood there, so nothing earlier gets these gradients.
        LayerMessages? sent = new(_forward[l + 1], _backward[l]);
        (_forward[l + 1], _backward[l]) = (new double[sent.Forward.Length], new double[sent.Backward.Length]);
        var received = new LayerMessages(_forward[l], _backward[l + 1]);
        for (var tick = turn.States.Length - 1; tick >= 0; tick--)
        {
            _states[l] = _network.Layer(l).Adjoint(
                _theta, turn.Place, turn.States[tick], turn.Forward, turn.Backward, _states[l], sent, received, ThetaGradient);
            sent = null; // earlier micro ticks send nothing that is used
        }
    }

    // The error is entry 0 of the last layer's backward messages; labels need no gradient.
    private double[] TakeErrorGradient()
    {
        var gradient = new double[_network.Batch * _architecture.OutputSize];
        for (var i = 0; i < gradient.Length; i++) gradient[i] = _backward[^1][i * _architecture.MessageSize];
        Array.Clear(_backward[^1]);
        return gradient;
    }

    private void ReadOutput(double[] logits, double[] gradient)
    {
        double bound = _architecture.OutputBound;
        for (var i = 0; i < gradient.Length; i++)
        {
            var tanh = bound > 0 ? logits[i] / bound : 0;
            _forward[^1][i * _architecture.MessageSize + _architecture.OutputIndex] += gradient[i] * (1 - tanh * tanh);
        }
    }
}
