using Vsml.Contracts;
using Vsml.Files;
using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// A network of dense layers whose inputs and outputs grow while what it learned stays, and of which every example uses some of the
/// inputs: the sub-RNNs of the others neither step nor count in any mean, as in a network without them. The states of all lie in
/// grids; those of the inputs in use are moved into a runner of just that size, and stay there until another set of inputs is used.
/// <para>
/// Behind the outputs is one more, the stand-in: it takes part in every example and is never the right one, as a class that was there
/// from the start and has not been seen. A new output begins as a copy of it, so that it makes no difference when a class comes.
/// </para>
/// </summary>
internal sealed class GrowingNetwork
{
    // 64 MB of floats: where examples lack different values, a runner is kept for each number of them.
    private const long MostPooledFloats = 16 << 20;
    private readonly Func<Architecture, VsmlModel> _models;
    private readonly MetaParameters _theta;
    private readonly ulong _seed;
    private Dictionary<int, EpisodeRunner> _runners = [];
    private long _pooledFloats;
    private SubRnnGrid[] _grids;
    private float[][] _messages; // backward messages that wait at boundary 1 .. K: [entry, place]
    private PackedTheta? _packed;
    private EpisodeRunner? _resident;
    private int[] _rows = [];
    private float[] _loss = new float[1];
    private float[] _logits = [], _label = []; // the stand-in's included

    /// <summary>A network without inputs and outputs.</summary>
    /// <exception cref="VsmlException">Theta's architecture has a convolution.</exception>
    public GrowingNetwork(Func<Architecture, VsmlModel> models, MetaParameters theta, ulong seed)
    {
        if (theta.Architecture.Layers.Any(layer => layer is not DenseLayerSpec))
            throw new VsmlException("A classifier needs a theta whose architecture has dense layers alone; this one has a convolution.");
        (_models, _theta, _seed) = (models, theta, seed);
        var layers = theta.Architecture.Layers;
        _grids = [.. layers.Select(_ => new SubRnnGrid(theta.Architecture.StateSize))];
        _messages = [.. layers.Select(_ => Array.Empty<float>())];
        for (var l = 0; l < layers.Count; l++) _grids[l].Resize(l == 0 ? 0 : layers[l].Inputs, l == layers.Count - 1 ? 1 : layers[l].Outputs);
        for (var l = 1; l < layers.Count; l++) _messages[l - 1] = new float[layers[l].Inputs * theta.Architecture.MessageSize];
        _messages[^1] = new float[FeedbackEntries];
        for (var l = 1; l < layers.Count; l++) Draw(l, 0, 0, key: (uint)l);
        SizeOutputs();
    }

    /// <summary>Inputs so far.</summary>
    public int Inputs => _grids[0].Rows;

    /// <summary>Outputs so far.</summary>
    public int Outputs => _grids[^1].Columns - 1;

    /// <summary>Throws where the network could not grow to these sizes; nothing changes.</summary>
    /// <exception cref="VsmlException">It would be too large.</exception>
    public void CheckSizes(int inputs, int outputs)
    {
        if (inputs == 0 || outputs == 0) return;
        var layout = Layouts.For(_theta.Architecture, inputs, outputs + 1);
        if (layout.Layers.Any(layer => layer.SubRnnCount * layout.StateSize > Array.MaxLength / 2))
            throw new VsmlException($"With {inputs} features and {outputs} labels the network would have more states than an array can hold.");
    }

    /// <summary>New inputs after the others, with fresh sub-RNNs.</summary>
    /// <param name="keys">One number for each, which decides its random cells in networks of several layers.</param>
    public void AddInputs(ReadOnlySpan<uint> keys)
    {
        Evict();
        var (grid, first) = (_grids[0], Inputs);
        grid.Resize(first + keys.Length, grid.Columns);
        for (var i = 0; i < keys.Length; i++) Draw(0, first + i, 0, keys[i]);
    }

    /// <summary>A new output after the others, which begins as the stand-in is.</summary>
    public void AddOutput()
    {
        ForgetRunners();
        _grids[^1].RepeatLastColumn();
        var columns = Outputs;
        Waiting = [.. Waiting.Chunk(columns).SelectMany(entry => (float[])[.. entry, entry[^1]])];
        SizeOutputs();
    }

    /// <summary>Takes an output out, with all that its sub-RNNs learned.</summary>
    public void RemoveOutput(int output)
    {
        ForgetRunners();
        var columns = _grids[^1].Columns;
        Waiting = [.. Waiting.Where((_, i) => i % columns != output)];
        _grids[^1].RemoveColumn(output);
        SizeOutputs();
    }

