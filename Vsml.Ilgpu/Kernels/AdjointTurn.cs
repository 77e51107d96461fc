namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// Where the reverse pass of a turn keeps things: in scratch, in quads, behind what the turn itself needs there. Sub-RNNs go back in
/// chunks; those of a chunk (in a convolution: each at every position) are its items. A field of all items lies as [quad][item].
/// </summary>
public struct AdjointTurn
{
    /// <summary>Items of a chunk, from one quad of a field to the next.</summary>
    public int Items;

    /// <summary>Sub-RNNs of a convolution's chunk.</summary>
    public int SubRnns;

    /// <summary>h of the items: [micro tick] before each and after the last; in a convolution that after the present micro tick.</summary>
    public int Hidden;

    /// <summary>c, likewise.</summary>
    public int Cells;

    /// <summary>Activations i, g, f and o of each state entry, whose places the gates' gradients take: [micro tick][unit]; in a convolution [unit].</summary>
    public int Gates;

    /// <summary>Gradients of what items send to the lanes: of h W + b; with layer norm then that of the term itself, and its product with the normalised message.</summary>
    public int LaneTerms;

    /// <summary>The same of what they send to the loops.</summary>
    public int LoopTerms;

    /// <summary>Sums of gates' gradients for each place of the lanes, laid out like <see cref="Turn.LaneGates"/>.</summary>
    public int LaneSums;

    /// <summary>Sums for each place of the loops, laid out like <see cref="Turn.LoopGates"/>.</summary>
    public int LoopSums;

    /// <summary>In a convolution, gradients of h at each item.</summary>
    public int HiddenGradients;

    /// <summary>In a convolution, h and then c before each micro tick: [micro tick][quad][sub-RNN].</summary>
    public int TickStates;

    /// <summary>In a convolution, what gates start from in each micro tick, like <see cref="Turn.StateGates"/>.</summary>
    public int StateGates;

    /// <summary>In a convolution, sums of gates' gradients over positions: [unit][sub-RNN].</summary>
    public int StateSums;
}
