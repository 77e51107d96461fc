using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// Runs episodes through compiled kernels: one example (or one batch of examples that share a tick) after another, the error of
/// each fed into the next tick or into a backward sweep (model.md, "The network tick"). Belongs to one thread; allocates
/// nothing after its construction.
/// </summary>
public sealed class EpisodeRunner
{
    private readonly NetworkKernels _kernels;
    private readonly TickProtocol _protocol;
    private readonly Architecture _architecture;
    private readonly InPlace _memory;
    private InPlace? _lookahead;
    private bool _started;

    /// <summary>Allocates the memory of one learner.</summary>
    /// <param name="model">The model.</param>
    /// <param name="level">The SIMD level of the kernels.</param>
    /// <param name="batch">Examples that share a tick and merge their states.</param>
    /// <exception cref="VsmlException">The batch is too large for these layers.</exception>
    public EpisodeRunner(VsmlModel model, SimdLevel level, int batch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Model = model;
        Batch = batch;
        _architecture = model.Architecture;
        _kernels = model.Kernels(level);
        _protocol = new TickProtocol(_kernels, _architecture, batch);
        State = new NetworkState(_kernels.Shape, batch);
        _memory = new InPlace(State, State, _protocol.Messages);
    }

    /// <summary>The model.</summary>
    public VsmlModel Model { get; }

    /// <summary>The SIMD level of its kernels.</summary>
    public SimdLevel Level => _kernels.Level;

    /// <summary>Examples that share a tick.</summary>
    public int Batch { get; }

    /// <summary>What has been learned so far.</summary>
    public NetworkState State { get; }

    internal NetworkShape Shape => _kernels.Shape;

    /// <summary>Forgets everything: hidden states, cells and messages become zero.</summary>
    public void Reset()
    {
        State.Clear();
        _started = false;
    }

    /// <summary>Takes over all that another runner of the same model, level and batch has learned.</summary>
    /// <param name="other">The other runner; it stays as it is.</param>
    internal void CopyFrom(EpisodeRunner other)
    {
        State.CopyFrom(other.State);
        _started = other._started;
    }

    /// <summary>Sets the initial cells of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="cells">Canonical order [batch, A, B, N], or [batch, k, k, channels in, channels out, N].</param>
    public void SetCells(int layer, ReadOnlySpan<float> cells) => Import(layer, cells, State.Cell);

    /// <summary>Sets the hidden states of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="hidden">Canonical order, as for <see cref="SetCells"/>.</param>
    public void SetHidden(int layer, ReadOnlySpan<float> hidden) => Import(layer, hidden, State.Hidden);

    /// <summary>Copies out the cells of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="cells">Receives canonical order, as for <see cref="SetCells"/>.</param>
    public void GetCells(int layer, Span<float> cells) => Export(layer, State.Cell, cells);

    /// <summary>Copies out the hidden states of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="hidden">Receives canonical order, as for <see cref="SetCells"/>.</param>
    public void GetHidden(int layer, Span<float> hidden) => Export(layer, State.Hidden, hidden);

    /// <summary>Floats of h, or of c, of a layer in canonical order.</summary>
    /// <param name="layer">Layer index from 0.</param>
    public int CanonicalFloats(int layer) =>
        checked((int)(Batch * _architecture.Layers[layer].SubRnnCount * _architecture.StateSize));

    /// <summary>
    /// Begins an episode: forgets everything and draws the initial cells, the first floor(N p) entries of c truncated normal with
    /// sigma 1 / sqrt(A) (conv: 1 / sqrt(k)), the others 0 (model.md, "Initial values").
    /// </summary>
    /// <param name="random">Stream of the episode's cells; drawn in canonical order.</param>
    public void InitialiseCells(ref CounterRandom random)
    {
        Reset();
        InitialCells.Draw(_kernels.Shape, _architecture, State, ref random);
    }

    /// <summary>One example, or one batch: predict, then learn.</summary>
    /// <param name="theta">Packed theta of this architecture and level.</param>
    /// <param name="inputs">[batch, inputs].</param>
    /// <param name="labels">[batch, outputs], one-hot or soft.</param>
    /// <param name="logits">Receives the outputs before the labels were seen, after the bound [batch, outputs].</param>
    /// <param name="losses">Receives the cross-entropy of each example [batch].</param>
    /// <returns>The mean loss of the batch.</returns>
    public float Step(PackedTheta theta, ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels, Span<float> logits, Span<float> losses)
    {
        CheckLength(labels.Length, Batch * _architecture.OutputSize, "labels");
        CheckLength(losses.Length, Batch, "losses");
        Predict(theta, inputs, _memory, logits);
        _protocol.Learn(theta.Packed, logits, labels, _memory, losses);
        var sum = 0f;
        for (var e = 0; e < Batch; e++) sum += losses[e];
        return sum / Batch;
    }