    /// <summary>The outputs for some of the inputs; nothing is learned.</summary>
    /// <param name="rows">The inputs in use, ascending; at least one.</param>
    /// <param name="values">Their values.</param>
    /// <param name="logits">Receives the outputs.</param>
    public void Predict(ReadOnlySpan<int> rows, ReadOnlySpan<float> values, Span<float> logits)
    {
        Use(rows).Predict(_packed!, values, _logits);
        _logits.AsSpan(0, Outputs).CopyTo(logits);
    }

    /// <summary>As <see cref="Predict"/>, the stand-in included, with the hidden states that its messages were made of.</summary>
    /// <param name="rows">The inputs in use, ascending; at least one.</param>
    /// <param name="values">Their values.</param>
    /// <returns>Outputs [B + 1]; of each layer h [rows, columns, N].</returns>
    public (float[] Logits, float[][] Hidden) Look(ReadOnlySpan<int> rows, ReadOnlySpan<float> values)
    {
        var runner = Use(rows);
        var logits = new float[Outputs + 1];
        return (logits, runner.Look(_packed!, values, logits));
    }

    /// <summary>The states of a layer's sub-RNNs, [rows, columns, N] each.</summary>
    /// <param name="layer">Layer index from 0.</param>
    public (float[] Cell, float[] Hidden) States(int layer)
    {
        Evict();
        var grid = _grids[layer];
        return (grid.Cell[..grid.Length], grid.Hidden[..grid.Length]);
    }

    /// <summary>Predicts, then learns.</summary>
    /// <param name="rows">The inputs in use, ascending; at least one.</param>
    /// <param name="values">Their values.</param>
    /// <param name="label">Weight of each output.</param>
    /// <param name="logits">Receives the outputs before the label was seen.</param>
    public void Learn(ReadOnlySpan<int> rows, ReadOnlySpan<float> values, ReadOnlySpan<float> label, Span<float> logits)
    {
        label.CopyTo(_label);
        Use(rows).Step(_packed!, values, _label, _logits, _loss);
        _logits.AsSpan(0, Outputs).CopyTo(logits);
    }

    /// <summary>An independent copy.</summary>
    public GrowingNetwork Copy()
    {
        Evict();
        var copy = (GrowingNetwork)MemberwiseClone();
        copy._runners = [];
        copy._pooledFloats = 0;
        copy._rows = [];
        copy._loss = new float[1];
        copy.SizeOutputs();
        copy._grids = [.. _grids.Select(grid => grid.Copy())];
        copy._messages = [.. _messages.Select(messages => (float[])[.. messages])];
        return copy;
    }

    /// <summary>What a saved file holds of it: cell/l and hidden/l [A, B, N], message/l the backward messages before hidden layer l [M, places], feedback [1 or 2, B]; the stand-in is the last of B.</summary>
    public IEnumerable<Tensor> ToTensors()
    {
        Evict();
        var n = _theta.Architecture.StateSize;
        for (var l = 0; l < _grids.Length; l++)
        {
            int[] shape = [_grids[l].Rows, _grids[l].Columns, n];
            yield return Tensor.Of($"cell/{l}", shape, _grids[l].Cell[.._grids[l].Length]);
            yield return Tensor.Of($"hidden/{l}", shape, _grids[l].Hidden[.._grids[l].Length]);
        }
        for (var l = 1; l < _grids.Length; l++) yield return Tensor.Of($"message/{l}", [_theta.Architecture.MessageSize, _grids[l].Rows], [.. _messages[l - 1]]);
        yield return Tensor.Of("feedback", [FeedbackEntries, _grids[^1].Columns], [.. Waiting]);
    }

    /// <summary>Reads <see cref="ToTensors"/> into a new network.</summary>
    /// <exception cref="VsmlException">A tensor is missing, of another shape or not finite.</exception>
    public void Read(SafetensorsFile file, int inputs, int outputs)
    {
        CheckSizes(inputs, outputs);
        var n = _theta.Architecture.StateSize;
        for (var l = 0; l < _grids.Length; l++)
        {
            var grid = _grids[l];
            int[] shape = [l == 0 ? inputs : grid.Rows, l == _grids.Length - 1 ? outputs + 1 : grid.Columns, n];
            var (cell, hidden) = (file.GetSingles($"cell/{l}", shape), file.GetSingles($"hidden/{l}", shape));
            grid.Resize(shape[0], shape[1]);
            cell.CopyTo(grid.Cell, 0);
            hidden.CopyTo(grid.Hidden, 0);
        }
        for (var l = 1; l < _grids.Length; l++) _messages[l - 1] = file.GetSingles($"message/{l}", _theta.Architecture.MessageSize, _grids[l].Rows);
        Waiting = file.GetSingles("feedback", FeedbackEntries, outputs + 1);
        SizeOutputs();
    }

    private int FeedbackEntries => _theta.Architecture.LabelFeedback ? 2 : 1;

