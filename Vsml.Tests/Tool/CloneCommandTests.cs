using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

public sealed class CloneCommandTests : IDisposable
{
    private const string Tiny = """
        { "stateSize": 9, "layers": [8, 4, 2], "stages": [
          { "task": "steps", "iterations": 7, "learningRate": 0.001, "finalLearningRate": 0.0005, "subRnns": 16, "window": 1 },
          { "task": "states", "optimizer": "gauss-newton", "iterations": 4, "subRnns": 16, "window": 2, "lastChangeFloor": 0.1 },
          { "task": "own-messages", "iterations": 6, "learningRate": 0.0005, "finalLearningRate": 0.0001, "subRnns": 8, "lastLength": 6 } ],
          "checkpoints": { "interval": 3, "kept": 2 } }
        """;

    private readonly TemporaryFolder _folder = new();

    public CloneCommandTests() => File.WriteAllText(_folder["run.json"], Tiny);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_is_stopped_goes_on_with_the_same_bits()
    {
        ToolRun.InProcess("clone", "--config", _folder["run.json"], "--out", _folder["whole"]).ShouldSucceed().Output.ShouldContain("finished after 17 of 17");
        using (var folder = CloneFolder.Create(_folder["halted"], CloneConfigurationJson.Read(_folder["run.json"])))
        {
            using var stop = new CancellationTokenSource();
            new CloneRun(folder).Run(progress => { if (progress.Iteration == 10) stop.Cancel(); }, Assert.Fail, stop.Token).ShouldBe(10);
        }
        // As after a crash: the newest checkpoint is torn.
        var newest = _folder["halted/checkpoint-10.safetensors"];
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^100]);
        var resumed = ToolRun.InProcess("clone", "--resume", _folder["halted"]);
        resumed.Code.ShouldBe(ExitCodes.Success, resumed.Error);
        resumed.Error.ShouldContain("Damaged checkpoint");
        foreach (var file in new[] { "theta.safetensors", "checkpoint-17.safetensors", "run.json" })
            File.ReadAllBytes(_folder[$"halted/{file}"]).ShouldBe(File.ReadAllBytes(_folder[$"whole/{file}"]));
        File.ReadAllLines(_folder["whole/metrics.jsonl"]).Length.ShouldBe(4);
        ToolRun.InProcess("fit", "--theta", _folder["whole/theta.safetensors"], "--data", "digits", "--hidden", "5").Output.ShouldContain("sgd\tonline");
    }

    [Fact]
    public void Seeds_decide_the_bits()
    {
        ToolRun.InProcess("clone", "--config", _folder["run.json"], "--out", _folder["one"], "--seed", "1").ShouldSucceed();
        ToolRun.InProcess("clone", "--config", _folder["run.json"], "--out", _folder["two"], "--seed", "2").ShouldSucceed();
        File.ReadAllBytes(_folder["one/theta.safetensors"]).ShouldNotBe(File.ReadAllBytes(_folder["two/theta.safetensors"]));
    }

    [Fact]
    public void Presets_and_written_configurations_fit_the_schema()
    {
        var schema = JsonSchemaValidator.Of("clone.schema.json");
        CloneConfigurationJson.Presets.ShouldBe(["clone", "clone-quick"]);
        foreach (var preset in CloneConfigurationJson.Presets) schema.Problems(CloneConfigurationJson.Format(CloneConfigurationJson.Read($"preset:{preset}"))).ShouldBeEmpty();
        schema.Problems(Tiny).ShouldBeEmpty();
        CloneConfigurationJson.Read(_folder["run.json"]).ShouldNotBe(CloneConfigurationJson.Read("preset:clone"));
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_line()
    {
        ToolRun.InProcess("clone", "--out", _folder["x"]).ShouldBeRefused("--config is missing");
        ToolRun.InProcess("clone", "--config", "preset:clone-quick").ShouldBeRefused("--out is missing");
        ToolRun.InProcess("clone", "--config", "preset:none", "--out", _folder["x"]).ShouldBeRefused("There is no preset 'none' for cloning; there are clone, clone-quick");
        ToolRun.InProcess("clone", "--resume", _folder["x"]).ShouldBeRefused("holds no run");
        ToolRun.InProcess("clone", "--resume", _folder["x"], "--seed", "1").ShouldBeRefused("leave out --config, --out and --seed");
        Refused("\"stateSize\": 9", "\"stateSize\": 8", "stateSize");
        Refused("[8, 4, 2]", "[8, 4, 3]", "layers", "4 and 3 have 12 sub-RNNs between them, which must be a multiple of 8");
        Refused("\"subRnns\": 16", "\"subRnns\": 12", "stages[0].subRnns", "multiple of 8");
        Refused("\"steps\"", "\"step\"", "stages[0].task", "none of steps, states, true-errors and own-messages");
        Refused("\"window\": 1", "\"windows\": 1", "stages[0].windows");
        Directory.CreateDirectory(_folder["used"]);
        File.WriteAllText(_folder["used/notes"], "mine");
        ToolRun.InProcess("clone", "--config", _folder["run.json"], "--out", _folder["used"]).ShouldBeRefused("is not empty (notes)");

        void Refused(string right, string wrong, params string[] mentions)
        {
            File.WriteAllText(_folder["wrong.json"], Tiny.Replace(right, wrong, StringComparison.Ordinal));
            ToolRun.InProcess("clone", "--config", _folder["wrong.json"], "--out", _folder["x"]).ShouldBeRefused(mentions);
            Directory.Exists(_folder["x"]).ShouldBeFalse();
        }
    }
}
