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
    private static readonly ConcurrentDictionary<ProjectionStep, float[]> Matrices = new();

    /// <inheritdoc/>
    public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) =>
        (RandomProjection.Checked(inputSize, inputSize), outputSize);

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode)
    {
        var size = RandomProjection.Checked(episode.InputSize, episode.InputSize);
        var step = new ProjectionStep(new RandomKey(Seed, RandomStream.Task, 0, 0, FixedStreams.Projection), FirstBlock: 0, size, size);
        // One matrix serves all episodes.
        episode.Change(step with { Matrix = Matrices.GetOrAdd(step, Make) });
    }

    private static float[] Make(ProjectionStep step)
    {
        var matrix = new float[step.MatrixFloats];
        step.Draw(matrix);
        return matrix;
    }
}