    // Error and label of the last example, where the schedule lets them wait for the next.
    private ref float[] Waiting => ref _messages[^1];

    private EpisodeRunner Use(ReadOnlySpan<int> rows)
    {
        if (_resident is not null && rows.SequenceEqual(_rows.AsSpan(0, _resident.Model.Architecture.InputSize))) return _resident;
        Evict();
        if (_rows.Length < rows.Length) _rows = new int[Inputs];
        rows.CopyTo(_rows);
        var runner = RunnerOf(rows.Length);
        Move(runner, toRunner: true);
        return _resident = runner;
    }

    private void Evict()
    {
        if (_resident is null) return;
        Move(_resident, toRunner: false);
        _resident = null;
    }

    private void ForgetRunners()
    {
        Evict();
        _runners.Clear();
        _pooledFloats = 0;
    }

    private EpisodeRunner RunnerOf(int inputs)
    {
        if (_runners.TryGetValue(inputs, out var runner)) return runner;
        var model = _models(Layouts.For(_theta.Architecture, inputs, _grids[^1].Columns));
        _packed ??= model.Pack(_theta);
        runner = new EpisodeRunner(model, _packed.Level);
        runner.Resume();
        if (_pooledFloats > MostPooledFloats) ForgetRunners();
        _pooledFloats += runner.State.FloatCount;
        _runners.Add(inputs, runner);
        return runner;
    }

    private void Move(EpisodeRunner runner, bool toRunner)
    {
        var (shape, n) = (runner.Shape, _theta.Architecture.StateSize);
        for (var l = 0; l < _grids.Length; l++)
        {
            var (grid, storage) = (_grids[l], shape.Layers[l]);
            for (var a = 0; a < storage.Inputs; a++)
                for (var b = 0; b < storage.Outputs; b++)
                {
                    var (at, stored) = (grid.IndexOf(l == 0 ? _rows[a] : a, b), storage.IndexOf(a, b, 0, 1));
                    Exchange(grid.Cell.AsSpan(at, n), runner.State.Cell[l].Span[stored..], storage.EntryStride, toRunner);
                    Exchange(grid.Hidden.AsSpan(at, n), runner.State.Hidden[l].Span[stored..], storage.EntryStride, toRunner);
                }
            var (places, padded) = (shape.BoundaryUnits[l + 1], shape.PaddedUnits(l + 1));
            var waiting = runner.State.Backward[l + 1].Span;
            for (var entry = 0; entry < shape.BackwardChannels[l + 1]; entry++)
                Exchange(_messages[l].AsSpan(entry * places, places), waiting[(entry * padded)..], 1, toRunner);
        }
    }

    private static void Exchange(Span<float> dense, Span<float> stored, int stride, bool toStored)
    {
        if (toStored)
            for (var i = 0; i < dense.Length; i++) stored[i * stride] = dense[i];
        else
            for (var i = 0; i < dense.Length; i++) dense[i] = stored[i * stride];
    }

    /// <summary>
    /// Fresh cells of a sub-RNN. One layer needs no random entries (they change accuracy by less than .003, see docs/classifier.md), and
    /// without them the order of the columns means nothing. Between several layers they tell hidden units apart.
    /// </summary>
    private void Draw(int layer, int row, int column, uint key)
    {
        var (grid, architecture) = (_grids[layer], _theta.Architecture);
        var wholeRow = layer < _grids.Length - 1;
        var rows = layer > 0 && wholeRow ? grid.Rows : 1;
        var columns = wholeRow ? grid.Columns : layer == 0 ? grid.Columns - column : 1;
        var random = new CounterRandom(_seed, RandomStream.Cells, key, (uint)layer, (uint)(wholeRow || layer == 0 ? 0 : row));
        var sigma = architecture.InitialCellScaleOf(layer).Value is { } given ? (float)given : 1f / MathF.Sqrt(Math.Max(1, grid.Rows));
        var entries = _grids.Length == 1 ? 0 : architecture.RandomCellEntries;
        var learned = architecture.LearnedInitialCell
            ? _theta.Values.Slice(_theta.Layout.Find(ParameterLayout.GroupOf(architecture, layer, backward: false), "initial_cell").Offset, architecture.StateSize)
            : default;
        for (var a = row; a < row + rows; a++)
            for (var b = column; b < column + columns; b++)
            {
                var cell = grid.Cell.AsSpan(grid.IndexOf(a, b), architecture.StateSize);
                for (var i = 0; i < entries; i++) cell[i] = sigma * random.NextTruncatedNormal();
                for (var i = 0; i < learned.Length; i++) cell[i] += learned[i];
            }
    }

    private void SizeOutputs() => (_logits, _label) = (new float[Outputs + 1], new float[Outputs + 1]);
}
