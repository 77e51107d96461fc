using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Vsml.MetaTraining;

namespace Vsml.Samples;

/// <summary>Meta-trains with a live display; where no person watches, with a line now and then.</summary>
internal sealed class TrainingDisplay : ITrainingProgress
{
    private const int IterationsPerLine = 100;
    private readonly TrainingHistory _history;
    private readonly ProgressTask? _bar;

    private TrainingDisplay(TrainingHistory history, ProgressTask? bar) => (_history, _bar) = (history, bar);

    /// <summary>Runs meta-training to its end.</summary>
    public static TrainingResult Show(RunConfiguration run, TrainingHistory history)
    {
        Console.WriteLine($"Meta-training with seed {run.Seed}: {run.Iterations} iterations of {MethodName(run)} on small tasks made of shrunk MNIST training images, {ParameterLayout.Of(run.Model).Count} meta-parameters");
        var clock = Stopwatch.StartNew();
        TrainingResult? result = null;
        if (!AnsiConsole.Profile.Capabilities.Interactive) result = Train(run, history, null);
        else
            AnsiConsole.Progress()
                .Columns(new ProgressBarColumn { Width = 30 }, new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context => result = Train(run, history, context.AddTask("starting", maxValue: run.Iterations)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Meta-training took {clock.Elapsed.TotalSeconds:0} s; the best theta is that of iteration {result!.State.Best!.Iteration}."));
        return result;
    }

    /// <summary>The meta-training method in words.</summary>
    public static string MethodName(RunConfiguration run) => run.Estimator is EsOptions ? "evolution strategies" : "backpropagation through time";

    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress)
    {
        _history.Iterations.Add(progress.Metrics);
        if (_bar is null && progress.Metrics.Iteration % IterationsPerLine != 0) return;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{progress.Metrics.Iteration}/{progress.Iterations}  loss {progress.Metrics.Loss:0.000}  accuracy {progress.Metrics.Accuracy:0.000}  {progress.ExamplesPerSecond:#,0} examples/s  {progress.TimeLeft:m\\:ss} left{MetaTested}");
        if (_bar is null) Console.WriteLine(text);
        else
        {
            _bar.Description = text;
            _bar.Value = progress.Metrics.Iteration;
        }
    }

    /// <inheritdoc/>
    public void Evaluated(EvaluationMetrics metrics) => _history.Evaluations.Add(metrics);

    /// <inheritdoc/>
    public void Planned(TapeMemory memory)
    {
        if (_bar is null) Console.WriteLine(memory);
        else AnsiConsole.WriteLine(memory.ToString());
    }

    /// <inheritdoc/>
    public void Warned(string message) => Console.Error.WriteLine(message);

    private string MetaTested => _history.Evaluations.Count == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $"  meta-test {_history.Evaluations[^1].Score:0.000}");

    private static TrainingResult Train(RunConfiguration run, TrainingHistory history, ProgressTask? bar) =>
        new TrainingRun(run, DigitLearner.Model.For, new TrainingOptions { Progress = new TrainingDisplay(history, bar) }).Run();
}
