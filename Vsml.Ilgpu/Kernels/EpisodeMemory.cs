using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What a launch works on: one group of threads for each episode.</summary>
public struct EpisodeMemory
{
    /// <summary>Packed theta of each member.</summary>
    public ArrayView<Quad> Theta;

    /// <summary>The turns of an example.</summary>
    public ArrayView<Turn> Turns;

    /// <summary>The layers.</summary>
    public ArrayView<LayerStates> Layers;

    /// <summary>States: [episode][slot][example of the batch]. A sweep reads one slot and writes the next, or the same where none are kept.</summary>
    public ArrayView<Quad> States;

    /// <summary>Scratch space: [episode].</summary>
    public ArrayView<Quad> Scratch;

    /// <summary>Inputs: [data][example][batch][input].</summary>
    public ArrayView<float> Inputs;

    /// <summary>Labels: [data][example][batch][output].</summary>
    public ArrayView<float> Labels;

    /// <summary>Receives the bounded outputs: [episode][example][batch][output].</summary>
    public ArrayView<float> Logits;

    /// <summary>Receives the losses: [episode][example][batch].</summary>
    public ArrayView<float> Losses;

    /// <summary>Successive episodes of one member.</summary>
    public int EpisodesOfMember;

    /// <summary>Successive episodes on the same data.</summary>
    public int EpisodesOfData;

    /// <summary>Quads of a member's packed theta.</summary>
    public int ThetaQuads;

    /// <summary>Quads of the state of one example of the batch.</summary>
    public int StateQuads;

    /// <summary>Slots of an episode.</summary>
    public int Slots;

    /// <summary>Slots from a sweep's source to its target: 1, or 0 where none are kept.</summary>
    public int SlotStep;

    /// <summary>Quads of an episode's scratch space.</summary>
    public int ScratchQuads;

    /// <summary>Examples that share a tick.</summary>
    public int Batch;

    /// <summary>Examples of an episode's data.</summary>
    public int Length;

    /// <summary>The first example to run.</summary>
    public int First;

    /// <summary>Number of examples to run.</summary>
    public int Count;

    /// <summary>Floats of an input.</summary>
    public int InputSize;

    /// <summary>Number of outputs.</summary>
    public int OutputSize;

    /// <summary>Packed theta of the group's member.</summary>
    public ArrayView<Quad> MemberTheta() => Theta.SubView((long)(Grid.IdxX / EpisodesOfMember) * ThetaQuads, ThetaQuads);

    /// <summary>Copies packed theta of the group's member to where all of its threads read it.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="theta">Receives it.</param>
    public void CopyTheta(Worker worker, ArrayView<Quad> theta)
    {
        var member = MemberTheta();
        for (var i = worker.Thread; i < ThetaQuads; i += worker.Threads) theta[i] = member[i];
        Group.Barrier();
    }

    /// <summary>An example of the group's episode, before its first sweep.</summary>
    /// <param name="t">Its index in the episode.</param>
    /// <param name="sweeps">Sweeps of an example.</param>
    /// <param name="e">Its index in the batch.</param>
    public Example Example(int t, int sweeps, int e)
    {
        long episode = Grid.IdxX;
        long slot = (t - First) * sweeps * SlotStep;
        var given = (episode / EpisodesOfData * Length + t) * Batch + e;
        var made = (episode * Length + t) * Batch + e;
        var source = States.SubView(((episode * Slots + slot) * Batch + e) * StateQuads, StateQuads);
        return new Example
        {
            Source = source,
            Target = source,
            Scratch = Scratch.SubView(episode * ScratchQuads, ScratchQuads),
            Input = Inputs.SubView(given * InputSize, InputSize),
            Label = Labels.SubView(given * OutputSize, OutputSize),
            Logits = Logits.SubView(made * OutputSize, OutputSize),
            Loss = Losses.SubView(made, 1),
        };
    }

    /// <summary>States of a batch before its first sweep, those of its examples one after another.</summary>
    /// <param name="t">Index of its examples in the episode.</param>
    /// <param name="sweeps">Sweeps of an example.</param>
    public ArrayView<Quad> StatesBefore(int t, int sweeps)
    {
        var slot = (t - First) * sweeps * SlotStep;
        return States.SubView(((long)Grid.IdxX * Slots + slot) * Batch * StateQuads, (long)Batch * StateQuads);
    }

    /// <summary>The example's state after its next sweep.</summary>
    /// <param name="t">Its index in the episode.</param>
    /// <param name="sweeps">Sweeps of an example.</param>
    /// <param name="sweep">Sweeps of the example that have begun.</param>
    /// <param name="e">Its index in the batch.</param>
    public ArrayView<Quad> StateAfter(int t, int sweeps, int sweep, int e)
    {
        var slot = ((t - First) * sweeps + sweep) * SlotStep;
        return States.SubView((((long)Grid.IdxX * Slots + slot) * Batch + e) * StateQuads, StateQuads);
    }
}

/// <summary>Where the states of a layer lie.</summary>
public struct LayerStates
{
    /// <summary>h, in quads from the beginning of a state; in half quads where it is stored as float16.</summary>
    public int Hidden;

    /// <summary>c, in quads.</summary>
    public int Cell;

    /// <summary>Places along the loops, which in a convolution are its sub-RNNs.</summary>
    public int Loops;

    /// <summary>The same, padded.</summary>
    public int PaddedLoops;

    /// <summary>Places along the lanes; 1 in a convolution.</summary>
    public int Lanes;

    /// <summary>The same, padded.</summary>
    public int PaddedLanes;
}

/// <summary>One example of a batch, in one sweep.</summary>
public struct Example
{
    /// <summary>State and messages before the sweep.</summary>
    public ArrayView<Quad> Source;

    /// <summary>State and messages after it; may be the same.</summary>
    public ArrayView<Quad> Target;

    /// <summary>Scratch space.</summary>
    public ArrayView<Quad> Scratch;

    /// <summary>The input.</summary>
    public ArrayView<float> Input;

    /// <summary>The label.</summary>
    public ArrayView<float> Label;

    /// <summary>Receives the bounded outputs.</summary>
    public ArrayView<float> Logits;

    /// <summary>Receives the loss.</summary>
    public ArrayView<float> Loss;

    /// <summary>Four entries of a received message.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="place">The place.</param>
    /// <param name="quad">Which four entries.</param>
    public Quad Message(Received messages, int place, int quad)
    {
        if (messages.Origin == Received.Input) return new Quad(Input[place], 0f, 0f, 0f);
        if (messages.Origin == Received.Source) return Source[messages.Offset + place * messages.Quads + quad];
        if (messages.Origin == Received.Target) return Target[messages.Offset + place * messages.Quads + quad];
        return default;
    }
}
