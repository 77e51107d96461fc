namespace Vsml.Ilgpu.Kernels;

/// <summary>Sub-RNNs that go back together, in the parts by which gradients are summed: of a dense layer a block of 32 lanes at successive loops each.</summary>
public struct Chunk
{
    /// <summary>The first block of a dense layer, or the first sub-RNN of a convolution.</summary>
    public int First;

    /// <summary>Number of blocks, one for each part; or of sub-RNNs.</summary>
    public int Count;

    /// <summary>Successive loops of a block; 1 in a convolution.</summary>
    public int Loops;

    /// <summary>The first item of a part at one of its loops.</summary>
    public int FirstItem(Turn turn, int part, int j) => turn.IsConvolution != 0 ? part * ItemsOfPart(turn) : (part * Loops + j) * 32;

    /// <summary>Number of items there; those that pad an axis do not count.</summary>
    public int ItemCount(Turn turn, int part, int j)
    {
        if (turn.IsConvolution != 0)
        {
            var left = Count * turn.Windows.Positions - part * ItemsOfPart(turn);
            return left < 0 ? 0 : left < ItemsOfPart(turn) ? left : ItemsOfPart(turn);
        }
        if (part >= Count || Loop(turn, part) + j >= turn.Loops) return 0;
        var lanes = turn.Lanes - 32 * Block(turn, part);
        return lanes < 32 ? lanes : 32;
    }

    /// <summary>The first loop of a part of a dense layer.</summary>
    public int Loop(Turn turn, int part) => (First + part) / (turn.PaddedLanes / 32) * Loops;

    /// <summary>Its block of lanes.</summary>
    public int Block(Turn turn, int part) => (First + part) % (turn.PaddedLanes / 32);

    private int ItemsOfPart(Turn turn) => (Count * turn.Windows.Positions + GradientMemory.Parts - 1) / GradientMemory.Parts;
}
