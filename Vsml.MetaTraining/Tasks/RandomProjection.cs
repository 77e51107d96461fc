using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Multiplies every input by a matrix of D inputs and some outputs, drawn anew for every episode, uniform in +-sqrt(3 / D): inputs
/// of variance 1 stay at variance 1, whatever the number of outputs. With 64 pixels and 16 outputs this is what recipe E's first
/// stage trains on; with as many outputs as inputs it is the projection of the meta-tests.
/// </summary>
/// <param name="Outputs">Inputs that come out; 0, the default, for as many as go in.</param>
[VsmlPart("random-projection")]
public sealed record RandomProjection([property: Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Outputs = 0) : EpisodeTransform
{
    internal const int MostWeights = 1 << 28;

    /// <inheritdoc/>
    public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) =>
        (Checked(inputSize, Outputs), outputSize);

    /// <inheritdoc/>
    public override EpisodeTransform WithInputs(int inputs) => this with { Outputs = inputs };

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode)
    {
        var inputs = episode.InputSize;
        var outputs = Checked(inputs, Outputs);
        var (key, firstBlock) = random.Leave(inputs * outputs);
        episode.Change(new ProjectionStep(key, firstBlock, inputs, outputs));
    }

    internal static int Checked(int inputs, int outputs)
    {
        if (outputs == 0) outputs = inputs;
        if (outputs < 0 || (long)inputs * Projection.Stride(outputs) > MostWeights)
            throw new VsmlException($"projection: {inputs} inputs cannot be projected to {outputs}");
        return outputs;
    }
}
