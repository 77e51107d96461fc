namespace Vsml.Numerics;

/// <summary>
/// Names one stream of Philox blocks. The Philox key is the seed (low word, then high word); the counter is
/// (block, stream + 256 * sub, iteration, pair). So a stream has 2^32 blocks of four words, and whoever knows these
/// five numbers can draw any part of it without having drawn the rest.
/// </summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Stream">What the numbers are for.</param>
/// <param name="Iteration">Meta-iteration, usually the one in which the pair's episode began.</param>
/// <param name="Pair">Index of the antithetic pair, or of the episode.</param>
/// <param name="Sub">Part of the stream, below 2^24.</param>
public readonly record struct RandomKey(ulong Seed, RandomStream Stream, uint Iteration, uint Pair, uint Sub = 0)
{
    internal uint Key0 => (uint)Seed;

    internal uint Key1 => (uint)(Seed >> 32);

    internal uint Counter1 => (uint)Stream + (Sub << 8);
}
