using System.Linq;

namespace Vsml.Generators.Emission;

/// <summary>
/// Where theta lies when packed for the sweeps. The same for all groups, all layer sizes and all SIMD levels, so that one
/// packed theta serves any layout:
/// recurrent [unit][k][gate], then rows [4N] in the order of theta for forward and backward messages, positions and bias, then messengers and norms;
/// then rows with padded entries, for convolutions.
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
        var entries = LayerPlan.Pad(n);
        var half = PaddedMessage(m);
        Entries = new EntryOffsets(
            Take(n * 4 * entries), Take(m * 4 * entries), Take(m * 4 * entries), architecture.PositionFeatures ? Take(3 * 4 * entries) : -1, Take(4 * entries),
            Take(n * half), Take(half), Take(n * half), Take(half));
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

    /// <summary>The same once more for convolutions, where the lanes of a vector are entries.</summary>
    public EntryOffsets Entries { get; }

    /// <summary>Entries of a message with padding, where they are lanes: 8, or whole blocks.</summary>
    /// <param name="messageSize">M.</param>
    public static int PaddedMessage(int messageSize) => messageSize <= 8 ? 8 : LayerPlan.Pad(messageSize);

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

/// <summary>Offsets within a group of what convolutions read: rows [gate][entry], the entries of each gate padded with zeros to whole blocks.</summary>
/// <param name="Recurrent">Rows of own h.</param>
/// <param name="ForwardInput">Rows of the forward message.</param>
/// <param name="BackwardInput">Rows of the backward message.</param>
/// <param name="Position">Rows of the three position features, or -1.</param>
/// <param name="Bias">Bias with gate offsets.</param>
/// <param name="ForwardWeights">Messenger of forward messages: rows [k] of padded entries. With layer norm each row is less its mean, which takes the mean off the messages.</param>
/// <param name="ForwardBias">Its bias, likewise.</param>
/// <param name="BackwardWeights">Messenger of backward messages.</param>
/// <param name="BackwardBias">Its bias.</param>
public sealed record EntryOffsets(
    int Recurrent, int ForwardInput, int BackwardInput, int Position, int Bias, int ForwardWeights, int ForwardBias, int BackwardWeights, int BackwardBias);
