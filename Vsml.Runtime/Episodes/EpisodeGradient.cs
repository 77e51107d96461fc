using Vsml.Contracts;

namespace Vsml;

/// <summary>
/// Backpropagation through time over a window of examples: the gradient of a weighted sum of losses with respect to theta and to
/// the state at the window's start. States are kept every few examples and recomputed in between. Belongs to one thread.
/// </summary>
public sealed class EpisodeGradient
{
    private readonly NetworkKernels _kernels;
    private readonly Architecture _architecture;
    private readonly TickProtocol _protocol;
    private readonly AdjointWorkspace _adjoint;
    private readonly GradientTape _tape;
    private readonly List<NetworkState> _checkpoints = [];
    private readonly float[] _logits;
    private readonly float[] _weights;
    private int[] _predicted = [];

    /// <summary>Allocates the memory; the tape grows with the first window.</summary>
    /// <param name="model">The model.</param>
    /// <param name="level">The SIMD level of the kernels.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="tapeExamples">Examples whose states are kept at once; a window longer than that runs forward twice. 0 keeps all.</param>
    /// <exception cref="VsmlException">The batch is too large for these layers.</exception>
    public EpisodeGradient(VsmlModel model, SimdLevel level, int batch = 1, int tapeExamples = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(tapeExamples);
        Model = model;
        Batch = batch;
        TapeExamples = tapeExamples;
        _architecture = model.Architecture;
        _kernels = model.Kernels(level);
        _protocol = new TickProtocol(_kernels, _architecture, batch);
        _adjoint = new AdjointWorkspace(_kernels, model.Parameters.Count, batch);
        _tape = new GradientTape(_kernels.Shape, batch, _protocol.Sweeps);
        _logits = new float[batch * _architecture.OutputSize];
        _weights = new float[batch];
    }

    /// <summary>The model.</summary>
    public VsmlModel Model { get; }

    /// <summary>Examples that share a tick.</summary>
    public int Batch { get; }

    /// <summary>Examples whose states are kept at once; 0 for all of a window.</summary>
    public int TapeExamples { get; }

    /// <summary>Bytes kept per example on the tape.</summary>
    public long BytesPerExample => _protocol.Sweeps * GradientTape.SweepBytes(_kernels.Shape, Batch);

    /// <summary>Bytes of a state kept between stretches of the tape.</summary>
    public long CheckpointBytes => GradientTape.StateBytes(_kernels.Shape, Batch);

    /// <summary>
    /// The longest tape that fits a budget together with the checkpoints of a window.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="level">The SIMD level.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="window">Examples of a window.</param>
    /// <param name="budgetBytes">Bytes that tape and checkpoints may take.</param>
    /// <returns>Examples on the tape, and the bytes that they and the checkpoints take.</returns>
    /// <exception cref="VsmlException">No tape length fits, or the batch is too large for these layers.</exception>
    public static (int TapeExamples, long Bytes) PlanTape(VsmlModel model, SimdLevel level, int batch, int window, long budgetBytes)
    {
        var shape = model.Kernels(level).Shape;
        var example = model.Architecture.Schedule.Sweeps.Count() * GradientTape.SweepBytes(shape, batch);
        var state = GradientTape.StateBytes(shape, batch);
        return FindTape(window, example, state, budgetBytes, out var least)
            ?? throw TooLittle(window, budgetBytes, least);
    }

    /// <summary>What is thrown where no tape length fits.</summary>
    internal static VsmlException TooLittle(int window, long budgetBytes, Int128 least)
    {
        const double MiB = 1 << 20;
        return new(FormattableString.Invariant($"{budgetBytes / MiB:G6} MiB of memory are too small for a window of {window} examples; it needs at least {(double)least / MiB:G6} MiB. Raise the budget (memoryMiB, which all threads share) or shorten the window."));
    }

