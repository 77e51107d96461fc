using System.Globalization;
using System.Text.RegularExpressions;
using Vsml.MetaTraining;
using Vsml.Tests.Faults.PowerCuts;
using Vsml.Tests.Faults.Shim;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;
using Vsml.Tool;

namespace Vsml.Tests.Faults.Errors;

/// <summary>
/// Every operation that <c>vsml train</c> does on its folder fails once, with each error, alone and with all after it. The command says so
/// in one line and ends with exit code 2, a program gets the exception that is documented, or the run goes on; nothing is lost; once the
/// error is gone the run goes on to the same bits.
/// </summary>
/// <param name="seed">Seed of the choice of cases.</param>
/// <param name="output">Gets a line for each run and error.</param>
internal sealed partial class FileErrorCampaign(int seed, TextWriter output)
{
    /// <summary>Tries all operations, or some of them.</summary>
    /// <param name="count">Cases at most, taken by chance; null for every one.</param>
    /// <returns>How many went wrong.</returns>
    public int Run(long? count)
    {
        using var folder = new TemporaryFolder();
        var bad = 0;
        foreach (var name in new[] { "es", "pes", "staggered" })
        {
            var whole = Path.Combine(folder.Path, name);
            File.WriteAllText(folder["run.json"], RunConfigurationJson.Format(TinyRuns.Estimators[name]));
            var (kinds, saves) = Recorded(folder, whole);
            var cases = (from error in FileShim.Errors.Keys from forever in new[] { false, true } from at in Enumerable.Range(0, saves.Count) select new ErrorCase(at, kinds[at], error, forever)).ToArray();
            new Random(seed).Shuffle(cases);
            // Of some, every kind of operation with every error.
            var taken = cases.DistinctBy(one => (one.Kind, one.Error)).Concat(cases).Distinct().Take((int)(count / 3 ?? cases.Length)).ToList();
            var problems = taken.Select(one => Problem(one, saves[one.At], folder, whole)).OfType<string>().ToList();
            foreach (var problem in problems.Distinct().Take(20)) output.WriteLine($"  {name}: {problem}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {saves.Count} operations, {cases.Length} errors, {taken.Count} made, {problems.Count} wrong"));
            bad += problems.Count;
        }
        return bad + Surroundings(folder);
    }

    // For each operation its kind and the newest checkpoint that is on the disk before it; -1 for none.
    private static (List<DiskOperationKind> Kinds, List<int> Saves) Recorded(TemporaryFolder folder, string whole)
    {
        using (var file = File.OpenHandle(folder["record"], FileMode.Create, FileAccess.Write))
        {
            FileShim.Watch(whole);
            FileShim.Record(file);
            Train(folder, whole).ShouldSucceed();
            FileShim.Watch("");
        }
        var (kinds, saves) = (new List<DiskOperationKind>(), new List<int>());
        var (saved, renamed) = (-1, -1);
        foreach (var operation in DiskOperation.ReadAll(folder["record"]))
        {
            kinds.Add(operation.Kind);
            saves.Add(saved);
            if (operation.Kind == DiskOperationKind.Rename && Number().Match(operation.Target) is { Success: true } number) renamed = int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture);
            if (operation.Kind == DiskOperationKind.FlushFolder) saved = renamed;
        }
        return (kinds, saves);
    }

    private static string? Problem(ErrorCase one, int saved, TemporaryFolder folder, string whole)
    {
        var run = folder["failing"];
        if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        var result = Failing(one, run, () => Train(folder, run));

        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (result.Code is not (ExitCodes.Success or ExitCodes.BadInput)) return $"{one}: exit code {result.Code}: {result.Error}";
        if (result.Code == ExitCodes.BadInput && (lines.Length != 1 || !lines[0].StartsWith("vsml: ", StringComparison.Ordinal) || !lines[0].Contains(run, StringComparison.Ordinal)))
            return $"{one}: not one line that names the file: {result.Error}";
        if (result.Code == ExitCodes.BadInput && OfProgram(one, folder) is { } other) return $"{one}: a program gets {other}";
        // What may not outlive a power failure is not passed off as written; a disk that is read-only has nothing to flush.
        if (result.Code == ExitCodes.Success && one.Kind is (DiskOperationKind.FlushFile or DiskOperationKind.FlushFolder) && one.Error is not "EROFS") return $"{one}: nobody is told";
        var begun = File.Exists(Path.Combine(run, "run.json"));
        if (saved >= 0 && !begun) return $"{one}: run.json is gone";
        if (begun && new CheckpointStore(run, TinyRuns.Full).Iterations().FirstOrDefault(-1) < saved) return $"{one}: checkpoint {saved} is gone";
        var again = result.Code == ExitCodes.Success ? result : begun ? ToolRun.InProcess("train", "--resume", run) : Train(folder, run);
        if (again.Code != ExitCodes.Success) return $"{one}: the run does not go on: {again.Error}";
        return TinyRuns.Outcome(run) == TinyRuns.Outcome(whole) ? null : $"{one}: the run ended otherwise";
    }

    private static T Failing<T>(ErrorCase one, string run, Func<T> train)
    {
        FileShim.Watch(run);
        FileShim.Fail(one.At, FileShim.Errors[one.Error], one.IsForever);
        try
        {
            return train();
        }
        finally
        {
            FileShim.Watch("");
        }
    }

    // The same run without the command, which catches more; null for the exception that is documented.
    private static Exception? OfProgram(ErrorCase one, TemporaryFolder folder)
    {
        var run = folder["program"];
        if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        var configuration = RunConfigurationJson.Read(folder["run.json"]);
        try
        {
            return Failing<Exception?>(one, run, () =>
            {
                TinyRuns.Run(run, configuration);
                return null;
            });
        }
        catch (Exception exception)
        {
            return exception is VsmlException ? null : exception;
        }
    }

    // A clock that goes backwards, no room for temporary files, and a second process in the folder.
    private int Surroundings(TemporaryFolder folder)
    {
        File.WriteAllText(folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        var problems = new List<string>();
        FileShim.TurnClock(true);
        Train(folder, folder["clock"]).ShouldSucceed();
        FileShim.TurnClock(false);
        if (TinyRuns.Outcome(folder["clock"]) != TinyRuns.Outcome(folder["es"])) problems.Add("a clock that goes backwards changes the run");

        using (RunFolder.Open(folder["clock"]))
        {
            var second = ToolRun.OfProcess("dotnet", [ToolRun.Assembly, "train", "--resume", folder["clock"]], ("LD_PRELOAD", ""));
            if (second.Code != ExitCodes.BadInput || !second.Error.Contains("another process trains there", StringComparison.Ordinal)) problems.Add($"a second process is not refused: {second.Error}");
        }
        var full = ToolRun.OfProcess("dotnet", [ToolRun.Assembly, "train", "--config", folder["run.json"], "--out", folder["no-room"]], ("LD_PRELOAD", ""), ("TMPDIR", "/dev/full"));
        if (full.Code != ExitCodes.Success) problems.Add($"without room for temporary files: {full.Error}");
        else if (TinyRuns.Outcome(folder["no-room"]) != TinyRuns.Outcome(folder["es"])) problems.Add("no room for temporary files changes the run");
        foreach (var problem in problems) output.WriteLine($"  {problem}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"clock set back, a second process, no room for temporary files: {problems.Count} wrong"));
        return problems.Count;
    }

    private static ToolRun Train(TemporaryFolder folder, string run) => ToolRun.InProcess("train", "--config", folder["run.json"], "--out", run);

    [GeneratedRegex(@"checkpoint-(\d+)\.safetensors$")]
    private static partial Regex Number();

    private sealed record ErrorCase(int At, DiskOperationKind Kind, string Error, bool IsForever);
}
