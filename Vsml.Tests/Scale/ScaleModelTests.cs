using System.Text.Json.Nodes;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;

namespace Vsml.Tests.Scale;

public sealed class ScaleModelTests : IDisposable
{
    private static readonly ScaleModel s_published = new() { Pairs = 1024, SecondsPerPair = 0.4, OwnSeconds = 0.02, BytesPerPair = 20 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fit_finds_what_made_the_measurements()
    {
        var measured = new[] { 1, 2, 4, 8 }.Select(ranks => new ScaleMeasurement(ranks, s_published.OnOneMachine(ranks, 2), 20.0 * 1024 / ranks, 0)).ToList();
        var model = ScaleModel.Fit(1024, 2, measured);
        model.SecondsPerPair.ShouldBe(0.4, 1e-6);
        model.OwnSeconds.ShouldBe(0.02, 1e-4);
        model.BytesPerPair.ShouldBe(20, 1e-6);
    }

    [Fact]
    public void Nothing_is_negative_whatever_was_measured()
    {
        var model = ScaleModel.Fit(100, 1, [new ScaleMeasurement(1, 1, 0, 0), new ScaleMeasurement(2, 0.3, 0, 0)]);
        model.OwnSeconds.ShouldBe(0);
        model.SecondsPerPair.ShouldBeGreaterThan(0);
        Should.Throw<ArgumentException>(() => ScaleModel.Fit(100, 1, [new ScaleMeasurement(1, 1, 0, 0)]));
    }

    [Fact]
    public void More_ranks_are_faster_until_each_has_one_pair()
    {
        var times = new[] { 1, 2, 16, 128, 1024 }.Select(ranks => s_published.Predict(ranks).Seconds).ToList();
        times.ShouldBeInOrder(SortDirection.Descending);
        s_published.Predict(10_000).Seconds.ShouldBeGreaterThanOrEqualTo(times[^1]);
        s_published.Predict(1).Speedup.ShouldBe(1, 1e-9);
        var parts = s_published.Predict(128);
        (parts.ComputeSeconds + parts.OwnSeconds + parts.NetworkSeconds + parts.CheckpointSeconds).ShouldBe(parts.Seconds, 1e-12);
    }

    [Fact]
    public void Ten_thousand_ranks_serve_ten_thousand_pairs()
    {
        var large = s_published.WithPairs(10_240);
        large.OwnSeconds.ShouldBe(0.2, 1e-9);
        large.Predict(10_000).Seconds.ShouldBeLessThan(large.Predict(1_000).Seconds);
        large.Predict(1_000).ComputeSeconds.ShouldBe(s_published.Predict(1_000).ComputeSeconds / 2 * 11, 1e-9);
        Should.Throw<ArgumentOutOfRangeException>(() => s_published.WithPairs(0));
    }

    [MpiFact(MpiPrograms.Mpich)]
    public void Runs_are_measured_on_real_ranks()
    {
        File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        var run = ToolRun.InProcess("scale", "--config", _folder["run.json"], "--ranks", "1", "2", "--iterations", "6", "--launcher", MpiPrograms.Mpich, "--pairs", "20", "--json", _folder["scale.json"]).ShouldSucceed();
        run.Output.ShouldContain("ranks\tseconds");
        var json = JsonNode.Parse(File.ReadAllText(_folder["scale.json"]))!;
        var measured = json["measured"]!.AsArray();
        measured.Select(one => one!["ranks"]!.GetValue<int>()).ShouldBe([1, 2]);
        // Five pairs of 20 bytes in two shares, and what goes with them.
        measured[1]!["bytesSent"]!.GetValue<double>().ShouldBeInRange(40, 120);
        json["predicted"]!.AsArray().Select(one => one!["ranks"]!.GetValue<int>()).ShouldBe([1, 10, 20]);
    }

    [Theory]
    [InlineData("--ranks 2", "two different numbers")]
    [InlineData("--ranks 1 6", "1 to the 5 pairs")]
    [InlineData("--ranks 0 1", "--ranks")]
    [InlineData("--ranks 1 2 --launcher none-such", "none-such")]
    public void What_cannot_be_measured_is_refused(string options, string mention)
    {
        File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        ToolRun.InProcess(["scale", "--config", _folder["run.json"], .. options.Split(' ')]).ShouldBeRefused(mention);
    }
}
