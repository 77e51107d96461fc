using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Baselines;
using Vsml.Contracts;

namespace Vsml.MetaTraining;

/// <summary>
/// All that decides the bits of a meta-training run (schemas/run.schema.json). Whatever changes theta is counted in
/// meta-iterations. Compared by value.
/// </summary>
public sealed record RunConfiguration : IValidatableObject
{
    /// <summary>The architecture; each task and stage sets the sizes of its inputs and outputs (<see cref="Layouts"/>). Empty with <see cref="Learner"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Architecture Model { get; init; } = new();

    /// <summary>
    /// What is meta-trained in place of a VSML network; it takes the place of <see cref="Model"/>. Its parameters are those of one number of inputs
    /// and of classes, which all tasks and stages must have. Default null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LearnerDescription? Learner { get; init; }

    /// <summary>Initial bias of the i gates in theta; +3 removes a long plateau at the start. Default 0.</summary>
    [Range(-100, 100.0)]
    public float InitialInputGateBias { get; init; }

    /// <summary>
    /// A theta to begin with instead of a random one: a file, the folder of a run, or <c>shipped:NAME</c>. It may group its parameters
    /// otherwise than the model does (formats.md, "Initial theta"). A run folder keeps a copy.
    /// </summary>
    public string? InitialTheta { get; init; }

    /// <summary>
    /// SHA-256 of the flat theta that <see cref="InitialTheta"/> comes to (<see cref="MetaParameters.Digest"/>); where there is one, another
    /// is refused. A run folder has it.
    /// </summary>
    public string? InitialThetaSha256 { get; init; }

    /// <summary>Seed of all randomness. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What episodes are drawn from, and how often each, in stages that do not name their own.</summary>
    [JsonRequired, MinLength(1)]
    public EquatableArray<TaskShare> Tasks { get; init; }

    /// <summary>The stages, one after the other.</summary>
    [JsonRequired, MinLength(1)]
    public EquatableArray<TrainingStage> Stages { get; init; }

    /// <summary>The learning rate. Default 0.01 throughout.</summary>
    [JsonRequired]
    public LearningRateSchedule LearningRate { get; init; } = new();

    /// <summary>How gradients are estimated. Default full ES.</summary>
    public EstimatorConfiguration Estimator { get; init; } = new EsOptions();

    /// <summary>How gradients become steps. Default Adam.</summary>
    public IMetaOptimizer Optimizer { get; init; } = new Adam();

    /// <summary>
    /// Decay of a moving average of theta over meta-iterations, of about the last 1 / (1 - decay). The average is what meta-tests try and what
    /// the run ends with; training itself goes on from theta. Default 0: none.
    /// </summary>
    [Range(0, 0.999999999), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Averaging { get; init; }

    /// <summary>Periodic meta-tests; none if null.</summary>
    public EvaluationConfiguration? Evaluation { get; init; }

    /// <summary>When checkpoints are written, and how many are kept.</summary>
    public CheckpointConfiguration Checkpoints { get; init; } = new();

    /// <summary>
    /// Digests of the data that tasks name; where there is one, other data are refused. A run folder has one for each
    /// (<see cref="RunFolder.Create"/>). Default none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EquatableArray<DataDigest> Data { get; init; }

    /// <summary>SIMD level of the kernels, on which the bits depend; the machine's widest if null.</summary>
    public SimdLevel? Simd { get; init; }

    /// <summary>What runs the episodes, on which the bits depend (<see cref="IEpisodeBackend.Name"/>): cpu or ilgpu. Default null: cpu.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Backend { get; init; }

    /// <summary>The device that runs them, and how exactly. Default null: whichever the backend has, in float32; a run folder records it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RunDevice? Device { get; init; }

    /// <summary>Meta-iterations of all stages.</summary>
    public int Iterations => Stages.Sum(stage => stage.Iterations);

    /// <summary>Everything that is wrong, whatever data and machine: bounds, and what does not fit together.</summary>
    /// <returns>The problems in the order of the fields, each with its JSON path; empty if there are none.</returns>
    public IReadOnlyList<ConfigurationProblem> Validate() => ConfigurationWalk.Of(this).Problems;

    /// <summary>The stage of an iteration.</summary>
    /// <param name="iteration">The iteration, from 0 to <see cref="Iterations"/> - 1.</param>
    /// <returns>Index into <see cref="Stages"/>.</returns>
    public int StageAt(int iteration)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iteration);
        for (var (s, end) = (0, 0); s < Stages.Count; s++)
            if (iteration < (end += Stages[s].Iterations)) return s;
        throw new ArgumentOutOfRangeException(nameof(iteration), iteration, $"The run has {Iterations} iterations.");
    }

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext context)
    {
        if (Learner is null && Model == new Architecture())
            yield return new ValidationResult("the field is missing; give an architecture, or another learner in the field learner.", [nameof(Model)]);
        if (Learner is not null && Model != new Architecture())
            yield return new ValidationResult("a run trains either a network (model) or another learner; leave out one of the two fields.", [nameof(Learner)]);
        if (Learner is not null && (InitialTheta is not null || InitialInputGateBias != 0))
            yield return new ValidationResult("it is for networks; a run with a learner begins with that learner's own values.", [InitialTheta is not null ? nameof(InitialTheta) : nameof(InitialInputGateBias)]);
        if (InitialTheta is not null && InitialInputGateBias != 0)
            yield return new ValidationResult("it is for a theta that is drawn at random, but initialTheta gives one; leave out either.", [nameof(InitialInputGateBias)]);
        if (InitialTheta is null && InitialThetaSha256 is not null)
            yield return new ValidationResult("it is the digest of initialTheta, which is left out.", [nameof(InitialThetaSha256)]);
        if (Stages.Sum(stage => (long)stage.Iterations) is > int.MaxValue and var iterations)
            yield return new ValidationResult($"there are {iterations} iterations, above {int.MaxValue}.", [nameof(Stages)]);
        if (Stages.Count > 0 && LearningRate.Values.Count != 1 && LearningRate.Values.Count != Stages.Count + 1)
            yield return new ValidationResult($"there are {LearningRate.Values.Count} values for {Stages.Count} stages; give {Stages.Count + 1}, one at the start and one at each stage's end, or a single one.", ["learningRate.values"]);
        foreach (var length in Stages.Where(stage => stage.Truncation is null).Select(stage => stage.EpisodeLength).Distinct())
            if (Estimator.Truncation.Problem(length) is { } problem) yield return new ValidationResult(problem, ["estimator.truncation"]);
        for (var s = 0; s < Stages.Count; s++)
            foreach (var problem in TruncationProblems(Stages[s])) yield return new ValidationResult(problem, [$"stages[{s}].truncation"]);
    }

    // That it is longer than the stage's episodes, and what the estimator would say of it, were it its own.
    private IEnumerable<string> TruncationProblems(TrainingStage stage)
    {
        if (stage.Truncation is not { } own || ConfigurationWalk.Of(own).Problems.Count > 0) return [];
        var misfits = ConfigurationWalk.Of(Estimator with { Truncation = own }).Problems.Except(ConfigurationWalk.Of(Estimator).Problems);
        return misfits.Select(problem => problem.Message).Prepend(own.Problem(stage.EpisodeLength)).OfType<string>();
    }
}
