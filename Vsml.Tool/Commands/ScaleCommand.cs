using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vsml.MetaTraining;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml scale</c>: measures a run on several ranks of this machine, and says what a cluster would do.</summary>
internal static class ScaleCommand
{
    private static readonly int[] s_predicted = [1, 10, 100, 1_000, 10_000];
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var config = new Option<string>("--config") { HelpName = "RUN.json", Description = "The run, or preset:NAME. Its first stage is measured.", Required = true };
        var ranks = new Option<int[]>("--ranks") { HelpName = "N", Description = "Numbers of ranks to measure; left out: 1 2 4 8.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2, 4, 8] };
        var iterations = NumberOption.Create("--iterations", "I", 3, 1_000_000, 60, "Iterations of each measurement; the first third, in which kernels are compiled, does not count.");
        var launcher = new Option<string>("--launcher") { HelpName = "mpirun", Description = "What starts the ranks, with its options.", DefaultValueFactory = _ => "mpirun" };
        var pairs = NumberOption.Create("--pairs", "P", 1, 1 << 30, "Pairs (or episodes) of an iteration that is predicted; left out: the run's.");
        var latency = NumberOption.Create("--latency", "SECONDS", 0.0, 1.0, 5e-6, "Of the cluster's network, for the prediction.");
        var bandwidth = NumberOption.Create("--bandwidth", "BYTES", 1.0, 1e15, 1e9, "Bytes a second of the cluster's network, for the prediction.");
        var results = new Option<string?>("--json") { HelpName = "FILE", Description = "Write measurements and prediction as JSON." };
        var command = new ToolCommand(
            "scale",
            "Measure an iteration on several ranks of this machine, and predict it for 1 to 10,000 ranks of a cluster.",
            "vsml scale --config run.json",
            "vsml scale --config run.json --ranks 1 2 --launcher \"mpirun.openmpi --oversubscribe\" --json scale.json",
            "vsml scale --config run.json --pairs 10240")
        {
            config, ranks, iterations, launcher, pairs, latency, bandwidth, results,
        };
        command.SetAction(parsed =>
        {
            var place = parsed.GetValue(results) is { } name ? new ResultPlace(name, context) : null;
            var run = context.Abandonable(() => RunConfigurationJson.Read(parsed.GetValue(config)!));
            var units = run.Estimator.EpisodesPerIteration;
            var counts = parsed.GetValue(ranks)!.Distinct().Order().ToList();
            if (counts.Count < 2 || counts[0] < 1 || counts[^1] > units)
                throw new VsmlException($"--ranks: a model needs two different numbers at least, each from 1 to the {units} pairs or episodes of the run.");
            var measured = counts.Select(count => Measure(run, count, parsed.GetValue(iterations), parsed.GetValue(launcher)!, context)).ToList();
            var model = ScaleModel.Fit(units, Environment.ProcessorCount, measured) with { Latency = parsed.GetValue(latency), Bandwidth = parsed.GetValue(bandwidth), CheckpointInterval = run.Checkpoints.Interval };
            var forecast = parsed.GetValue(pairs) is { } asked ? model.WithPairs(asked) : model;
            var predicted = s_predicted.Where(count => count <= forecast.Pairs).Append(forecast.Pairs).Distinct().Order().Select(forecast.Predict).ToList();
            place?.Write(stream => WriteJson(measured, model, predicted, stream));
            if (place?.IsStandardOutput != true) Print(measured, model, forecast, predicted, context.Output);
            return ExitCodes.Success;
        });
        return command;
    }

