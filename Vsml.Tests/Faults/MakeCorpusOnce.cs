using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Faults.HostileFiles;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;

namespace Vsml.Tests.Faults;

public class MakeCorpusOnce
{
    [Fact]
    public void Make()
    {
        using var folder = new TemporaryFolder();
        void Put(string reader, string name, string from)
        {
            Directory.CreateDirectory(FuzzCorpus.FolderOf(reader));
            File.Copy(from, Path.Combine(FuzzCorpus.FolderOf(reader), name), true);
        }
        TinyRuns.Run(folder["full"], TinyRuns.Full);
        Put("metrics", "run-with-tests", folder["full/metrics.jsonl"]);
        Put("run", "full", folder["full/run.json"]);
        TinyRuns.Run(folder["pes"], TinyRuns.Persistent with { Checkpoints = new() { Interval = 1, Kept = 100 } });
        Put("run", "persistent", folder["pes/run.json"]);
        Put("metrics", "run", folder["pes/metrics.jsonl"]);
        foreach (var reader in new[] { "checkpoint", "signed-checkpoint" }) foreach (var i in new[] { 3, 6 }) Put(reader, $"iteration-{i}", folder[$"pes/checkpoint-{i}.safetensors"]);
        Put("theta", "small", folder["full/theta.safetensors"]);
        RunFolder.Create(folder["b"], TinyRuns.Bptt).Dispose();
        Put("run", "bptt", folder["b/run.json"]);
        SafetensorsFile.Write(folder["s"],
        [
            Tensor.Of("theta/shared/lstm/w", [3, 4], new float[12]), Tensor.Of("cell/0", [1, 2, 1], new double[2]),
            Tensor.Of("step", [1], new long[1]), Tensor.Of("flags", [5], new byte[5]),
        ], new Dictionary<string, string> { ["case"] = "sample" });
        Put("safetensors", "all-types", folder["s"]);
        var classifier = new OnlineClassifier<string>();
        classifier.Learn([5.1f, 3.5f], "a");
        classifier.Learn([6.1f, null], "b");
        classifier.Save(folder["c"]);
        Put("classifier", "two-labels", folder["c"]);
        foreach (var f in Directory.EnumerateFiles(FuzzCorpus.FolderOf("checkpoint"))) Console.WriteLine(new FileInfo(f).Length);
    }
}
