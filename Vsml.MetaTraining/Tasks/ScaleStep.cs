using System.Numerics.Tensors;

namespace Vsml.MetaTraining;

/// <summary>Multiplies every input by a number.</summary>
/// <param name="Factor">The number.</param>
/// <param name="Outputs">Floats of an input, before and afterwards.</param>
internal readonly record struct ScaleStep(float Factor, int Outputs) : IInputStep
{
    /// <inheritdoc/>
    public void Apply(EpisodeData episode)
    {
        var inputs = episode.Inputs.AsSpan(0, episode.Length * episode.InputSize);
        TensorPrimitives.Multiply(inputs, Factor, inputs);
    }

    /// <inheritdoc/>
    public IInputStep Keep() => this;
}