    /// <summary>The same for any storage; null if no tape length fits.</summary>
    /// <param name="window">Examples of a window.</param>
    /// <param name="example">Bytes of an example on the tape.</param>
    /// <param name="state">Bytes of a state.</param>
    /// <param name="budgetBytes">Bytes that tape and checkpoints may take.</param>
    /// <param name="least">Bytes that they need at least.</param>
    internal static (int TapeExamples, long Bytes)? FindTape(int window, long example, long state, long budgetBytes, out Int128 least)
    {
        // Wide, so that no window is too long to be weighed.
        least = (Int128)window * example + state;
        if (least <= budgetBytes) return (window, (long)least);
        // The fewer stretches, the longer the tape: the first number of them that fits is the answer.
        for (var stretches = 2L; stretches <= window && (stretches + 1) * (Int128)state < least; stretches++)
        {
            var checkpoints = (stretches + 1) * (Int128)state;
            var shortest = (window - 1) / stretches + 1;
            var longest = Int128.Min((window - 1) / (stretches - 1), (budgetBytes - checkpoints) / example);
            if (longest >= shortest) return ((int)longest, (long)(longest * example + checkpoints));
            least = Int128.Min(least, shortest * (Int128)example + checkpoints);
        }
        return null;
    }

    /// <summary>Runs a window forward and backward.</summary>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="packed">The same, packed for the kernels.</param>
    /// <param name="start">State before the window; left alone, but for a batch's merged entries.</param>
    /// <param name="inputs">[T, batch, inputs].</param>
    /// <param name="labels">[T, batch, outputs].</param>
    /// <param name="lossWeights">Weight of each loss [T, batch], or empty for the mean over all.</param>
    /// <param name="losses">Receives the losses [T, batch].</param>
    /// <param name="gradient">Receives the gradient of the weighted loss with respect to theta [parameters]; the learned initial cell's part is that of the state at the start.</param>
    /// <param name="end">Receives the state after <paramref name="carried"/> examples, or null.</param>
    /// <param name="carried">Examples after which the state is handed on; the whole window if negative.</param>
    /// <param name="startsEpisode">Whether the window begins an episode, so that the learned initial cell is in its state.</param>
    /// <returns>The weighted loss.</returns>
    /// <exception cref="ArgumentException">The window is empty, or its lengths disagree.</exception>
    public float Run(
        ReadOnlySpan<float> theta,
        PackedTheta packed,
        NetworkState start,
        ReadOnlySpan<float> inputs,
        ReadOnlySpan<float> labels,
        ReadOnlySpan<float> lossWeights,
        Span<float> losses,
        Span<float> gradient,
        NetworkState? end = null,
        int carried = -1,
        bool startsEpisode = true)
    {
        var length = losses.Length / Batch;
        CheckLengths(inputs.Length, labels.Length, losses.Length);
        if (carried < 0) carried = length;
        theta.CopyTo(_adjoint.Theta.Span);
        _adjoint.ThetaSums.Span.Clear();
        _adjoint.State.Clear();
        var window = new Window(inputs, labels, lossWeights);
        if (_predicted.Length < losses.Length) _predicted = new int[losses.Length];
        var onTape = TapeExamples == 0 ? length : Math.Min(TapeExamples, length);

        _tape.Start(0).CopyFrom(start);
        for (var first = 0; first < length; first += onTape)
        {
            var count = Math.Min(onTape, length - first);
            if (onTape < length) Checkpoint(first / onTape).CopyFrom(_tape.Start(0));
            for (var t = 0; t < count; t++)
            {
                if (first + t == carried) end?.CopyFrom(_tape.Start(t));
                Forward(packed, window, first + t, _tape.At(t), losses);
            }
            if (first + count < length) _tape.Start(0).CopyFrom(_tape.Start(count));
            else if (carried == length) end?.CopyFrom(_tape.Start(count));
        }

        var lastFirst = (length - 1) / onTape * onTape;
        for (var first = lastFirst; first >= 0; first -= onTape)
        {
            var count = Math.Min(onTape, length - first);
            // The last stretch still lies on the tape.
            if (first != lastFirst)
            {
                _tape.Start(0).CopyFrom(Checkpoint(first / onTape));
                for (var t = 0; t < count; t++) Forward(packed, window, first + t, _tape.At(t), losses);
            }
            for (var t = count - 1; t >= 0; t--) Reverse(packed, window, first + t, _tape.At(t), losses.Length);
        }

        _adjoint.ReadGradient(gradient);
        if (_architecture.LearnedInitialCell && startsEpisode) AddInitialCellGradient(gradient);
        return window.WeightedLoss(losses);
    }

