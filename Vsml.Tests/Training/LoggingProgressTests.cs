using Microsoft.Extensions.Logging;
using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

public class LoggingProgressTests
{
    [Fact]
    public void A_logger_is_told_how_a_run_goes()
    {
        var logger = new Lines();
        var heard = new List<int>();
        new TrainingRun(TinyRuns.Full, RuntimeCompiler.Compile, new TrainingOptions { Progress = new CombinedProgress(new LoggingProgress(logger), new Heard(heard)) }).Run();
        logger.Told.Count(line => line.Level == LogLevel.Debug && line.Text.StartsWith("Meta-iteration ", StringComparison.Ordinal)).ShouldBe(7);
        logger.Told.ShouldContain(line => line.Level == LogLevel.Information && line.Text.StartsWith("Meta-test at meta-iteration 3: accuracy on memory 0.", StringComparison.Ordinal));
        heard.ShouldBe([1, 2, 3, 4, 5, 6, 7]);
    }

    private sealed class Heard(List<int> iterations) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress) => iterations.Add(progress.Metrics.Iteration);
    }

    private sealed class Lines : ILogger
    {
        public List<(LogLevel Level, string Text)> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Told.Add((logLevel, formatter(state, exception)));
    }
}
