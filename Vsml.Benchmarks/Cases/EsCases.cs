using Vsml.MetaTraining;

namespace Vsml.Benchmarks.Cases;

/// <summary>A population to meta-train.</summary>
/// <param name="Network">The layout of all its episodes.</param>
/// <param name="Configuration">The run: as many iterations as the benchmark likes.</param>
internal sealed record EsCase(NetworkCase Network, RunConfiguration Configuration)
{
    /// <summary>Examples of a meta-iteration: two members a pair.</summary>
    public double ExamplesPerIteration => 2.0 * ((EsOptions)Configuration.Estimator).PairCount * Configuration.Stages[0].EpisodeLength;
}

/// <summary>Populations as <c>vsml train</c> runs them: half of the episodes projected, labels permuted.</summary>
internal static class EsCases
{
    /// <summary>The published layout, with few pairs; and recipe E's first stage.</summary>
    public static IReadOnlyList<EsCase> All =>
    [
        Create(DenseCases.Default, length: 100, pairs: 16, size: 28, [new RandomProjection()], []),
        Create(DenseCases.SmallSeparate, length: 20, pairs: 128, size: 8, [new RandomProjection(16)], [new RandomPixels(16)]),
    ];

    private static EsCase Create(NetworkCase network, int length, int pairs, int size, EpisodeTransform[] projected, EpisodeTransform[] raw)
    {
        var images = new ImageTask { Data = "mnist", Size = size };
        return new EsCase(network, new RunConfiguration
        {
            Model = network.Architecture,
            InitialInputGateBias = 3,
            Tasks = new([Share(projected), Share(raw)]),
            Stages = new([new TrainingStage { Iterations = int.MaxValue, EpisodeLength = length }]),
            Estimator = new EsOptions { PairCount = pairs },
        });

        TaskShare Share(EpisodeTransform[] transforms) => new(1, new TransformedTask(images, [.. transforms, new LabelPermutation()]));
    }
}
