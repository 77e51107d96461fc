using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vsml.MetaTraining;
using Vsml.Tests.Faults.Shim;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;

namespace Vsml.Tests.Faults.PowerCuts;

/// <summary>
/// Runs are recorded; then the power is cut after each of their operations, and every disk that may be found after it is made anew: the
/// run must go on from there to the same bits, from no checkpoint older than the newest that was reported as written.
/// </summary>
/// <param name="seed">Seed of what is lost by chance.</param>
/// <param name="output">Gets a line for each run.</param>
internal sealed class PowerCutCampaign(int seed, TextWriter output)
{
    private const string Created = "created", Saved = "saved ";
    private const int MostExhaustive = 6, Samples = 24;
    private readonly Random _random = new(seed);

    /// <summary>Cuts the power of runs by all estimators.</summary>
    /// <param name="count">Disks at most, taken evenly from all that may be found; null for every one.</param>
    /// <returns>How many were not gone on from as they should be.</returns>
    public int Run(long? count)
    {
        using var folder = new TemporaryFolder();
        TinyRuns.Run(folder["first"], TinyRuns.Full);
        var runs = TinyRuns.Estimators.Append(new("initial-theta", TinyRuns.Full with { InitialTheta = folder["first/theta.safetensors"], InitialInputGateBias = 0 })).ToList();
        return runs.Sum(run => Run(run.Key, run.Value, count / runs.Count));
    }

    private int Run(string name, RunConfiguration configuration, long? count)
    {
        using var folder = new TemporaryFolder();
        var record = Record(folder, configuration);
        var expected = TinyRuns.Outcome(folder["whole"]);
        var disks = Disks(record, folder["whole"]).ToList();
        var taken = count is { } most && most < disks.Count ? disks.Where((_, i) => i * most / disks.Count != (i + 1) * most / disks.Count).ToList() : disks;
        var problems = taken.Select(disk => Problem(disk, folder["cut"], configuration, expected)).OfType<string>().ToList();
        foreach (var problem in problems.Distinct().Take(10)) output.WriteLine($"  {name}: {problem}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {record.Count} operations, {disks.Count} different disks, {taken.Count} gone on from, {problems.Count} wrong"));
        return problems.Count;
    }

    // Created, stopped, and gone on with.
    private static IReadOnlyList<DiskOperation> Record(TemporaryFolder folder, RunConfiguration configuration)
    {
        using (var file = File.OpenHandle(folder["record"], FileMode.Create, FileAccess.Write))
        {
            FileShim.Watch(folder["whole"]);
            FileShim.Record(file);
            using (var run = RunFolder.Create(folder["whole"], configuration))
            using (var stop = new CancellationTokenSource())
            {
                FileShim.Mark(Created);
                new TrainingRun(run, RuntimeCompiler.Compile, new TrainingOptions { Progress = new Marks(stop) }).Run(stop.Token);
            }
            TinyRuns.Resume(folder["whole"], new TrainingOptions { Progress = new Marks(null) });
            FileShim.Watch("");
        }
        return DiskOperation.ReadAll(folder["record"]);
    }

    private IEnumerable<CutDisk> Disks(IReadOnlyList<DiskOperation> record, string root)
    {
        var (disk, seen) = (new Disk(root), new HashSet<string>());
        var (isCreated, saved) = (false, -1);
        for (var done = 0; done <= record.Count; done++)
        {
            foreach (var files in DisksAfter(disk))
                if (seen.Add($"{isCreated} {saved} {Digest(files)}")) yield return new CutDisk(done, isCreated, saved, files);
            if (done == record.Count) break;
            if (record[done] is not { Kind: DiskOperationKind.Mark, Path: var mark }) disk.Apply(record[done]);
            else if (mark == Created) isCreated = true;
            else saved = int.Parse(mark[Saved.Length..], CultureInfo.InvariantCulture);
        }
    }

    private IEnumerable<IReadOnlyDictionary<string, byte[]>> DisksAfter(Disk disk)
    {
        var isFew = disk.OpenNames <= MostExhaustive;
        var names = isFew ? 1 << disk.OpenNames : Samples;
        for (var choice = 0; choice < names; choice++)
        {
            // Of many, also all and none.
            var mask = isFew || choice == 0 ? choice : choice == 1 ? -1 : _random.Next();
            foreach (var loss in disk.HasOpenContents ? Enum.GetValues<Loss>() : [Loss.None]) yield return disk.After(i => (mask >> i % 32 & 1) != 0, loss, _random);
        }
    }

    private static string Digest(IReadOnlyDictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {content.Length} "));
            hash.AppendData(content);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string? Problem(CutDisk disk, string folder, RunConfiguration configuration, string expected)
    {
        Directory.CreateDirectory(folder);
        try
        {
            foreach (var (name, content) in disk.Files) File.WriteAllBytes(Path.Combine(folder, name), content);
            if (!disk.Files.ContainsKey("run.json"))
            {
                if (disk.IsCreated) return $"after {disk.Done} operations: run.json is gone";
                TinyRuns.Run(folder, configuration);
            }
            else
            {
                using (var run = RunFolder.Open(folder))
                    if ((run.Checkpoints.LoadNewest(_ => { })?.Iteration ?? -1) is var newest && newest < disk.Saved) return $"after {disk.Done} operations: checkpoint {disk.Saved} fell back to {newest}";
                TinyRuns.Resume(folder);
            }
            return TinyRuns.Outcome(folder) == expected ? null : $"after {disk.Done} operations: the run ended otherwise";
        }
        catch (Exception exception) when (exception is VsmlException or IOException)
        {
            return $"after {disk.Done} operations: {exception.Message.Replace(folder, "DIR", StringComparison.Ordinal)}";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What may be found after a number of operations, and what had been promised by then.
    private sealed record CutDisk(int Done, bool IsCreated, int Saved, IReadOnlyDictionary<string, byte[]> Files);

    // Stops after the third iteration, in the middle of a stage and between two checkpoints.
    private sealed class Marks(CancellationTokenSource? stop) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress)
        {
            if (progress.Metrics.Iteration == 3) stop?.Cancel();
        }

        public void Saved(string path) => FileShim.Mark(PowerCutCampaign.Saved + Path.GetFileNameWithoutExtension(path).Split('-')[1]);
    }
}
