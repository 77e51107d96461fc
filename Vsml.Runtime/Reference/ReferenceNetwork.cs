namespace Vsml.Reference;

/// <summary>What a network gave for one example: the outputs before the label was seen, and their losses.</summary>
/// <param name="Logits">[batch, B], after the bound.</param>
/// <param name="Losses">[batch], softmax cross-entropy of every example.</param>
public sealed record ReferenceOutput(double[] Logits, double[] Losses);

/// <summary>
/// A network of shared sub-RNNs in double precision, written to be read beside model.md and not to be fast: every sub-RNN
/// steps by itself, nothing is factored or fused. The oracle for compiled kernels.
/// </summary>
public sealed class ReferenceNetwork
{
    private readonly double[] _theta;
    private readonly SubRnnParameters[] _forwardPlaces;
    private readonly SubRnnParameters[] _backwardPlaces;
    private readonly ReferenceLayer[] _layers;
    private readonly LayerStates[] _states;
    private double[][] _forward;
    private double[][] _backward;

    /// <summary>Makes a network whose hidden states, cells and messages are zero.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="theta">Flat meta-parameters in the order of <see cref="ParameterLayout"/>.</param>
    /// <param name="batch">Number of examples that share a tick.</param>
    /// <exception cref="ArgumentException">Theta has another length than the layout, or the batch is below 1.</exception>
    /// <exception cref="InvalidOperationException">The architecture leaves sizes free.</exception>
    public ReferenceNetwork(Architecture architecture, ReadOnlySpan<double> theta, int batch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Require(theta.Length, ParameterLayout.Of(architecture).Count, nameof(theta));
        (Architecture, Batch, _theta) = (architecture, batch, theta.ToArray());
        if (!_theta.All(double.IsFinite)) Array.Fill(_theta, double.NaN);
        var layers = architecture.Layers.Count;
        SubRnnParameters Place(int layer, bool backward) => new(architecture, ParameterLayout.GroupOf(architecture, layer, backward));
        _forwardPlaces = [.. Enumerable.Range(0, layers).Select(l => Place(l, backward: false))];
        _backwardPlaces = [.. Enumerable.Range(0, layers).Select(l => Place(l, backward: true))];
        _layers = [.. Enumerable.Range(0, layers).Select(l => new ReferenceLayer(architecture, l, batch))];
        _states = [.. _layers.Select(layer => new LayerStates(new double[layer.StateLength], new double[layer.StateLength]))];
        // Entry l stands between layers l - 1 and l: the first is the network's input side, the last its output side.
        int[] widths = [architecture.InputSize, .. architecture.Layers.Select(layer => layer.Outputs)];
        _forward = [.. widths.Select(width => new double[batch * width * architecture.MessageSize])];
        _backward = [.. widths.Select(width => new double[batch * width * architecture.MessageSize])];
        for (var l = 0; l < layers; l++) SetCells(l, new double[_layers[l].StateLength]);
    }

    /// <summary>The network's architecture.</summary>
    public Architecture Architecture { get; }

    /// <summary>Number of examples that share a tick.</summary>
    public int Batch { get; }

    internal ReadOnlySpan<double> Theta => _theta;

    /// <summary>Gives a layer its initial cells, to which a learned initial cell is added; its hidden states become zero.</summary>
    /// <param name="layer">The layer's index.</param>
    /// <param name="cells">[batch, A, B, N], or [batch, k, k, channels in, channels out, N].</param>
    /// <exception cref="ArgumentException">There are more or fewer cells than the layer has.</exception>
    public void SetCells(int layer, ReadOnlySpan<double> cells)
    {
        Require(cells.Length, _layers[layer].StateLength, nameof(cells));
        var initial = cells.ToArray();
        var learned = _forwardPlaces[layer].InitialCell;
        if (learned >= 0)
            for (var i = 0; i < initial.Length; i++) initial[i] += _theta[learned + i % Architecture.StateSize];
        _states[layer] = new LayerStates(new double[initial.Length], initial);
    }

    /// <summary>The cells c of a layer, in the order of <see cref="SetCells"/>.</summary>
    /// <param name="layer">The layer's index.</param>
    public ReadOnlySpan<double> Cells(int layer) => _states[layer].Cells;

    /// <summary>The hidden states h of a layer, in the order of <see cref="SetCells"/>.</summary>
    /// <param name="layer">The layer's index.</param>
    public ReadOnlySpan<double> Hidden(int layer) => _states[layer].Hidden;

    /// <summary>The output for an input, as the next <see cref="Step(ReadOnlySpan{double}, ReadOnlySpan{double})"/> would give it; nothing is stored.</summary>
    /// <param name="inputs">[batch, A]; images as [row, column, channel].</param>
    /// <returns>[batch, B], after the bound.</returns>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    public double[] Predict(ReadOnlySpan<double> inputs)
    {
        var (states, forward, backward) = (_states.ToArray(), _forward, _backward);
        (_forward, _backward) = ([.. forward], [.. backward]);
        var logits = ForwardSweeps(inputs, record: null);
        states.CopyTo(_states, 0);
        (_forward, _backward) = (forward, backward);
        return logits;
    }

