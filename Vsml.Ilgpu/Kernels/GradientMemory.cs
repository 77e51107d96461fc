using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What a launch of the reverse pass works on: one group of threads for each episode, whose states all sweeps have left behind.</summary>
public struct GradientMemory
{
    /// <summary>Theta is summed in so many parts, each by successive items of a chunk; they are added up at the end.</summary>
    public const int Parts = 8;

    /// <summary>What the sweeps worked on.</summary>
    public EpisodeMemory Episode;

    /// <summary>Where turns keep things.</summary>
    public ArrayView<AdjointTurn> Turns;

    /// <summary>Gradients with respect to the states: [episode][example of the batch], laid out like a state.</summary>
    public ArrayView<Quad> States;

    /// <summary>Gradients with respect to packed theta: [episode][part].</summary>
    public ArrayView<Quad> Theta;

    /// <summary>Weights of the losses: [episode][example][batch].</summary>
    public ArrayView<float> Weights;

    /// <summary>Gradients with respect to the states of a batch, one example after another.</summary>
    public ArrayView<Quad> BatchStates() => States.SubView((long)Grid.IdxX * Episode.Batch * Episode.StateQuads, (long)Episode.Batch * Episode.StateQuads);

    /// <summary>An example, all of whose sweeps are done: what is before its last sweep and after it.</summary>
    /// <param name="t">Its index in the episode.</param>
    /// <param name="sweeps">Sweeps of an example.</param>
    /// <param name="e">Its index in the batch.</param>
    public AdjointExample Example(int t, int sweeps, int e)
    {
        long episode = Grid.IdxX;
        var example = Episode.Example(t, sweeps, e);
        example.Source = Episode.StateAfter(t, sweeps, sweeps - 1, e);
        example.Target = Episode.StateAfter(t, sweeps, sweeps, e);
        return new AdjointExample
        {
            Values = example,
            State = BatchStates().SubView(e * Episode.StateQuads, Episode.StateQuads),
            Theta = Theta.SubView(episode * Parts * Episode.ThetaQuads, Parts * Episode.ThetaQuads),
            ThetaQuads = Episode.ThetaQuads,
            Weight = Weights[(episode * Episode.Length + t) * Episode.Batch + e],
        };
    }
}

/// <summary>One example of a batch on the way back.</summary>
public struct AdjointExample
{
    /// <summary>What the sweep read and wrote.</summary>
    public Example Values;

    /// <summary>Gradient with respect to the state: that after the sweep becomes that before it.</summary>
    public ArrayView<Quad> State;

    /// <summary>Gradient with respect to packed theta, in parts.</summary>
    public ArrayView<Quad> Theta;

    /// <summary>Quads of a part.</summary>
    public int ThetaQuads;

    /// <summary>Weight of the example's loss.</summary>
    public float Weight;

    /// <summary>Adds to the gradient of theta.</summary>
    /// <param name="part">The part.</param>
    /// <param name="index">The quad of packed theta.</param>
    /// <param name="value">What is added.</param>
    public void AddTheta(int part, int index, Quad value) => Theta[part * ThetaQuads + index] += value;

    /// <summary>Gradient of four entries of each term of a sum that was sent.</summary>
    /// <param name="sent">The messages.</param>
    /// <param name="place">Where the sum went.</param>
    /// <param name="quad">Which four entries.</param>
    /// <param name="outputEntry">The entry of a message that is the output.</param>
    public Quad Term(Sent sent, int place, int quad, int outputEntry)
    {
        if (sent.Extent == Sent.Everything) return State[sent.Offset + place * sent.Quads + quad] * sent.Factor;
        return quad == outputEntry / 4 ? Quad.Only(State[sent.Offset + place].X * sent.Factor, outputEntry % 4) : default;
    }
}