    /// <summary>The class that the last window's output favoured.</summary>
    /// <param name="index">Index of an example, in the order of the losses.</param>
    public int PredictedClass(int index) => _predicted[index];

    /// <summary>Copies out the gradient with respect to the initial cells of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="gradient">Receives canonical order with the batch first.</param>
    public void GetCellGradient(int layer, Span<float> gradient) =>
        _kernels.Shape.Layers[layer].Export(_adjoint.State.Cell[layer].Span, gradient, Batch);

    private void CheckLengths(int inputs, int labels, int losses)
    {
        if (losses == 0 || losses % Batch != 0 || inputs != (long)losses * _architecture.InputSize || labels != (long)losses * _architecture.OutputSize)
            throw new ArgumentException($"A window of {losses} losses in batches of {Batch} takes {(long)losses * _architecture.InputSize} inputs and {(long)losses * _architecture.OutputSize} labels, at least those of one example; there are {inputs} and {labels}.");
    }

    private NetworkState Checkpoint(int index)
    {
        while (_checkpoints.Count <= index) _checkpoints.Add(new NetworkState(_kernels.Shape, Batch));
        return _checkpoints[index];
    }

    private void Forward(PackedTheta packed, Window window, int t, ISweepMemory memory, Span<float> losses)
    {
        var size = _architecture.OutputSize;
        _protocol.Predict(packed.Packed, window.Inputs(t, Batch * _architecture.InputSize), memory, _logits);
        _protocol.Learn(packed.Packed, _logits, window.Labels(t, Batch * size), memory, losses.Slice(t * Batch, Batch));
        for (var e = 0; e < Batch; e++)
            _predicted[t * Batch + e] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(_logits.AsSpan(e * size, size));
    }

    private void Reverse(PackedTheta packed, Window window, int t, ISweepMemory memory, int lossCount)
    {
        for (var e = 0; e < Batch; e++) _weights[e] = window.Weight(t * Batch + e, lossCount);
        _protocol.Reverse(packed.Packed, window.Labels(t, Batch * _architecture.OutputSize), _weights, memory, _adjoint);
    }

    private void AddInitialCellGradient(Span<float> gradient)
    {
        var n = _architecture.StateSize;
        for (var l = 0; l < _architecture.Layers.Count; l++)
        {
            var tensor = Model.Parameters.Find(ParameterLayout.GroupOf(_architecture, l, backward: false), "initial_cell");
            var storage = _kernels.Shape.Layers[l];
            var cells = _adjoint.State.Cell[l].Span;
            for (var e = 0; e < Batch; e++)
                for (var s = 0; s < storage.SubRnns; s++)
                {
                    var at = storage.IndexOf(s / storage.Outputs, s % storage.Outputs, e, Batch);
                    for (var k = 0; k < n; k++) gradient[tensor.Offset + k] += cells[at + k * storage.EntryStride];
                }
        }
    }

    /// <summary>The examples of a window.</summary>
    private readonly ref struct Window(ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights)
    {
        private readonly ReadOnlySpan<float> _inputs = inputs;
        private readonly ReadOnlySpan<float> _labels = labels;
        private readonly ReadOnlySpan<float> _weights = weights;

        public ReadOnlySpan<float> Inputs(int t, int floats) => _inputs.Slice(t * floats, floats);

        public ReadOnlySpan<float> Labels(int t, int floats) => _labels.Slice(t * floats, floats);

        public float Weight(int loss, int count) => _weights.IsEmpty ? 1f / count : _weights[loss];

        public float WeightedLoss(ReadOnlySpan<float> losses)
        {
            var sum = 0.0;
            for (var i = 0; i < losses.Length; i++) sum += (double)losses[i] * Weight(i, losses.Length);
            return (float)sum;
        }
    }
}
