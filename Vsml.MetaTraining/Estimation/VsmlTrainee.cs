using Vsml.Contracts;

namespace Vsml.MetaTraining;

/// <summary>A VSML network at the sizes of a task.</summary>
/// <param name="Model">The compiled network.</param>
/// <param name="Level">SIMD level of the kernels.</param>
public sealed record VsmlTrainee(VsmlModel Model, SimdLevel Level) : Trainee
{
    /// <inheritdoc/>
    public override VsmlModel Model { get; } = Model;

    /// <inheritdoc/>
    public override int InputSize => Model.Architecture.InputSize;

    /// <inheritdoc/>
    public override int OutputSize => Model.Architecture.OutputSize;

    /// <inheritdoc/>
    public override int ParameterCount => Model.Parameters.Count;

    internal override string Words => "the model";

    internal override IEpisodeLearner Forward(ReadOnlySpan<float> theta) => new PairLearner(Model, Level, theta);

    internal override TapeMemory PlanTape(int longest, long bytes, int threads)
    {
        var (examples, episodeBytes) = EpisodeGradient.PlanTape(Model, Level, 1, longest, bytes / threads);
        return new TapeMemory(longest, examples, episodeBytes, threads);
    }

    internal override IDifferentiatedLearner Reverse(ReadOnlySpan<float> theta, TapeMemory tape) => new DifferentiatedLearner(Model, Level, theta, tape.TapeExamples);
}
