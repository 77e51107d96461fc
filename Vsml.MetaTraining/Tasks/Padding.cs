using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Adds inputs that are always zero and classes that never occur, so that small tasks fit a larger layer.</summary>
/// <param name="InputSize">Inputs that come out; 0, the default, leaves them.</param>
/// <param name="OutputSize">Classes that come out; 0, the default, leaves them.</param>
[VsmlPart("padding")]
public sealed record Padding(
    [property: JsonPropertyName("inputs"), Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int InputSize = 0,
    [property: JsonPropertyName("outputs"), Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int OutputSize = 0) : EpisodeTransform
{
    /// <inheritdoc/>
    public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize)
    {
        if ((InputSize != 0 && InputSize < inputSize) || (OutputSize != 0 && OutputSize < outputSize))
            throw new VsmlException($"padding: {inputSize} inputs and {outputSize} classes cannot be padded to {InputSize} and {OutputSize}");
        return (InputSize == 0 ? inputSize : InputSize, OutputSize == 0 ? outputSize : OutputSize);
    }

    /// <inheritdoc/>
    public override EpisodeTransform WithInputs(int inputs) => this with { InputSize = inputs };

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode)
    {
        var (inputs, outputs) = SizesAfter(episode.InputSize, episode.OutputSize);
        if (inputs != episode.InputSize)
        {
            var sources = episode.Numbers(inputs);
            sources.Span[episode.InputSize..].Fill(SelectionStep.Zero);
            episode.Change(new SelectionStep(sources));
        }
        episode.ReplaceOutputSize(outputs);
    }
}
