using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// A turn as kernels run it. One kernel serves all forward sweeps of an example: it reads what any of them reads and sends what any
/// of them sends.
/// </summary>
/// <param name="Plan">What is computed.</param>
/// <param name="Layer">How the layer's states are stored.</param>
/// <param name="MergesBatch">Whether the kernel can merge the states of a batch.</param>
/// <param name="Inputs">Messages at the layer's inputs: forward ones come in, backward ones go out.</param>
/// <param name="Outputs">Messages at its outputs: backward ones come in, forward ones go out.</param>
public sealed record CpuTurn(TurnPlan Plan, CpuLayer Layer, bool MergesBatch, CpuSide Inputs, CpuSide Outputs)
{
    /// <summary>Whether it belongs to the backward sweep.</summary>
    public bool IsBackward => Plan.Sweep == Sweep.Backward;

    /// <summary>Name of the turn in emitted code, for example "Layer0Forward"; with free sizes "Layer0ForwardOverInputs" or "Layer0ForwardOverOutputs".</summary>
    public string Name => $"Layer{Layer.Layer.Index}{(IsBackward ? "Backward" : "Forward")}{(Layer.IsFree ? "Over" + Layer.Axis : "")}";

    /// <summary>A dense layer's messages along its lanes. What is sent there are sums over the looped axis.</summary>
    public CpuSide Lane => Layer.Axis == LaneAxis.Inputs ? Inputs : Outputs;

    /// <summary>A dense layer's messages along its looped axis. What is sent there are sums over lanes.</summary>
    public CpuSide Loop => Layer.Axis == LaneAxis.Inputs ? Outputs : Inputs;

    /// <summary>Free sizes of the layer, from input to output.</summary>
    public IEnumerable<Extent> FreeSizes => new[] { Layer.Layer.Inputs, Layer.Layer.Outputs }.Where(size => size.IsFree);

    /// <summary>The turn of a layer in a sweep, for each way in which the layer may be stored.</summary>
    /// <param name="network">The network.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="further">The same layer's turn in further forward sweeps, if there are any.</param>
    /// <param name="mergesBatch">Whether a batch is merged before the sweep.</param>
    internal static IEnumerable<CpuTurn> AllOf(NetworkPlan network, TurnPlan turn, TurnPlan? further, bool mergesBatch)
    {
        if (further is not null)
            turn = turn with { SendsForward = Wider(turn.SendsForward, further.SendsForward), SendsBackward = Wider(turn.SendsBackward, further.SendsBackward) };
        var inputs = new CpuSide(network.Boundaries[turn.Layer.Index], turn.ReadsForward, turn.SendsBackward);
        var outputs = new CpuSide(network.Boundaries[turn.Layer.Index + 1], turn.ReadsBackward, turn.SendsForward);
        return CpuLayer.AllOf(turn.Layer).Select(layer => new CpuTurn(turn, layer, mergesBatch, inputs, outputs));
    }

    private static SentMessages Wider(SentMessages first, SentMessages second) => first.Entries >= second.Entries ? first : second;
}

/// <summary>
/// Messages on one side of a turn. The messages of a boundary are stored [batch][entry][place, in whole blocks], with the entries of
/// its <see cref="BoundaryPlan"/>.
/// </summary>
/// <param name="Boundary">The boundary.</param>
/// <param name="Reads">What comes in there.</param>
/// <param name="Sends">What goes out there.</param>
public sealed record CpuSide(BoundaryPlan Boundary, ReceivedMessages Reads, SentMessages Sends)
{
    /// <summary>From one entry of a message to the next.</summary>
    public Extent Stride => Blocks.Pad(Boundary.Places);

    /// <summary>Floats of the incoming messages of one example.</summary>
    public Extent ReadFloats => Stride * Boundary.Entries(Reads.Direction);

    /// <summary>Floats of the outgoing messages of one example.</summary>
    public Extent SentFloats => Stride * Boundary.Entries(Sends.Direction);
}
