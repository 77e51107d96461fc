using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

/// <summary>Tells a run to stop after some meta-iterations.</summary>
/// <param name="iterations">How many.</param>
/// <param name="stop">The run's cancellation.</param>
internal sealed class StopAfter(int iterations, CancellationTokenSource stop) : ITrainingProgress
{
    private int _left = iterations;

    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress)
    {
        if (--_left == 0) stop.Cancel();
    }
}
