using System;
using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>
/// How a device that ILGPU drives stores a network and shares the work: everything in quads (four floats, one load), neighbouring
/// threads at neighbouring places, so that loads of a warp are contiguous. One group of threads runs an episode.
/// </summary>
public sealed record IlgpuPlan
{
    /// <summary>Places along the lanes that a warp takes before it sums over them.</summary>
    public const int BlockLanes = 32;

    /// <summary>Blocks of a dense layer that go back together in the reverse pass, and parts in which theta's gradient is summed.</summary>
    public const int Parts = 8;

    /// <summary>Threads of the largest group.</summary>
    public const int MostThreads = 256;

    // h, c and the new h of one sub-RNN take three registers an entry, of the 255 that a thread has.
    private const int MostEntriesInRegisters = 32;

    // With two sub-RNNs a thread each weight that is loaded serves twice; above this they would not fit the registers.
    private const int MostEntriesOfTwo = 16;

    // A thread's share of the weights in tf32 would exceed its registers above; that in bf16 is half as large.
    private const int MostEntriesInTf32 = 16;

    // Entries of h that tensor cores take at once, in quads.
    private const int TileQuads = 4;

    // ILGPU gives a group 48 KiB of shared memory; the rest of them is left to the first-level cache.
    private const int MostSharedQuads = 40 * 1024 / 16;

    private IlgpuPlan(NetworkPlan network, DevicePrecision precision)
    {
        (Network, Precision) = (network, precision);
        SubRnnQuads = QuadsOf(network.Architecture.StateSize);
        if (UsesTensorCores) SubRnnQuads = (SubRnnQuads + TileQuads - 1) / TileQuads * TileQuads;
        Theta = IlgpuTheta.Of(network, Units);
        SubRnns = !UsesTensorCores && network.Architecture.StateSize <= MostEntriesOfTwo && network.Layers.All(layer => layer.Geometry is null) ? 2 : 1;
        var next = 0L;
        Layers = new(network.Layers.Select(layer => DeviceLayer.Of(this, layer, ref next)));
        Boundaries = new(network.Boundaries.Select(boundary => DeviceBoundary.Of(boundary, ref next)));
        StateQuads = checked((int)next);
        Turns = new(AllTurns());
        ScratchQuads = Turns.Max(turn => turn.ScratchEnd);
        AdjointTurns = new(Turns.Select(turn => AdjointScratch.Of(this, turn)));
    }

    /// <summary>What is computed.</summary>
    public NetworkPlan Network { get; }

    /// <summary>How exactly it is computed.</summary>
    public DevicePrecision Precision { get; }

    /// <summary>Whether h W of dense layers is computed by tensor cores, where there are any, on rounded factors. In a convolution, where all positions share it, it is not.</summary>
    public bool UsesTensorCores => Precision.Arithmetic != Arithmetic.Float32 && Network.Layers.Any(layer => layer.Geometry is null);

    /// <summary>Whether h is stored as float16: <see cref="DeviceLayer.Hidden"/> then counts half quads.</summary>
    public bool StoresHalves => Precision.StateStorage == StateStorage.Float16;

    /// <summary>Where theta lies when it is packed.</summary>
    public IlgpuTheta Theta { get; }

    /// <summary>Sub-RNNs that a thread steps side by side in dense layers.</summary>
    public int SubRnns { get; }

    /// <summary>Quads of a sub-RNN's h, or c; on tensor cores whole sixteens of entries.</summary>
    public int SubRnnQuads { get; }

    /// <summary>State entries with padding; those that pad stay zero.</summary>
    public int Units => 4 * SubRnnQuads;

    /// <summary>Quads of a message of M entries.</summary>
    public int MessageQuads => QuadsOf(Network.Architecture.MessageSize);

    /// <summary>Whether a thread holds the state of its sub-RNNs in registers during a turn.</summary>
    public bool KeepsStateInRegisters => Network.Architecture.StateSize <= MostEntriesInRegisters;

    /// <summary>Whether packed theta of a member fits the memory that a group's threads share; if not they read it through the cache.</summary>
    public bool SharesTheta => Theta.Quads <= MostSharedQuads;

    /// <summary>Storage of each layer.</summary>
    public EquatableArray<DeviceLayer> Layers { get; }

    /// <summary>Storage of the messages at each boundary.</summary>
    public EquatableArray<DeviceBoundary> Boundaries { get; }

    /// <summary>Quads of the state of one example of a batch: h, c and messages.</summary>
    public int StateQuads { get; }

    /// <summary>The turns of an example in the order in which they run.</summary>
    public EquatableArray<DeviceTurn> Turns { get; }

    /// <summary>Sweeps of an example.</summary>
    public int Sweeps => Turns.Count(turn => turn.BeginsSweep);

    /// <summary>Quads of scratch space that the turns of an episode share.</summary>
    public int ScratchQuads { get; }

    /// <summary>Scratch space of the reverse pass of each turn, behind the turn's own.</summary>
    public EquatableArray<AdjointScratch> AdjointTurns { get; }

    /// <summary>Quads of scratch space where the reverse pass runs as well.</summary>
    public int GradientScratchQuads => AdjointTurns.Max(turn => turn.End);

    /// <summary>Plans for a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">How exactly it is computed; one that <see cref="Problem"/> finds nothing wrong with.</param>
    public static IlgpuPlan Of(NetworkPlan network, DevicePrecision precision = default) => new(network, precision);

    /// <summary>Why a network cannot be computed with a precision, in one sentence; null if it can.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="precision">The precision.</param>
    public static string? Problem(Architecture architecture, DevicePrecision precision) =>
        !Enum.IsDefined(typeof(Arithmetic), precision.Arithmetic) || !Enum.IsDefined(typeof(StateStorage), precision.StateStorage)
            ? $"there is no {precision}; arithmetic is Float32, Tf32 or Bf16, and state storage Float32 or Float16."
        : precision.IsFloat32 || architecture.StateSize <= MostEntries(precision) ? null
        : FormattableString.Invariant($"{precision} need state in registers, at most {MostEntries(precision)} entries, but the state size is {architecture.StateSize}. Leave them at float32, or take a smaller state.");

    /// <summary>Whether all sizes of a plan can be counted in an int.</summary>
    /// <param name="network">The network.</param>
    public static bool Fits(NetworkPlan network)
    {
        try
        {
            _ = Of(network);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>Quads that hold a number of floats.</summary>
    /// <param name="floats">The number.</param>
    public static int QuadsOf(int floats) => (floats + 3) / 4;

    /// <inheritdoc/>
    public override string ToString() => IlgpuPlanText.Of(this);

    private static int MostEntries(DevicePrecision precision) => precision.Arithmetic == Arithmetic.Tf32 ? MostEntriesInTf32 : MostEntriesInRegisters;

    private IEnumerable<DeviceTurn> AllTurns()
    {
        var lastForward = Network.Sweeps.Last(sweep => sweep.Kind != Sweep.Backward);
        foreach (var sweep in Network.Sweeps)
            for (var i = 0; i < sweep.Count; i++)
                foreach (var turn in sweep.Turns)
                    yield return DeviceTurn.Of(
                        this, turn,
                        beginsSweep: ReferenceEquals(turn, sweep.Turns[0]),
                        endsPrediction: sweep == lastForward && i == sweep.Count - 1 && ReferenceEquals(turn, sweep.Turns[sweep.Turns.Count - 1]));
    }
}
