using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// Where theta lies when packed for the sweeps. The same for all groups, all layer sizes and all SIMD levels, so that one
/// packed theta serves any layout:
/// recurrent [unit][k][gate], then rows [4N] in the order of theta for forward and backward messages, positions and bias, then messengers and norms.
/// Gates are scaled by -log2(e), or -2 log2(e) for g, and their offsets of -5 and +5 folded into the bias, so that
/// sigmoid and tanh begin with a bare exp2.
/// </summary>
public sealed class PackedParameters
{
    private PackedParameters(Architecture architecture)
    {
        var (n, m) = (architecture.StateSize, architecture.MessageSize);
        var next = 0;
        Recurrent = Take(n * 4 * n);
        ForwardInput = Take(m * 4 * n);
        BackwardInput = Take(m * 4 * n);
        Position = architecture.PositionFeatures ? Take(3 * 4 * n) : -1;
        Bias = Take(4 * n);
        Forward = new MessengerOffsets(Take(n * m), Take(m), architecture.MessageLayerNorm ? Take(m) : -1, architecture.MessageLayerNorm ? Take(m) : -1);
        Backward = new MessengerOffsets(Take(n * m), Take(m), architecture.MessageLayerNorm ? Take(m) : -1, architecture.MessageLayerNorm ? Take(m) : -1);
        GroupFloats = next;
        Groups = ParameterLayout.Of(architecture).Groups.Count;

        int Take(int floats)
        {
            var offset = next;
            next += LayerPlan.Pad(floats);
            return offset;
        }
    }

    /// <summary>Number of groups.</summary>
    public int Groups { get; }

    /// <summary>Floats of one group.</summary>
    public int GroupFloats { get; }

    /// <summary>Floats in all.</summary>
    public int Length => Groups * GroupFloats;

    /// <summary>Rows of own h: [unit][k][gate].</summary>
    public int Recurrent { get; }

    /// <summary>Rows of the forward message: [entry][gate N + unit].</summary>
    public int ForwardInput { get; }

    /// <summary>Rows of the backward message: [entry][gate N + unit].</summary>
    public int BackwardInput { get; }

    /// <summary>Rows of the three position features, or -1.</summary>
    public int Position { get; }

    /// <summary>Bias with gate offsets: [gate N + unit].</summary>
    public int Bias { get; }

    /// <summary>The messenger that makes forward messages.</summary>
    public MessengerOffsets Forward { get; }

    /// <summary>The messenger that makes backward messages.</summary>
    public MessengerOffsets Backward { get; }

    /// <summary>The packing of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static PackedParameters Of(Architecture architecture) => new(architecture);
}

/// <summary>Offsets of a messenger within a group.</summary>
/// <param name="Weights">W: [k][entry].</param>
/// <param name="Bias">b: [entry].</param>
/// <param name="Scale">Layer norm's scale: [entry], or -1.</param>
/// <param name="Offset">Layer norm's offset: [entry], or -1.</param>
public sealed record MessengerOffsets(int Weights, int Bias, int Scale, int Offset);