    private static ScaleMeasurement Measure(RunConfiguration run, int ranks, int iterations, string launcher, ToolContext context)
    {
        var folder = Directory.CreateTempSubdirectory("vsml-scale-");
        try
        {
            var (file, output) = (Path.Combine(folder.FullName, "run.json"), Path.Combine(folder.FullName, "run"));
            File.WriteAllText(file, RunConfigurationJson.Format(run with { Stages = new([run.Stages[0] with { Iterations = iterations }]), LearningRate = new LearningRateSchedule(), Evaluation = null }));
            string[] words = launcher.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] tool = [.. ToolProgram.Words, "train", "--config", file, "--out", output, "--threads", "1"];
            using var process = Start(words, ["-n", ranks.ToString(CultureInfo.InvariantCulture), .. tool]);
            var error = process.StandardError.ReadToEndAsync(context.Cancellation);
            process.StandardOutput.ReadToEndAsync(context.Cancellation).GetAwaiter().GetResult();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new VsmlException($"--launcher: {words[0]} with {ranks} ranks ended with code {process.ExitCode}: {error.Result.Split('\n').FirstOrDefault(line => line.StartsWith("vsml: ", StringComparison.Ordinal)) ?? error.Result.Trim()}");
            return Read(Path.Combine(output, "metrics.jsonl"), ranks);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(string[] launcher, string[] args)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(launcher.FirstOrDefault() ?? "", [.. launcher.Skip(1), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new VsmlException($"--launcher: '{string.Join(' ', launcher)}' cannot be started: {exception.Message}", exception);
        }
    }

    // The median, and not of the first iterations, in which kernels are compiled.
    private static ScaleMeasurement Read(string metrics, int ranks)
    {
        var lines = File.ReadLines(metrics).Select(Parse).Where(line => line.GetProperty("kind").GetString() == "iteration").ToList();
        var used = lines.Skip(lines.Count / 3).Select(line =>
        {
            var seconds = line.GetProperty("examples").GetInt64() / line.GetProperty("examplesPerSecond").GetDouble();
            return (Seconds: seconds, Idle: Field(line, "idleSeconds") / seconds, Bytes: Field(line, "sentBytesPerSecond") * seconds);
        }).OrderBy(one => one.Seconds).ToList();
        return new ScaleMeasurement(ranks, used[used.Count / 2].Seconds, ranks == 1 ? 0 : used.Average(one => one.Bytes) / (ranks - 1), used.Average(one => one.Idle));

        static JsonElement Parse(string line)
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }

        static double Field(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
    }

    private static void Print(IReadOnlyList<ScaleMeasurement> measured, ScaleModel model, ScaleModel forecast, IReadOnlyList<ScaleForecast> predicted, TextWriter output)
    {
        output.WriteLine($"measured on this machine, {Environment.ProcessorCount} cores, a thread a rank");
        output.WriteLine("ranks\tseconds\tmodel\tbytes to each\tidle");
        foreach (var one in measured)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Ranks}\t{one.Seconds:G4}\t{model.OnOneMachine(one.Ranks, Environment.ProcessorCount):G4}\t{one.BytesSent:0}\t{one.IdleShare:P0}"));
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"predicted for {forecast.Pairs:N0} pairs, a core a rank, {forecast.Latency:G3} s and {forecast.Bandwidth:G3} bytes/s: {forecast.SecondsPerPair:G4} s a pair, {forecast.OwnSeconds:G4} s by itself"));
        output.WriteLine("ranks\tseconds\tpairs\tby itself\tnetwork\tcheckpoint\tspeedup");
        foreach (var one in predicted)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Ranks}\t{one.Seconds:G4}\t{one.ComputeSeconds:G4}\t{one.OwnSeconds:G4}\t{one.NetworkSeconds:G3}\t{one.CheckpointSeconds:G3}\t{one.Speedup:0.0}"));
    }

    private static void WriteJson(IReadOnlyList<ScaleMeasurement> measured, ScaleModel model, IReadOnlyList<ScaleForecast> predicted, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, s_indented);
        writer.WriteStartObject();
        writer.WriteNumber("secondsPerPair", model.SecondsPerPair);
        writer.WriteNumber("ownSeconds", model.OwnSeconds);
        writer.WriteStartArray("measured");
        foreach (var one in measured)
        {
            writer.WriteStartObject();
            writer.WriteNumber("ranks", one.Ranks);
            writer.WriteNumber("seconds", one.Seconds);
            writer.WriteNumber("bytesSent", Math.Round(one.BytesSent));
            writer.WriteNumber("idleShare", one.IdleShare);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("predicted");
        foreach (var one in predicted)
        {
            writer.WriteStartObject();
            writer.WriteNumber("ranks", one.Ranks);
            writer.WriteNumber("seconds", one.Seconds);
            writer.WriteNumber("computeSeconds", one.ComputeSeconds);
            writer.WriteNumber("ownSeconds", one.OwnSeconds);
            writer.WriteNumber("networkSeconds", one.NetworkSeconds);
            writer.WriteNumber("checkpointSeconds", one.CheckpointSeconds);
            writer.WriteNumber("speedup", one.Speedup);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
