using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// A thread's place in its group, which runs one episode. Sums over a warp's lanes have one order, so results do not change from run
/// to run; on devices with other warps they may differ in the last bits.
/// </summary>
public readonly struct Worker
{
    /// <summary>Index of the thread in its group.</summary>
    public readonly int Thread;

    /// <summary>Threads of the group.</summary>
    public readonly int Threads;

    /// <summary>Index of the thread in its warp.</summary>
    public readonly int Lane;

    /// <summary>Threads of a warp, a power of two; one where the group is one thread.</summary>
    public readonly int Lanes;

    private Worker(int thread, int threads, int lanes)
    {
        Thread = thread;
        Threads = threads;
        Lanes = lanes;
        Lane = thread % lanes;
    }

    /// <summary>Index of the thread's warp.</summary>
    public int Warp => Thread / Lanes;

    /// <summary>Warps of the group.</summary>
    public int Warps => Threads / Lanes;

    /// <summary>The thread that asks.</summary>
    public static Worker Here() => new(Group.IdxX, Group.DimX, Group.DimX < ILGPU.Warp.WarpSize ? Group.DimX : ILGPU.Warp.WarpSize);

    /// <summary>The sum over the lanes of a warp, in all of them.</summary>
    public float Sum(float value)
    {
        for (var distance = Lanes / 2; distance > 0; distance /= 2) value += ILGPU.Warp.ShuffleXor(value, distance);
        return value;
    }

    /// <summary>The sums over four neighbouring lanes, in all of them.</summary>
    public QuadPair SumOfFour(QuadPair value) => new(SumOfFour(value.A), SumOfFour(value.B));

    /// <summary>The sums over four neighbouring lanes.</summary>
    public Pair SumOfFour(Pair value) => new(SumOfFour(value.A), SumOfFour(value.B));

    /// <summary>The sums over the lanes of a warp.</summary>
    public Pair Sum(Pair value) => new(Sum(value.A), Sum(value.B));

    /// <summary>The sums over the lanes of a warp.</summary>
    public Quad Sum(Quad value) => new(Sum(value.X), Sum(value.Y), Sum(value.Z), Sum(value.W));

    private Quad SumOfFour(Quad value) => new(SumOfFour(value.X), SumOfFour(value.Y), SumOfFour(value.Z), SumOfFour(value.W));

    private float SumOfFour(float value)
    {
        value += ILGPU.Warp.ShuffleXor(value, 2);
        return value + ILGPU.Warp.ShuffleXor(value, 1);
    }
}
