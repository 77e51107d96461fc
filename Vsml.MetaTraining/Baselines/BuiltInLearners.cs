using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>A <see cref="MetaRnn"/>, which has a gradient.</summary>
[VsmlPart("meta-rnn")]
public sealed record MetaRnnDescription : LearnerDescription
{
    /// <summary>H, the size of its state. Published: 128.</summary>
    [Range(1, 4096)]
    public int HiddenSize { get; init; } = 128;

    /// <summary>LSTM steps an example. Published: 2.</summary>
    [Range(1, 64)]
    public int MicroTicks { get; init; } = 2;

    /// <inheritdoc/>
    public override IParametricLearner Create(int inputs, int outputs) => New(inputs, outputs);

    /// <inheritdoc/>
    public override float[] InitialParameters(int inputs, int outputs, ref CounterRandom random) => New(inputs, outputs).InitialParameters(ref random);

    private MetaRnn New(int inputs, int outputs) => new(inputs, outputs, [], HiddenSize, MicroTicks);
}

/// <summary>A <see cref="HebbianLearner"/>.</summary>
[VsmlPart("hebbian")]
public sealed record HebbianDescription : LearnerDescription
{
    /// <inheritdoc/>
    public override IParametricLearner Create(int inputs, int outputs) => new HebbianLearner(inputs, outputs, []);

    /// <inheritdoc/>
    public override float[] InitialParameters(int inputs, int outputs, ref CounterRandom random) => new HebbianLearner(inputs, outputs, []).InitialParameters(ref random);
}

/// <summary>A <see cref="HebbianLearner"/> by Oja's rule.</summary>
[VsmlPart("oja")]
public sealed record OjaDescription : LearnerDescription
{
    /// <inheritdoc/>
    public override IParametricLearner Create(int inputs, int outputs) => new HebbianLearner(inputs, outputs, [], oja: true);

    /// <inheritdoc/>
    public override float[] InitialParameters(int inputs, int outputs, ref CounterRandom random) => new HebbianLearner(inputs, outputs, [], oja: true).InitialParameters(ref random);
}

/// <summary>A <see cref="FastWeightProgrammer"/>.</summary>
[VsmlPart("fast-weight-programmer")]
public sealed record FastWeightProgrammerDescription : LearnerDescription
{
    /// <summary>S, the length of keys and queries. Published: 64.</summary>
    [Range(1, 4096)]
    public int KeySize { get; init; } = 64;

    /// <summary>Whether keys and queries are divided by their norm, so that fast weights stay bounded. Default false, as published.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool UnitKeys { get; init; }

    /// <inheritdoc/>
    public override IParametricLearner Create(int inputs, int outputs) => New(inputs, outputs);

    /// <inheritdoc/>
    public override float[] InitialParameters(int inputs, int outputs, ref CounterRandom random) => New(inputs, outputs).InitialParameters(ref random);

    private FastWeightProgrammer New(int inputs, int outputs) => new(inputs, outputs, [], KeySize, unitKeys: UnitKeys);
}

/// <summary>A <see cref="FastWeightMemory"/>.</summary>
[VsmlPart("fast-weight-memory")]
public sealed record FastWeightMemoryDescription : LearnerDescription
{
    /// <summary>H, the size of its LSTM. Published: 32.</summary>
    [Range(1, 4096)]
    public int HiddenSize { get; init; } = 32;

    /// <summary>m, the length of a key. Published: 16.</summary>
    [Range(1, 128)]
    public int MemorySize { get; init; } = 16;

    /// <inheritdoc/>
    public override IParametricLearner Create(int inputs, int outputs) => New(inputs, outputs);

    /// <inheritdoc/>
    public override float[] InitialParameters(int inputs, int outputs, ref CounterRandom random) => New(inputs, outputs).InitialParameters(ref random);

    private FastWeightMemory New(int inputs, int outputs) => new(inputs, outputs, [], HiddenSize, MemorySize);
}
