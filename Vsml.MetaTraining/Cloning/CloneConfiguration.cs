using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>
/// All that decides the bits of a run that clones backpropagation (schemas/clone.schema.json; paper section 3.2). Compared by value.
/// </summary>
public sealed record CloneConfiguration : IValidatableObject
{
    /// <summary>N, the state size. Default 16.</summary>
    [Range(BackpropagationTheta.Units, 128)]
    public int StateSize { get; init; } = 16;

    /// <summary>M, the message size; messages carry one number, in entry 0 and the output's. Default 8.</summary>
    [Range(2, 128)]
    public int MessageSize { get; init; } = 8;

    /// <summary>The learning rate that is cloned. Default 0.01.</summary>
    [Range(1e-6, 1.0)]
    public float Rate { get; init; } = 0.01f;

    /// <summary>What a weight or bias is multiplied by in its cell; small ones leave tanh nearly linear. Default 0.125.</summary>
    [Range(1e-6, 1e6)]
    public float Alpha { get; init; } = 0.125f;

    /// <summary>What a bias in a cell counts in a message: all sub-RNNs of an output have a part in its bias. Default 1/16.</summary>
    [Range(0, 1.0)]
    public float BiasShare { get; init; } = 1 / 16f;

    /// <summary>Seed of all randomness. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether it starts from random weights, or from those written by hand, which theta's metadata say. Default random.</summary>
    public CloneStart Start { get; init; }

    /// <summary>Sizes of the networks of the stages that run one, input first; neighbours' products are multiples of 8. Default 32, 16, 8.</summary>
    [MinLength(2), Range(1, 4096)]
    public EquatableArray<int> Layers { get; init; } = new([32, 16, 8]);

    /// <summary>What the squared sum of the differences of eight sub-RNNs counts beside their squares: errors that all have in common add up in a layer. Default 4.</summary>
    [Range(0, 1e6)]
    public float CommonWeight { get; init; } = 4;

    /// <summary>Longest gradient norm; longer ones are scaled down. Default 1.</summary>
    [Range(1e-6, 1e6)]
    public double ClipNorm { get; init; } = 1;

    /// <summary>The stages, one after the other.</summary>
    [JsonRequired, MinLength(1)]
    public EquatableArray<CloneStage> Stages { get; init; }

    /// <summary>When checkpoints are written, and how many are kept.</summary>
    public CheckpointConfiguration Checkpoints { get; init; } = new();

    /// <summary>Iterations of all stages.</summary>
    [JsonIgnore]
    public int Iterations => Stages.Sum(stage => stage.Iterations);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var l = 0; l + 1 < Layers.Count; l++)
            if (Layers[l] * Layers[l + 1] % SubRnnLanes.Width != 0)
                yield return new($"{Layers[l]} and {Layers[l + 1]} have {Layers[l] * Layers[l + 1]} sub-RNNs between them, which must be a multiple of {SubRnnLanes.Width}.", ["layers"]);
        if (Start == CloneStart.Written && Alpha != (float)BackpropagationTheta.WeightScale)
            yield return new($"what is written by hand has alpha {(float)BackpropagationTheta.WeightScale}; set it so.", ["alpha"]);
        for (var s = 0; s < Stages.Count; s++)
            if (Stages[s].SubRnns % SubRnnLanes.Width != 0) yield return new($"it must be a multiple of {SubRnnLanes.Width}.", [$"stages[{s}].subRnns"]);
    }
}

/// <summary>What cloning starts from.</summary>
public enum CloneStart
{
    /// <summary>Random weights.</summary>
    Random,

    /// <summary>The closed form of <see cref="BackpropagationTheta"/>.</summary>
    Written,
}

/// <summary>Where the states and messages of a stage come from.</summary>
public enum CloneTask
{
    /// <summary>Single sub-RNNs with random weights, a few examples old at most.</summary>
    Steps,

    /// <summary>Single sub-RNNs on their own states after episodes that grow longer.</summary>
    States,

    /// <summary>Networks on their own states and forward messages, with the true error at every layer.</summary>
    TrueErrors,

    /// <summary>Networks on their own states and messages.</summary>
    OwnMessages,
}

/// <summary>What takes the steps of a stage.</summary>
public enum CloneOptimizer
{
    /// <summary>Adam.</summary>
    Adam,

    /// <summary>Levenberg-Marquardt: slower a step, and far more accurate in the end.</summary>
    GaussNewton,
}

/// <summary>A part of a cloning run.</summary>
public sealed record CloneStage
{
    /// <summary>Where states and messages come from.</summary>
    [JsonRequired]
    public CloneTask Task { get; init; }

    /// <summary>Number of iterations.</summary>
    [JsonRequired, Range(1, int.MaxValue)]
    public int Iterations { get; init; } = 1;

    /// <summary>What takes the steps. Default Adam.</summary>
    public CloneOptimizer Optimizer { get; init; }

    /// <summary>Learning rate of Adam at the stage's first iteration; from there it falls geometrically. Default 0.001.</summary>
    [Range(1e-9, 1.0)]
    public double LearningRate { get; init; } = 0.001;

    /// <summary>Learning rate at its last one. Default 0.001.</summary>
    [Range(1e-9, 1.0)]
    public double FinalLearningRate { get; init; } = 0.001;

    /// <summary>Single sub-RNNs of an iteration; a multiple of 8. Default 256.</summary>
    [Range(SubRnnLanes.Width, 1 << 20)]
    public int SubRnns { get; init; } = 256;

    /// <summary>Networks of an iteration beside them, in stages that run networks. Default 1.</summary>
    [Range(1, 1024)]
    public int Networks { get; init; } = 1;

    /// <summary>Examples that are differentiated at once, at the end of an episode. Default 2.</summary>
    [Range(1, 1024)]
    public int Window { get; init; } = 2;

    /// <summary>At the stage's first iteration, the size of target below which it makes no difference, as a share of one of weight 1, error 1. Default 0.01.</summary>
    [Range(1e-9, 10.0)]
    public float FirstFloor { get; init; } = 0.01f;

    /// <summary>The same at its last one; floors fall geometrically. Default 0.01.</summary>
    [Range(1e-9, 10.0)]
    public float LastFloor { get; init; } = 0.01f;

    /// <summary>What the floor of changes of w and b is of that of messages, at the stage's first iteration: what is left of a change where there is no error adds up over the examples. Default 1.</summary>
    [Range(1e-9, 1.0)]
    public float FirstChangeFloor { get; init; } = 1;

    /// <summary>The same at its last one. Default 1.</summary>
    [Range(1e-9, 1.0)]
    public float LastChangeFloor { get; init; } = 1;

    /// <summary>Longest episode before them at the stage's first iteration. Default 4.</summary>
    [Range(1, 1 << 20)]
    public int FirstLength { get; init; } = 4;

    /// <summary>Longest episode at its last one; lengths grow geometrically. Default 4.</summary>
    [Range(1, 1 << 20)]
    public int LastLength { get; init; } = 4;
}
