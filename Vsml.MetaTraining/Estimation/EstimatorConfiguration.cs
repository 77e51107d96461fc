using System.Text.Json.Serialization;
using Vsml.Contracts;

namespace Vsml.MetaTraining;

/// <summary>
/// How a run estimates the gradient of the meta-loss: a plain value, compared by value. One marked <see cref="VsmlPartAttribute"/> can
/// stand in run configurations. It promises estimators that give the same bits for the same arguments, whatever the number of threads,
/// and keep all that a later iteration needs in the <see cref="UnrollState"/>.
/// </summary>
[PartFamily("estimator")]
public abstract record EstimatorConfiguration
{
    /// <summary>How much of an episode a meta-iteration unrolls, where a stage does not say it. Default all of it.</summary>
    public TruncationSchedule Truncation { get; init; } = TruncationSchedule.None;

    /// <summary>Episodes that run side by side, of which each draws a task of its own; 0, the default, where that is not told.</summary>
    [JsonIgnore]
    public virtual int EpisodesPerIteration => 0;

    /// <summary>Examples by which episodes go on in one iteration.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="episodes">What the episodes are drawn from.</param>
    internal virtual int Advance(ulong seed, uint iteration, EpisodeSource episodes) => TruncationOf(episodes).Length(seed, iteration, episodes.Length);

    /// <summary>The truncation of some episodes: their own, or <see cref="Truncation"/>.</summary>
    /// <param name="episodes">What the episodes are drawn from.</param>
    public TruncationSchedule TruncationOf(EpisodeSource episodes) => episodes.Truncation ?? Truncation;

    /// <summary>Makes the estimator of a run.</summary>
    /// <param name="context">What the run has for it.</param>
    /// <exception cref="VsmlException">An option is out of range.</exception>
    public abstract IMetaGradientEstimator Create(EstimatorContext context);
}

/// <summary>What a run has for its estimator.</summary>
/// <param name="TraineeOf">What is meta-trained, at the sizes of a task.</param>
/// <param name="Level">SIMD level of the kernels.</param>
/// <param name="Threads">Number of threads, 1 or more. Results must not depend on it.</param>
/// <param name="Backend">What runs episodes.</param>
public sealed record EstimatorContext(Func<TaskDescription, Trainee> TraineeOf, SimdLevel Level, int Threads, IEpisodeBackend Backend)
{
    /// <summary>The compiled network whose layout fits a task.</summary>
    /// <param name="task">The task.</param>
    /// <exception cref="VsmlException">The run trains another learner.</exception>
    public VsmlModel ModelOf(TaskDescription task) => TraineeOf(task).Model;
}
