using System.Text.Json;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;

namespace Vsml.Tests.Tool;

/// <summary>Parts of somebody else's assembly in everything that ours do.</summary>
public sealed class UserAssemblyTests(AcmeParts acme) : IClassFixture<AcmeParts>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_of_nothing_but_such_parts_is_killed_resumed_and_tested_bit_for_bit()
    {
        Process("train", "--assembly", acme.Path, "--config", acme.Configuration, "--out", _folder["whole"]).ShouldSucceed();
        var (folder, kills) = (_folder["killed"], 0);
        var metrics = Path.Combine(folder, "metrics.jsonl");
        string[] command = ["train", "--config", acme.Configuration, "--out", folder];
        foreach (var lines in new[] { 1, 60, 200 })
        {
            using var process = ToolRun.Start("dotnet", [ToolRun.Assembly, .. command, "--assembly", acme.Path]);
            while (!process.HasExited && (!File.Exists(metrics) || File.ReadLines(metrics).Count() < lines)) Thread.Sleep(1);
            if (!process.HasExited) kills++;
            process.Kill();
            process.WaitForExit();
            command = ["train", "--resume", folder];
        }
        kills.ShouldBeGreaterThan(0);
        Process("train", "--resume", folder, "--assembly", acme.Path).ShouldSucceed();
        TinyRuns.Outcome(folder).ShouldBe(TinyRuns.Outcome(_folder["whole"]));

        var results = new[] { "whole", "killed" }.Select(run =>
        {
            Process("test", "--assembly", acme.Path, "--theta", Path.Combine(_folder[run], "theta.safetensors"), "--data", "parity", "--baselines", "--length", "40", "--json", _folder[run + ".json"]).ShouldSucceed();
            return File.ReadAllText(_folder[run + ".json"]);
        }).ToList();
        results[1].ShouldBe(results[0]);
        using var json = JsonDocument.Parse(results[0]);
        var learners = json.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("learner").GetString()).Distinct().ToList();
        learners.ShouldContain("sgd");
        learners[^1].ShouldBe("majority");
    }

    [Fact]
    public void A_run_remembers_which_assembly_its_parts_came_from()
    {
        Process("train", "--assembly", acme.Path, "--config", acme.Configuration, "--out", _folder["run"], "--time-limit", "0.001").ShouldSucceed();
        Process("train", "--resume", _folder["run"]).ShouldBeRefused("Acme.Parts 0.0.0.0", "estimator smoothed-differences", "optimizer sign-descent", "task type parity", "transform append-noise", "truncation at-most", "--assembly Acme.Parts.dll");
        AcmeParts.CompileWith("internal static class Changed;", _folder["Other.dll"]);
        Process("train", "--resume", _folder["run"], "--assembly", _folder["Other.dll"]).ShouldBeRefused("was begun with Acme.Parts 0.0.0.0 (SHA-256", "assemblies.json");
        Process("train", "--resume", _folder["run"], "--assembly", acme.Path, "--time-limit", "0.001").ShouldSucceed();
        Process("train", "--config", acme.Configuration, "--out", _folder["none"]).ShouldBeRefused("tasks[0].task.type: there is no task type 'parity'; there are", "images", "--assembly");
        Directory.Exists(_folder["none"]).ShouldBeFalse();
    }

    [Fact]
    public void What_an_assembly_needs_is_the_same_as_what_is_named()
    {
        var dependent = Path.Combine(Path.GetDirectoryName(acme.Path)!, "Acme.Wrapped.dll");
        AcmeParts.CompileDependent(dependent);
        File.WriteAllText(_folder["run.json"], AcmeParts.Run.Replace("\"type\": \"parity\", \"bits\": 2", "\"type\": \"wrapped-parity\"", StringComparison.Ordinal));
        Process("train", "--assembly", acme.Path, "--assembly", dependent, "--config", _folder["run.json"], "--out", _folder["run"], "--time-limit", "0.001").ShouldSucceed();
        File.ReadAllText(_folder["run/run.json"]).ShouldContain("\"type\": \"parity\"");
    }

    [Fact]
    public void One_option_brings_parts_and_declared_models()
    {
        var theta = _folder["theta.safetensors"];
        MetaParameters.Initial(new Architecture { StateSize = 4, MessageSize = 3, Layers = [new DenseLayerSpec(5, 2)] }, 1).Save(theta);
        File.WriteAllText(_folder["task.json"], """{ "type": "parity", "bits": 5, "transforms": [ { "type": "append-noise", "count": 2 } ] }""");
        string[] common = ["test", "--assembly", acme.Path, "--theta", theta, "--episodes", "2", "--length", "10"];
        var named = Process([.. common, "--data", "parity"]).ShouldSucceed().Output;
        Process([.. common, "ParityLearner", "--data", "parity"]).ShouldSucceed().Output.ShouldBe(named);
        Process([.. common, "--data", _folder["task.json"]]).ShouldSucceed();
        Process([.. common, "--data", "parity", "--size", "3"]).ShouldSucceed();
        Process("describe", "--assembly", acme.Path, "Acme.ParityLearner").ShouldSucceed();
        Process([.. common, "Nothing", "--data", "parity"]).ShouldBeRefused("no type 'Nothing'", "Acme.ParityLearner");
        Process([.. common, "--data", "parity", "--header", "true"]).ShouldBeRefused("parity", "header");
        Process([.. common, "--data", "omniglot"]).ShouldBeRefused("needs archive");
    }

    [Fact]
    public void What_goes_wrong_in_them_is_told_by_its_place()
    {
        string[] common = ["train", "--out", _folder["run"], "--config", _folder["run.json"], "--assembly"];
        File.WriteAllText(_folder["run.json"], AcmeParts.Run.Replace("\"type\": \"parity\", \"bits\": 2", "\"type\": \"failing\"", StringComparison.Ordinal));
        Process([.. common, acme.Path]).ShouldBeRefused("Acme.Failing.get_InputSize", "Acme.Parts.dll", "NotSupportedException: no size today");
        File.WriteAllText(_folder["run.json"], AcmeParts.Run.Replace("\"bits\": 2", "\"bits\": 65", StringComparison.Ordinal).Replace("\"clipNorm\": 1", "\"clipNorm\": 11", StringComparison.Ordinal));
        Process([.. common, acme.Path]).ShouldBeRefused("tasks[0].task.bits: it must be at least 1 and at most 64, not 65. Also optimizer.clipNorm: it must be at least 0 and at most 10, not 11.");
        Process([.. common, typeof(Architecture).Assembly.Location]).ShouldBeRefused("no type in", "[VsmlPart]");
        Process([.. common, _folder["missing.dll"]]).ShouldBeRefused("missing.dll");
        Process([.. common, _folder["run.json"]]).ShouldBeRefused("not a .NET assembly");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    // In processes of their own: what an assembly registers stays, and other tests would meet it.
    private static ToolRun Process(params string[] arguments) => ToolRun.OfProcess("dotnet", [ToolRun.Assembly, .. arguments]);
}
