namespace Vsml.Evaluation;

/// <summary>How one learner's accuracy grows over an episode.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Variant">The variant that did best over the whole episode; empty if there is only one.</param>
/// <param name="Correct">Share of the episodes in which the prediction for each example was right [T].</param>
public sealed record LearningCurve(string Learner, string Variant, IReadOnlyList<float> Correct)
{
    /// <summary>Examples over which curves are smoothed where they are shown.</summary>
    public const int Window = 50;

    /// <summary>Standard error over episodes of the accuracy over the last <see cref="Window"/> examples, for every example [T]; null for a single episode.</summary>
    public IReadOnlyList<float>? StandardErrors { get; init; }

    /// <summary>Share of right predictions over all examples so far, for every example [T].</summary>
    public float[] Running()
    {
        var running = new float[Correct.Count];
        var sum = 0.0;
        for (var t = 0; t < running.Length; t++) running[t] = (float)((sum += Correct[t]) / (t + 1));
        return running;
    }

    /// <summary>Share of right predictions over the last examples, for every example [T]; fewer at the beginning.</summary>
    /// <param name="window">How many examples; at least 1.</param>
    public float[] Moving(int window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        var moving = new float[Correct.Count];
        var sum = 0.0;
        for (var t = 0; t < moving.Length; t++)
        {
            sum += Correct[t];
            if (t >= window) sum -= Correct[t - window];
            moving[t] = (float)(sum / Math.Min(t + 1, window));
        }
        return moving;
    }
}
