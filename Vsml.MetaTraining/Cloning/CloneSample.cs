using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>Eight sub-RNNs before a few examples, and what they see in these.</summary>
/// <param name="stateSize">N.</param>
/// <param name="window">Number of examples.</param>
internal sealed class CloneSample(int stateSize, int window)
{
    /// <summary>h [N], then c [N], before the examples.</summary>
    public Lanes[] State { get; } = new Lanes[2 * stateSize];

    /// <summary>Forward messages, one an example.</summary>
    public Lanes[] Inputs { get; } = new Lanes[window];

    /// <summary>Backward messages, one an example.</summary>
    public Lanes[] Errors { get; } = new Lanes[window];

    /// <summary>What squared differences count.</summary>
    public CloneTerms Weights { get; set; }
}
