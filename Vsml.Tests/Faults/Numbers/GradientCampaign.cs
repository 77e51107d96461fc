using System.Globalization;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Scale;
using Vsml.Tests.Training;

namespace Vsml.Tests.Faults.Numbers;

/// <summary>
/// NaN, infinity and losses too large to weigh noise in the gradient of one meta-iteration, as a backend may give them, in one process and
/// with ranks. One pair or episode drops out, and the run goes on; where all do it stops, with its checkpoints as they were, and once the
/// numbers are right again goes on as if nothing had been; a gradient that is not finite makes no step.
/// </summary>
/// <param name="output">Gets a line for each run.</param>
internal sealed class GradientCampaign(TextWriter output)
{
    // In the middle of a stage and of episodes, between two checkpoints.
    private const uint Iteration = 3;
    private const int Ranks = 3;
    private static readonly float[] s_values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    /// <summary>Tries runs by all estimators.</summary>
    /// <returns>How many cases went wrong.</returns>
    public int Run()
    {
        var bad = 0;
        foreach (var (name, configuration) in TinyRuns.Estimators)
        {
            using var folder = new TemporaryFolder();
            TinyRuns.Run(folder["whole"], configuration);
            var problems = new List<string>();
            var cases = 0;
            foreach (var ranks in new[] { 1, Ranks })
            {
                foreach (var value in s_values)
                {
                    Try(ranks, value, "one", One(folder, configuration, ranks, value));
                    Try(ranks, value, "all", All(folder, configuration, ranks, value));
                }
                if (configuration.Estimator is EsOptions { Shaping: FitnessShaping.None }) Try(ranks, float.MaxValue, "one", TooLarge(folder, configuration, ranks));
            }
            foreach (var problem in problems.Take(10)) output.WriteLine($"  {name}: {problem}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {cases} gradients with NaN, infinity or too large losses, {problems.Count} wrong"));
            bad += problems.Count;

            void Try(int ranks, float value, string which, string? problem)
            {
                cases++;
                if (problem is not null) problems.Add(string.Create(CultureInfo.InvariantCulture, $"{which} with {value} on {ranks} ranks: {problem}"));
            }
        }
        return bad;
    }

    // The same on any number of ranks.
    private static string? One(TemporaryFolder folder, RunConfiguration configuration, int ranks, float value)
    {
        var run = folder[string.Create(CultureInfo.InvariantCulture, $"one-{value}-{ranks}")];
        if (Spoil(run, configuration, ranks, value, pair => pair == 1) is { } error) return $"the run stops: {error.Message}";
        var dropped = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count(line => line.Contains("\"dropped\":", StringComparison.Ordinal));
        if (dropped != 1) return $"{dropped} iterations have pairs that dropped out";
        if (!IsFinite(run)) return "theta is no longer finite";
        return ranks == 1 || TinyRuns.Outcome(run) == TinyRuns.Outcome(folder[string.Create(CultureInfo.InvariantCulture, $"one-{value}-1")]) ? null : "the bits depend on the number of ranks";
    }

    private static string? All(TemporaryFolder folder, RunConfiguration configuration, int ranks, float value)
    {
        var run = folder[string.Create(CultureInfo.InvariantCulture, $"all-{value}-{ranks}")];
        if (Spoil(run, configuration, ranks, value, _ => true) is not { } error) return "nobody is told";
        if (error is not VsmlException || error.Message.Contains('\n') || !error.Message.Contains("not finite", StringComparison.Ordinal)) return $"not one clear line: {error}";
        if (!IsFinite(run)) return "theta is no longer finite";
        TinyRuns.Resume(run);
        return TinyRuns.Outcome(run) == TinyRuns.Outcome(folder["whole"]) ? null : "the run does not go on as if nothing had been";
    }

    private static string? TooLarge(TemporaryFolder folder, RunConfiguration configuration, int ranks)
    {
        var run = folder[string.Create(CultureInfo.InvariantCulture, $"large-{ranks}")];
        if (Spoil(run, configuration, ranks, float.MaxValue, pair => pair == 1) is { } error) return $"the run stops: {error.Message}";
        var skipped = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count(line => line.Contains("\"skipped\":true", StringComparison.Ordinal));
        return skipped != 1 ? $"{skipped} steps are passed over" : IsFinite(run) ? null : "theta is no longer finite";
    }

    private static Exception? Spoil(string run, RunConfiguration configuration, int ranks, float value, Func<uint, bool> isSpoilt) =>
        SharedRuns.Run(run, ranks, configuration, backendOf: _ => new SpoiltBackend(Iteration, isSpoilt, value))[0].Error;

    private static bool IsFinite(string run) =>
        Directory.EnumerateFiles(run, "*.safetensors").SelectMany(path => SafetensorsFile.Read(path).Tensors)
            .Where(tensor => tensor.Name == "theta" || tensor.Name.StartsWith("optimizer/", StringComparison.Ordinal))
            .All(tensor => tensor.ToDoubles().All(double.IsFinite));
}