    /// <summary>One example: a prediction, then learning from the label (model.md, "The network tick").</summary>
    /// <param name="inputs">[batch, A]; images as [row, column, channel].</param>
    /// <param name="labels">[batch, B], one-hot or soft.</param>
    /// <returns>The outputs given before the label was seen, and their losses.</returns>
    /// <exception cref="ArgumentException">Inputs or labels have another length.</exception>
    public ReferenceOutput Step(ReadOnlySpan<double> inputs, ReadOnlySpan<double> labels) => Step(inputs, labels, record: null);

    internal ReferenceOutput Step(ReadOnlySpan<double> inputs, ReadOnlySpan<double> labels, ExampleRecord? record)
    {
        Require(labels.Length, Batch * Architecture.OutputSize, nameof(labels));
        var logits = ForwardSweeps(inputs, record);
        var given = labels.ToArray();
        var (losses, errors) = ReferenceLoss.Evaluate(logits, given, Batch);
        // The error, and the label if it is fed, enter the last layer in the backward sweep, or else in the next tick.
        _backward[^1] = OutputSide(errors, given);
        if (Architecture.Schedule.BackwardSweep != BackwardSweep.None)
        {
            for (var l = _layers.Length - 1; l >= 0; l--) Turn(l, _backwardPlaces[l], record?.BackwardSweep);
            _backward[^1] = new double[_backward[^1].Length];
        }
        if (record is not null) (record.Logits, record.Labels) = (logits, given);
        return new ReferenceOutput(logits, losses);
    }

    internal ReferenceLayer Layer(int layer) => _layers[layer];

    internal SubRnnParameters ForwardPlace(int layer) => _forwardPlaces[layer];

    private double[] ForwardSweeps(ReadOnlySpan<double> inputs, ExampleRecord? record)
    {
        Require(inputs.Length, Batch * Architecture.InputSize, nameof(inputs));
        MergeStates();
        _forward[0] = InputSide(inputs);
        for (var tick = 0; tick < Architecture.Schedule.TicksPerExample; tick++)
        {
            var turns = record is null ? null : new List<TurnRecord>();
            if (turns is not null) record!.ForwardSweeps.Add(turns);
            if (tick > 0) _backward[^1] = new double[_backward[^1].Length];
            for (var l = 0; l < _layers.Length; l++) Turn(l, _forwardPlaces[l], turns);
        }
        return ReadOutput();
    }

    // Micro ticks under fixed incoming messages; those sent by the last one count.
    private void Turn(int layer, SubRnnParameters place, List<TurnRecord>? turns)
    {
        var (forward, backward) = (_forward[layer], _backward[layer + 1]);
        var before = new LayerStates[Architecture.Schedule.MicroTicksOf(layer)];
        for (var tick = 0; tick < before.Length; tick++)
        {
            before[tick] = _states[layer];
            (_states[layer], var sent) = _layers[layer].MicroTick(_theta, place, _states[layer], forward, backward);
            (_forward[layer + 1], _backward[layer]) = (sent.Forward, sent.Backward);
        }
        turns?.Add(new TurnRecord(layer, place, before, forward, backward));
    }

    // The first half of h and of c becomes its mean over the batch.
    private void MergeStates()
    {
        for (var l = 0; l < _layers.Length; l++)
            _states[l] = new LayerStates(MeanOverBatch(_states[l].Hidden), MeanOverBatch(_states[l].Cells));
    }

    /// <summary>Replaces the first floor(N/2) entries of every state by their mean over the batch; its own adjoint.</summary>
    internal double[] MeanOverBatch(double[] states)
    {
        if (Batch == 1) return states;
        var (n, perExample) = (Architecture.StateSize, states.Length / Batch);
        var merged = (double[])states.Clone();
        for (var i = 0; i < perExample; i++)
        {
            if (i % n >= n / 2) continue;
            var sum = 0.0;
            for (var e = 0; e < Batch; e++) sum += states[e * perExample + i];
            for (var e = 0; e < Batch; e++) merged[e * perExample + i] = sum / Batch;
        }
        return merged;
    }

    private double[] InputSide(ReadOnlySpan<double> inputs)
    {
        var messages = new double[inputs.Length * Architecture.MessageSize];
        for (var i = 0; i < inputs.Length; i++) messages[i * Architecture.MessageSize] = inputs[i];
        return messages;
    }

    private double[] OutputSide(double[] errors, double[] labels)
    {
        var messages = new double[errors.Length * Architecture.MessageSize];
        for (var i = 0; i < errors.Length; i++)
        {
            messages[i * Architecture.MessageSize] = errors[i];
            if (Architecture.LabelFeedback) messages[i * Architecture.MessageSize + 1] = labels[i];
        }
        return messages;
    }

    private double[] ReadOutput()
    {
        var logits = new double[Batch * Architecture.OutputSize];
        double bound = Architecture.OutputBound;
        for (var i = 0; i < logits.Length; i++)
        {
            var output = _forward[^1][i * Architecture.MessageSize + Architecture.OutputIndex];
            logits[i] = bound > 0 ? Math.Tanh(output / bound) * bound : output;
        }
        return logits;
    }

    private static void Require(int length, int expected, string what)
    {
        if (length != expected) throw new ArgumentException($"{length} values were given; {expected} are needed.", what);
    }
}
