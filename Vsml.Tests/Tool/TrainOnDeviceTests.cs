using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;

namespace Vsml.Tests.Tool;

/// <summary><c>vsml train --backend ilgpu</c>, on ILGPU's CPU accelerator.</summary>
public sealed class TrainOnDeviceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainOnDeviceTests() => File.WriteAllText(_folder["run.json"],
        """
        {
          "model": { "stateSize": 4, "messageSize": 2, "layers": [ { "type": "dense", "inputs": 16, "outputs": 10 } ] },
          "tasks": [ { "weight": 1, "task": { "type": "images", "data": "digits", "split": "train", "size": 4, "transforms": [ { "type": "label-permutation" } ] } } ],
          "stages": [ { "iterations": 40, "episodeLength": 6, "inputs": 16, "classes": 10 } ],
          "learningRate": { "values": [ 0.01 ] },
          "estimator": { "type": "pes", "pairs": 2, "noiseStd": 0.05, "truncation": { "type": "constant", "length": 2 } },
          "checkpoints": { "interval": 2, "kept": 3 }
        }
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_killed_run_goes_on_bit_for_bit_and_on_no_other_backend()
    {
        Train("--out", _folder["whole"], "--backend", "ilgpu", "--device", "cpu").ShouldSucceed();
        var record = File.ReadAllText(Path.Combine(_folder["whole"], "run.json"));
        record.ShouldContain("\"backend\": \"ilgpu\"");
        record.ShouldContain("\"device\": \"ILGPU's CPU accelerator (cpu)\"");

        var metrics = Path.Combine(_folder["killed"], "metrics.jsonl");
        using (var process = ToolRun.Start("dotnet", [ToolRun.Assembly, "train", "--config", _folder["run.json"], "--out", _folder["killed"], "--backend", "ilgpu", "--device", "cpu"]))
        {
            while (!process.HasExited && (!File.Exists(metrics) || File.ReadLines(metrics).Count() < 5)) Thread.Sleep(1);
            process.HasExited.ShouldBeFalse();
            process.Kill();
            process.WaitForExit();
        }
        ToolRun.InProcess("train", "--resume", _folder["killed"], "--backend", "cpu").ShouldBeRefused("--backend: the run is for ilgpu; going on with cpu would change its results");
        ToolRun.InProcess("train", "--resume", _folder["killed"]).ShouldSucceed();
        TinyRuns.Outcome(_folder["killed"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));

        Train("--out", _folder["cpu"]).ShouldSucceed();
        ToolRun.InProcess("train", "--resume", _folder["cpu"], "--backend", "ilgpu", "--device", "cpu").ShouldBeRefused("the run is for cpu; going on with ilgpu");
    }

    [Fact]
    public void A_run_goes_on_with_its_precision_alone()
    {
        Train("--out", _folder["exact"], "--backend", "ilgpu", "--device", "cpu").ShouldSucceed();
        Train("--out", _folder["run"], "--backend", "ilgpu", "--device", "cpu", "--arithmetic", "bf16", "--state-storage", "float16").ShouldSucceed();
        var file = Path.Combine(_folder["run"], "run.json");
        var recorded = RunConfigurationJson.Read(file);
        recorded.Device.ShouldBe(new RunDevice("ILGPU's CPU accelerator (cpu)", Arithmetic.Bf16, StateStorage.Float16));
        TinyRuns.Outcome(_folder["run"]).ShouldNotBe(TinyRuns.Outcome(_folder["exact"]));
        // The name alone stands for float32, as in older runs.
        File.ReadAllText(Path.Combine(_folder["exact"], "run.json")).ShouldContain("\"device\": \"ILGPU's CPU accelerator (cpu)\"");
        ToolRun.InProcess("train", "--resume", _folder["run"]).ShouldSucceed();
        ToolRun.InProcess("train", "--resume", _folder["run"], "--arithmetic", "tf32").ShouldBeRefused("device: the run is for ILGPU's CPU accelerator (cpu) with arithmetic bf16 and state storage float16; going on with ILGPU's CPU accelerator (cpu) with arithmetic tf32");
        RunConfigurationJson.Parse(RunConfigurationJson.Format(recorded with { Device = new(StateStorage: StateStorage.Float16) }), "a run").Device.ShouldBe(new RunDevice(null, Arithmetic.Float32, StateStorage.Float16));
        Should.Throw<VsmlException>(() => RunConfigurationJson.Parse(RunConfigurationJson.Format(recorded).Replace("bf16", "fp8", StringComparison.Ordinal), "a run")).Message.ShouldContain("device.arithmetic");
    }

    [Fact]
    public void Backpropagation_is_float32_alone()
    {
        File.WriteAllText(_folder["run.json"], File.ReadAllText(_folder["run.json"]).Replace("""{ "type": "pes", "pairs": 2, "noiseStd": 0.05, "truncation": { "type": "constant", "length": 2 } }""", """{ "type": "bptt", "episodes": 2 }""", StringComparison.Ordinal));
        Train("--out", _folder["run"], "--backend", "ilgpu", "--device", "cpu", "--arithmetic", "tf32").ShouldBeRefused("Gradients are computed in float32 alone");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [Fact]
    public void A_run_with_free_sizes_goes_on_from_a_given_theta_and_is_tested()
    {
        Train("--out", _folder["first"]).ShouldSucceed();
        var theta = Path.Combine(_folder["first"], "theta.safetensors");
        File.WriteAllText(_folder["run.json"], $$"""
            {
              "model": { "stateSize": 4, "messageSize": 2, "layers": [ { "type": "dense" } ] },
              "tasks": [ { "task": { "type": "images", "data": "digits", "size": 3, "transforms": [ { "type": "random-pixels", "count": 8 } ] } }, { "task": { "type": "random", "vectors": 4, "inputs": 8, "classes": 3 } } ],
              "stages": [ { "iterations": 4, "episodeLength": 6 } ],
              "learningRate": { "values": [ 0.01 ] },
              "estimator": { "type": "es", "pairs": 4 },
              "initialTheta": {{System.Text.Json.JsonSerializer.Serialize(theta)}},
              "evaluation": { "interval": 2, "episodes": 2, "episodeLength": 10, "tasks": [ { "name": "small", "task": { "type": "images", "data": "digits", "size": 3 } } ] }
            }
            """);
        Train("--out", _folder["device"], "--backend", "ilgpu", "--device", "cpu").ShouldSucceed();
        Train("--out", _folder["cpu"]).ShouldSucceed();
        var (device, cpu) = (NewestTheta("device"), NewestTheta("cpu"));
        for (var i = 0; i < cpu.Length; i++) ((double)device[i]).ShouldBe(cpu[i], 1e-4);
        device.ShouldNotBe(MetaParameters.Load(theta).Values.ToArray());
        File.ReadAllText(Path.Combine(_folder["device"], "metrics.jsonl")).ShouldContain("small");

        // theta.safetensors is the best of the meta-tests, which may be the given one.
        float[] NewestTheta(string folder) => Checkpoint.Read(Path.Combine(_folder[folder], "checkpoint-4.safetensors"), RunConfigurationJson.Read(Path.Combine(_folder[folder], "run.json"))).Theta;
    }

    [Fact]
    public void A_run_of_another_device_says_which()
    {
        Train("--out", _folder["run"], "--backend", "ilgpu", "--device", "cpu").ShouldSucceed();
        var file = Path.Combine(_folder["run"], "run.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("ILGPU's CPU accelerator (cpu)", "NVIDIA H200 (cuda)", StringComparison.Ordinal));
        ToolRun.InProcess("train", "--resume", _folder["run"]).ShouldBeRefused("the run is for NVIDIA H200 (cuda), which this machine does not have");
        ToolRun.InProcess("train", "--resume", _folder["run"], "--device", "cpu").ShouldBeRefused("device: the run is for NVIDIA H200 (cuda)");
    }

    [Theory]
    [InlineData("--backend gpu", "--backend: there is no backend 'gpu'")]
    [InlineData("--device cpu", "--device", "--backend ilgpu")]
    [InlineData("--backend cpu --device cpu", "--device", "--backend ilgpu")]
    [InlineData("--backend ilgpu --device 99", "--device: There is no device 99")]
    [InlineData("--backend ilgpu --device none", "'none'")]
    public void Wrong_options_leave_no_folder(string options, params string[] mentions)
    {
        Train([.. options.Split(' '), "--out", _folder["run"]]).ShouldBeRefused(mentions);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [Fact]
    public void Backpropagation_runs_there_and_goes_on_bit_for_bit()
    {
        var json = File.ReadAllText(_folder["run.json"]);
        var from = json.IndexOf("{ \"type\": \"pes\"", StringComparison.Ordinal);
        json = json[..from] + "{ \"type\": \"bptt\", \"episodes\": 2, \"truncation\": { \"type\": \"constant\", \"length\": 4 }, \"stride\": 2 }" + json[json.IndexOf(",\n  \"checkpoints\"", StringComparison.Ordinal)..];
        File.WriteAllText(_folder["run.json"], json.Replace("\"iterations\": 40", "\"iterations\": 4", StringComparison.Ordinal));
        foreach (var name in new[] { "first", "second" }) Train("--out", _folder[name], "--backend", "ilgpu", "--device", "cpu").ShouldSucceed().Output.ShouldContain("backpropagation keeps the states of all 4 examples");
        TinyRuns.Outcome(_folder["second"]).ShouldBe(TinyRuns.Outcome(_folder["first"]));

        // Begun again from the checkpoint in its midst, windows go on where they were.
        var newest = Path.Combine(_folder["second"], "checkpoint-4.safetensors");
        File.Exists(newest).ShouldBeTrue();
        File.Delete(newest);
        ToolRun.InProcess("train", "--resume", _folder["second"]).ShouldSucceed();
        TinyRuns.Outcome(_folder["second"]).ShouldBe(TinyRuns.Outcome(_folder["first"]));
    }

    private ToolRun Train(params string[] options) => ToolRun.InProcess(["train", "--config", _folder["run.json"], .. options]);
}
