using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// The sweeps of one example and what happens between them (model.md, "The network tick"), forwards and in reverse: input and
/// output, error and label fed back, and which messages are zero in which sweep. Whose states they are is the caller's business.
/// </summary>
internal sealed class TickProtocol
{
    private readonly NetworkKernels _kernels;
    private readonly Architecture _architecture;
    private readonly SweepWorkspace _workspace;
    private readonly int _batch;
    private readonly Sweep[] _sweeps;
    private readonly int _lastForward;
    private readonly float[] _logits;
    private readonly float[] _error;
    private readonly float[] _outputAdjoint;

    /// <summary>Allocates scratch space.</summary>
    /// <param name="kernels">The compiled sweeps.</param>
    /// <param name="architecture">Their architecture.</param>
    /// <param name="batch">Examples that share a tick.</param>
    public TickProtocol(NetworkKernels kernels, Architecture architecture, int batch)
    {
        _kernels = kernels;
        _architecture = architecture;
        _workspace = new SweepWorkspace(kernels.Shape, batch);
        Messages = _workspace.Forward;
        _batch = batch;
        _sweeps = [.. architecture.Schedule.Sweeps];
        _lastForward = Array.FindLastIndex(_sweeps, sweep => sweep != Sweep.Backward);
        _logits = new float[batch * architecture.OutputSize];
        _error = new float[architecture.OutputSize];
        _outputAdjoint = new float[architecture.OutputSize];
    }

    /// <summary>Memory for forward messages that no later example needs.</summary>
    public AlignedFloats[] Messages { get; }

    /// <summary>Number of sweeps of an example.</summary>
    public int Sweeps => _sweeps.Length;

    /// <summary>Runs the forward sweeps.</summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="inputs">[batch, inputs].</param>
    /// <param name="memory">States and messages.</param>
    /// <param name="logits">Receives the outputs, after the bound [batch, outputs].</param>
    public void Predict(AlignedFloats packed, ReadOnlySpan<float> inputs, ISweepMemory memory, Span<float> logits)
    {
        for (var sweep = 0; sweep <= _lastForward; sweep++)
        {
            _workspace.Forward = memory.Forward(sweep);
            CopyRows(inputs, _architecture.InputSize, _workspace.Forward[0].Span, _kernels.Shape.PaddedUnits(0));
            // Error and label go into the first sweep of an example alone.
            if (_sweeps[sweep] == Sweep.Further) memory.Before(sweep).Backward[^1].Span.Clear();
            _kernels.ForwardSweep(packed, memory.Before(sweep), memory.After(sweep), _workspace, Merges(sweep));
        }
        ReadOutputs(memory, logits);
    }

    /// <summary>Reveals the labels after <see cref="Predict"/>: error and label wait for the next example, or enter the backward sweep.</summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="logits">What was predicted [batch, outputs].</param>
    /// <param name="labels">[batch, outputs], one-hot or soft.</param>
    /// <param name="memory">States and messages.</param>
    /// <param name="losses">Receives the cross-entropy of each example [batch].</param>
    public void Learn(AlignedFloats packed, ReadOnlySpan<float> logits, ReadOnlySpan<float> labels, ISweepMemory memory, Span<float> losses)
    {
        var (size, padded) = OutputRow;
        var channels = _kernels.Shape.BackwardChannels[^1];
        var feedback = memory.After(_lastForward).Backward[^1].Span;
        for (var e = 0; e < _batch; e++)
        {
            var label = labels.Slice(e * size, size);
            losses[e] = SoftmaxCrossEntropy.Evaluate(logits.Slice(e * size, size), label, _batch, _error);
            _error.CopyTo(feedback[(e * channels * padded)..]);
            if (channels > 1) label.CopyTo(feedback[((e * channels + 1) * padded)..]);
        }
        for (var sweep = _lastForward + 1; sweep < _sweeps.Length; sweep++)
        {
            _workspace.Forward = memory.Forward(_lastForward);
            _kernels.BackwardSweep(packed, memory.Before(sweep), memory.After(sweep), _workspace);
            memory.After(sweep).Backward[^1].Span.Clear();
        }
    }

    /// <summary>
    /// Turns gradients with respect to the state after an example into those with respect to the state before it, its losses' included,
    /// and adds theta's.
    /// </summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="labels">[batch, outputs].</param>
    /// <param name="weights">Weight of each loss [batch].</param>
    /// <param name="memory">States and messages of the example, sweep by sweep.</param>
    /// <param name="adjoint">The gradients.</param>
    public void Reverse(
        AlignedFloats packed, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights, ISweepMemory memory, AdjointWorkspace adjoint)
    {
        var backward = adjoint.State.Backward;
        ClearForward(adjoint);
        for (var sweep = _sweeps.Length - 1; sweep > _lastForward; sweep--)
        {
            backward[^1].Span.Clear();
            _kernels.AdjointBackwardSweep(packed, memory.Before(sweep), memory.After(sweep), memory.Forward(_lastForward), adjoint);
            // What the forward sweep sent backward was replaced before anybody read it.
            for (var l = 0; l < backward.Length - 1; l++) backward[l].Span.Clear();
        }
        ReadOutputs(memory, _logits);
        SetOutputAdjoint(labels, weights, adjoint);
        for (var sweep = _lastForward; sweep >= 0; sweep--)
        {
            _kernels.AdjointForwardSweep(packed, memory.Before(sweep), memory.Forward(sweep), adjoint, Merges(sweep));
            if (sweep > 0) ClearForward(adjoint);
        }
    }

    private bool Merges(int sweep) => _sweeps[sweep] == Sweep.First && _batch > 1;

    private (int Size, int Padded) OutputRow => (_architecture.OutputSize, _kernels.Shape.PaddedUnits(_architecture.Layers.Count));

    private void ReadOutputs(ISweepMemory memory, Span<float> logits)
    {
        var (size, padded) = OutputRow;
        var outputs = memory.Forward(_lastForward)[^1].Span;
        for (var e = 0; e < _batch; e++) outputs.Slice(e * padded, size).CopyTo(logits[(e * size)..]);
        OutputBound.Apply(logits, _architecture.OutputBound);
    }

    /// <summary>The loss' gradient with respect to the unbounded output, through the loss and through the error that was fed back.</summary>
    private void SetOutputAdjoint(ReadOnlySpan<float> labels, ReadOnlySpan<float> weights, AdjointWorkspace adjoint)
    {
        var (size, padded) = OutputRow;
        var channels = _kernels.Shape.BackwardChannels[^1];
        var bound = _architecture.OutputBound;
        for (var e = 0; e < _batch; e++)
        {
            var outputs = _logits.AsSpan(e * size, size);
            var errorAdjoint = adjoint.State.Backward[^1].Span.Slice(e * channels * padded, size);
            SoftmaxAdjoint.Evaluate(outputs, labels.Slice(e * size, size), weights[e], errorAdjoint, _batch, _outputAdjoint);
            if (bound > 0)
                for (var b = 0; b < size; b++)
                {
                    var ratio = outputs[b] / bound;
                    _outputAdjoint[b] *= 1f - ratio * ratio;
                }
            _outputAdjoint.CopyTo(adjoint.Forward[^1].Span[(e * padded)..]);
        }
    }

    private static void ClearForward(AdjointWorkspace adjoint)
    {
        foreach (var messages in adjoint.Forward) messages.Span.Clear();
    }

    private void CopyRows(ReadOnlySpan<float> rows, int size, Span<float> stored, int padded)
    {
        for (var e = 0; e < _batch; e++) rows.Slice(e * size, size).CopyTo(stored[(e * padded)..]);
    }
}
