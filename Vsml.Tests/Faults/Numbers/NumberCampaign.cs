using System.Globalization;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;
using Vsml.Tool;

namespace Vsml.Tests.Faults.Numbers;

/// <summary>
/// NaN and infinity at the beginning, the end and between of every tensor of a checkpoint with digests that fit, and of a theta. Where such
/// values may not stand, the checkpoint is passed over for the one before it, and the run ends as ever, or theta is refused. Where an
/// optimizer or learner may hold them, the run goes on or stops in one line, and no checkpoint is lost.
/// </summary>
/// <param name="output">Gets a line for each run.</param>
internal sealed class NumberCampaign(TextWriter output)
{
    private static readonly double[] s_values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    /// <summary>Tries all tensors of runs by all estimators.</summary>
    /// <returns>How many cases went wrong.</returns>
    public int Run()
    {
        var bad = 0;
        foreach (var (name, configuration) in TinyRuns.Estimators)
        {
            using var folder = new TemporaryFolder();
            var problems = new List<string>();
            var cases = 0;
            TinyRuns.Run(folder["whole"], configuration);
            var stopped = Stopped(folder["stopped"], configuration);
            foreach (var changed in Changed(stopped))
            {
                cases++;
                if (Problem(changed, folder, stopped) is { } problem) problems.Add(problem);
            }
            foreach (var problem in problems.Distinct().Take(10)) output.WriteLine($"  {name}: {problem}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {cases} tensors with NaN or infinity, {problems.Count} wrong"));
            bad += problems.Count;
        }
        return bad + RunThetas();
    }

    // A run in the middle of its second stage, with two checkpoints.
    private static string Stopped(string folder, RunConfiguration configuration)
    {
        using var run = RunFolder.Create(folder, configuration);
        using var stop = new CancellationTokenSource();
        new TrainingRun(run, RuntimeCompiler.Compile, new TrainingOptions { Progress = new StopAt(configuration.Stages[0].Iterations + 1, stop) }).Run(stop.Token);
        return run.Checkpoints.PathOf(run.Checkpoints.Iterations()[0]);
    }

    private static IEnumerable<ChangedTensor> Changed(string checkpoint)
    {
        foreach (var tensor in SafetensorsFile.Read(checkpoint).Tensors.Where(tensor => tensor.Type is TensorType.F32 or TensorType.F64 && tensor.Count > 0))
            foreach (var value in s_values)
                foreach (var at in new[] { 0, tensor.Count / 2, tensor.Count - 1 }.Distinct())
                    yield return new ChangedTensor(tensor, at, value);
    }

    private static string? Problem(ChangedTensor changed, TemporaryFolder folder, string checkpoint)
    {
        var run = folder["changed"];
        if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        Directory.CreateDirectory(run);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(checkpoint)!)) File.Copy(file, Path.Combine(run, Path.GetFileName(file)));
        var tensors = SafetensorsFile.Read(checkpoint).Tensors.Select(tensor => tensor.Name == changed.Tensor.Name ? changed.Make() : tensor).ToList();
        SafetensorsFile.Write(Path.Combine(run, Path.GetFileName(checkpoint)), tensors, Checkpoint.MetadataOf(tensors));

        var before = Thetas(run);
        var result = ToolRun.InProcess("train", "--resume", run);
        var own = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (result.Code is not (ExitCodes.Success or ExitCodes.BadInput) || own.Any(line => !line.StartsWith("vsml: ", StringComparison.Ordinal))) return $"{changed}: exit code {result.Code}: {result.Error}";
        if (result.Code == ExitCodes.BadInput && own.Length == 0) return $"{changed}: no line says what is wrong";
        if (!changed.MayStand)
            return result.Code != ExitCodes.Success || !result.Error.Contains("Damaged checkpoint", StringComparison.Ordinal) ? $"{changed}: it was not passed over: {result.Error}"
                : TinyRuns.Outcome(run) != TinyRuns.Outcome(folder["whole"]) ? $"{changed}: the run ended otherwise" : null;
        // Whatever it goes on with, what it writes is finite, and what was there before is there.
        return Thetas(run).Values.SelectMany(theta => theta).Any(value => !float.IsFinite(value)) ? $"{changed}: theta is no longer finite"
            : result.Code == ExitCodes.BadInput && before.Any(entry => !Thetas(run).TryGetValue(entry.Key, out var theta) || !theta.SequenceEqual(entry.Value)) ? $"{changed}: a checkpoint is lost"
            : null;
    }

    private static Dictionary<string, float[]> Thetas(string run) =>
        Directory.EnumerateFiles(run, "checkpoint-*").ToDictionary(path => Path.GetFileName(path), path => SafetensorsFile.Read(path).Get("theta").ToSingles());

    // A theta with such a value is refused by every command that reads one.
    private int RunThetas()
    {
        using var folder = new TemporaryFolder();
        var problems = new List<string>();
        TinyRuns.Run(folder["run"], TinyRuns.Full);
        var whole = SafetensorsFile.Read(folder["run/theta.safetensors"]);
        var cases = 0;
        foreach (var changed in Changed(whole.Path))
        {
            cases++;
            SafetensorsFile.Write(folder["theta"], whole.Tensors.Select(tensor => tensor.Name == changed.Tensor.Name ? changed.Make() : tensor), whole.Metadata);
            File.WriteAllText(folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full with { InitialTheta = folder["theta"], InitialInputGateBias = 0 }));
            foreach (string[] command in new[] { new[] { "train", "--config", folder["run.json"], "--out", folder["new"] }, ["test", "--theta", folder["theta"], "--data", "digits"], ["fit", "--theta", folder["theta"], "--data", "digits"] })
                if (ToolRun.InProcess(command) is var result && (result.Code != ExitCodes.BadInput || !result.Error.Contains("finite", StringComparison.Ordinal) || Directory.Exists(folder["new"])))
                    problems.Add($"{command[0]}: {changed}: {result.Error}");
        }
        foreach (var problem in problems.Distinct().Take(10)) output.WriteLine($"  theta: {problem}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"theta: {cases} tensors with NaN or infinity, three commands, {problems.Count} wrong"));
        return problems.Count;
    }

    private sealed record ChangedTensor(Tensor Tensor, int At, double Value)
    {
        // What an optimizer remembers and what learners have learned (formats.md, "The run folder").
        public bool MayStand => Tensor.Name.StartsWith("optimizer/", StringComparison.Ordinal) || Tensor.Name.StartsWith("unroll/", StringComparison.Ordinal);

        public Tensor Make()
        {
            if (Tensor.Type == TensorType.F32)
            {
                var singles = (float[])Tensor.ToSingles().Clone();
                singles[At] = (float)Value;
                return Tensor.Of(Tensor.Name, Tensor.Shape, singles);
            }
            var doubles = (double[])Tensor.ToDoubles().Clone();
            doubles[At] = Value;
            return Tensor.Of(Tensor.Name, Tensor.Shape, doubles);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tensor.Name}[{At}] = {Value}");
    }

    private sealed class StopAt(int iteration, CancellationTokenSource stop) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress)
        {
            if (progress.Metrics.Iteration == iteration) stop.Cancel();
        }
    }
}