    /// <summary>The output for an input, without storing anything.</summary>
    /// <param name="theta">Packed theta of this architecture and level.</param>
    /// <param name="inputs">[batch, inputs].</param>
    /// <param name="logits">Receives the outputs, after the bound [batch, outputs].</param>
    public void Predict(PackedTheta theta, ReadOnlySpan<float> inputs, Span<float> logits)
    {
        // Merging a batch, and further sweeps of an example, read what was stored before, so these need a state of their own.
        var needsState = Batch > 1 || _architecture.Schedule.TicksPerExample > 1;
        if (_lookahead is null)
        {
            var after = new NetworkState(_kernels.Shape, Batch, discards: !needsState);
            _lookahead = new InPlace(needsState ? after : State, after, _memory.Messages);
        }
        if (needsState)
        {
            Start(theta);
            _lookahead.State.CopyFrom(State);
        }
        Predict(theta, inputs, _lookahead, logits);
    }

    /// <summary>As <see cref="Predict(PackedTheta, ReadOnlySpan{float}, Span{float})"/>, and copies out the hidden states that made its messages. For those who look inside: it allocates.</summary>
    /// <param name="theta">Packed theta of this architecture and level.</param>
    /// <param name="inputs">[batch, inputs].</param>
    /// <param name="logits">Receives the outputs, after the bound [batch, outputs].</param>
    /// <returns>Of each layer its hidden states in canonical order, as for <see cref="SetCells"/>.</returns>
    internal float[][] Look(PackedTheta theta, ReadOnlySpan<float> inputs, Span<float> logits)
    {
        Start(theta);
        var after = new NetworkState(_kernels.Shape, Batch);
        after.CopyFrom(State);
        Predict(theta, inputs, new InPlace(after, after, _memory.Messages), logits);
        var hidden = new float[_architecture.Layers.Count][];
        for (var layer = 0; layer < hidden.Length; layer++) Export(layer, after.Hidden, hidden[layer] = new float[CanonicalFloats(layer)]);
        return hidden;
    }

    /// <summary>Adds the learned initial cell, once an episode.</summary>
    internal void Start(PackedTheta theta)
    {
        if (theta.Level != Level || !(ReferenceEquals(theta.Parameters, Model.Parameters) || theta.Parameters.Equals(Model.Parameters)))
            throw new VsmlException($"This theta was packed for {theta.Level.Name()} and {theta.Parameters.Count} parameters, but the runner uses {Level.Name()} and {Model.Parameters.Count}.");
        if (_started) return;
        _started = true;
        if (_architecture.LearnedInitialCell) InitialCells.AddLearned(_kernels.Shape, State, theta.InitialCells);
    }

    /// <summary>Goes on with states that are set from outside: nothing is added to the cells any more.</summary>
    internal void Resume() => _started = true;

    private void Predict(PackedTheta theta, ReadOnlySpan<float> inputs, InPlace memory, Span<float> logits)
    {
        Start(theta);
        CheckLength(inputs.Length, Batch * _architecture.InputSize, "inputs");
        CheckLength(logits.Length, Batch * _architecture.OutputSize, "logits");
        _protocol.Predict(theta.Packed, inputs, memory, logits);
    }

    private void Import(int layer, ReadOnlySpan<float> canonical, AlignedFloats[] stored)
    {
        CheckLength(canonical.Length, CanonicalFloats(layer), "states");
        _kernels.Shape.Layers[layer].Import(canonical, stored[layer].Span, Batch);
    }

    private void Export(int layer, AlignedFloats[] stored, Span<float> canonical)
    {
        CheckLength(canonical.Length, CanonicalFloats(layer), "states");
        _kernels.Shape.Layers[layer].Export(stored[layer].Span, canonical, Batch);
    }

    private static void CheckLength(int length, int expected, string what)
    {
        if (length != expected) throw new ArgumentException($"There are {length} {what}, but this network takes {expected}.");
    }

    /// <summary>A state that every sweep of an example finds and leaves, after the first has read it or another.</summary>
    private sealed record InPlace(NetworkState First, NetworkState State, AlignedFloats[] Messages) : ISweepMemory
    {
        public NetworkState Before(int sweep) => sweep == 0 ? First : State;

        public NetworkState After(int sweep) => State;

        public AlignedFloats[] Forward(int sweep) => Messages;
    }
}
