using System.Diagnostics;

namespace Vsml.MetaTraining;

/// <summary>How long one stage of a run will take on this machine.</summary>
/// <param name="Stage">Index of the stage.</param>
/// <param name="Iterations">Its meta-iterations.</param>
/// <param name="SecondsPerIteration">What one takes, on average over those measured.</param>
public sealed record StageForecast(int Stage, int Iterations, double SecondsPerIteration)
{
    /// <summary>What all of them take.</summary>
    public double Seconds => Iterations * SecondsPerIteration;
}

/// <summary>How long a run will take on this machine, from a few meta-iterations of each stage and one meta-test. Nothing is written.</summary>
/// <param name="Stages">The stages.</param>
/// <param name="Evaluations">Number of periodic meta-tests.</param>
/// <param name="SecondsPerEvaluation">What one takes.</param>
public sealed record TrainingForecast(IReadOnlyList<StageForecast> Stages, int Evaluations, double SecondsPerEvaluation)
{
    private const int MostIterations = 50;

    /// <summary>What the whole run takes, checkpoints apart.</summary>
    public double Seconds => Stages.Sum(stage => stage.Seconds) + Evaluations * SecondsPerEvaluation;

    /// <summary>Runs some meta-iterations of each stage, and a meta-test where the run has some.</summary>
    /// <param name="trainer">The run.</param>
    /// <param name="secondsPerStage">How long to measure a stage, if its iterations are short.</param>
    /// <param name="measured">Told about each stage once it is measured; may be null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="VsmlException">A stage cannot run; as for <see cref="MetaTrainer.Step"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TrainingForecast Measure(MetaTrainer trainer, double secondsPerStage = 2, Action<StageForecast>? measured = null, CancellationToken cancellation = default)
    {
        var (configuration, initial, start) = (trainer.Configuration, trainer.Initial(), 0);
        var stages = new List<StageForecast>();
        for (var s = 0; s < configuration.Stages.Count; start += configuration.Stages[s++].Iterations)
        {
            stages.Add(new StageForecast(s, configuration.Stages[s].Iterations, SecondsPerIteration(trainer, initial with { Iteration = start }, configuration.Stages[s].Iterations, secondsPerStage, cancellation)));
            measured?.Invoke(stages[^1]);
        }
        if (configuration.Evaluation is not { } evaluation) return new TrainingForecast(stages, 0, 0);
        var clock = Stopwatch.StartNew();
        trainer.Evaluate(initial, cancellation);
        // Before the first iteration, after each interval, and at the end.
        return new TrainingForecast(stages, 1 + (configuration.Iterations + evaluation.Interval - 1) / evaluation.Interval, clock.Elapsed.TotalSeconds);
    }

    // The first iteration, which compiles and allocates, counts only where it is the only one.
    private static double SecondsPerIteration(MetaTrainer trainer, TrainingState state, int iterations, double seconds, CancellationToken cancellation)
    {
        var (clock, first, done) = (Stopwatch.StartNew(), 0.0, 0);
        while (true)
        {
            (state, _) = trainer.Step(state, cancellation);
            if (done++ == 0) first = clock.Elapsed.TotalSeconds;
            var elapsed = clock.Elapsed.TotalSeconds;
            if (done == iterations || done > MostIterations || elapsed >= seconds) return done == 1 ? elapsed : (elapsed - first) / (done - 1);
        }
    }
}
