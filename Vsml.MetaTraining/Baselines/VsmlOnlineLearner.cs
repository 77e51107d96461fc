using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>A VSML network with fixed theta as an online learner: what is compared with the baselines.</summary>
/// <param name="model">The model; its layers fit the task.</param>
/// <param name="theta">Theta, packed for the level to run at.</param>
public sealed class VsmlOnlineLearner(VsmlModel model, PackedTheta theta) : IOnlineLearner
{
    private readonly EpisodeRunner _runner = new(model, theta.Level);
    private readonly float[] _losses = new float[1];

    /// <inheritdoc/>
    public int InputSize => model.Architecture.InputSize;

    /// <inheritdoc/>
    public int OutputSize => model.Architecture.OutputSize;

    /// <inheritdoc/>
    public void Reset(ref CounterRandom random) => _runner.InitialiseCells(ref random);

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<float> input, Span<float> logits) => _runner.Predict(theta, input, logits);

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits) =>
        _runner.Step(theta, input, label, logits, _losses);
}
