using System.Collections.Concurrent;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Multiplies every input by one matrix of n x n that stays the same for a whole run or worker, uniform in +-sqrt(6 / (n + n)): the
/// published "random projection". Workers get other seeds.
/// </summary>
/// <param name="Seed">Seed of the matrix.</param>
[VsmlPart("fixed-projection")]
public sealed record FixedProjection(ulong Seed) : EpisodeTransform
{
    private static readonly ConcurrentDictionary<(ulong, int), float[]> Matrices = new();

    /// <inheritdoc/>
    public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) =>
        (RandomProjection.Checked(inputSize, inputSize), outputSize);

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode)
    {
        var size = RandomProjection.Checked(episode.InputSize, episode.InputSize);
        Projection.Apply(episode, Matrices.GetOrAdd((Seed, size), static key => Make(key.Item1, key.Item2)), size);
    }

    private static float[] Make(ulong seed, int size)
    {
        var matrix = new float[size * Projection.Stride(size)];
        var random = new CounterRandom(seed, RandomStream.Task, 0, 0, FixedStreams.Projection);
        RandomProjection.Draw(ref random, matrix, size, size);
        return matrix;
    }
}
