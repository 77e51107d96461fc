using System.Text.Json;
using Vsml.Files;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

public sealed class TestCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestCommandTests()
    {
        // A one-layer network of another size than the data: the layer follows.
        var architecture = new Architecture { StateSize = 8, Layers = new([new DenseLayerSpec(5, 3)]) };
        ArchitectureJson.Write(_folder["net.json"], architecture);
        MetaParameters.Initial(architecture, seed: 1).Save(_folder["theta"]);
        var deep = architecture with { Layers = new([new DenseLayerSpec(5, 4), new DenseLayerSpec(4, 3)]) };
        MetaParameters.Initial(deep, seed: 1).Save(_folder["deep"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_learners_are_compared_on_the_data()
    {
        var run = ToolRun.InProcess("test", "--architecture", _folder["net.json"], "--theta", _folder["theta"], "--data", "digits", "--episodes", "2", "--length", "150", "--baselines", "--json", _folder["results.json"]).ShouldSucceed();

        using var json = JsonDocument.Parse(File.ReadAllText(_folder["results.json"]));
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToList();
        results.Select(result => result.GetProperty("learner").GetString()).Distinct().ShouldBe(["vsml", "untrained", "sgd", "adam", "ncm"]);
        results.ShouldAllBe(result => result.GetProperty("data").GetString() == "digits" && result.GetProperty("size").GetInt32() == 8 && result.GetProperty("episodes").GetInt32() == 2);
        results.ShouldContain(result => result.GetProperty("from").GetInt32() == 1 && result.GetProperty("to").GetInt32() == 100);
        results.Single(result => result.GetProperty("learner").GetString() == "ncm" && result.GetProperty("to").GetInt32() == 100).GetProperty("accuracy").GetDouble().ShouldBeGreaterThan(0.5);
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(results.Count);
    }

    [Fact]
    public void The_architecture_can_come_from_theta_and_seeds_decide()
    {
        string Test(string seed) => ToolRun.InProcess("test", "--theta", _folder["theta"], "--data", "random", "--size", "4", "--episodes", "3", "--length", "40", "--seed", seed).ShouldSucceed().Output;
        Test("5").ShouldBe(Test("5"));
        Test("6").ShouldNotBe(Test("5"));
    }

    [Theory]
    [InlineData("--theta none", "none")]
    [InlineData("--theta deep", "only one-layer networks")]
    [InlineData("--theta theta --episodes 0", "episodes")]
    [InlineData("--theta theta --length 0", "examples")]
    [InlineData("--theta theta --size -1", "size")]
    [InlineData("--theta theta --size eight", "eight")]
    [InlineData("--theta theta --seed -1", "-1")]
    [InlineData("--theta theta --data none", "none")]
    [InlineData("--theta theta --simd sse", "sse")]
    [InlineData("--theta theta --json none/results.json", "none")]
    public void Wrong_options(string options, string mention)
    {
        var words = options.Split(' ');
        if (!words.Contains("--data")) words = [.. words, "--data", "digits"];
        words = [.. words.Select(word => word is "theta" or "deep" or "none" || word.StartsWith("none/", StringComparison.Ordinal) ? _folder[word] : word)];
        ToolRun.InProcess(["test", .. words]).ShouldBeRefused(mention);
    }

    [Fact]
    public void A_stop_ends_the_test()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        ToolRun.InProcess(stop.Token, ["test", "--theta", _folder["theta"], "--data", "mnist", "--episodes", "1000"]).Code.ShouldBe(ExitCodes.Interrupted);
    }
}
