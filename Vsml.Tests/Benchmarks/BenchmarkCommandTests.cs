using System.Text.Json;
using Vsml.Contracts;
using Vsml.Ilgpu;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Benchmarks;

/// <summary>The benchmarks as a program: what it writes, and what it refuses.</summary>
public class BenchmarkCommandTests
{
    private static readonly string s_assembly = Path.Combine(AppContext.BaseDirectory, "Vsml.Benchmarks.dll");

    [Fact]
    public void A_layout_is_timed_at_every_level_of_the_machine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["narrow.json"], """{ "stateSize": 4, "layers": [ { "type": "dense", "inputs": 5, "outputs": 3 } ] }""");

        Run("forward", "--quick", "--architecture", folder["narrow.json"], "--json", folder["figures.json"]).ShouldSucceed();

        using var figures = JsonDocument.Parse(File.ReadAllText(folder["figures.json"]));
        figures.RootElement.GetProperty("fmaPeakGflops").GetDouble().ShouldBeGreaterThan(0);
        var rows = figures.RootElement.GetProperty("results").EnumerateArray().ToArray();
        rows.Select(row => row.GetProperty("simd").GetString())
            .ShouldBe(Enum.GetValues<SimdLevel>().Where(level => level <= SimdLevels.Widest).OrderDescending().Select(level => level.Name()));
        foreach (var row in rows)
        {
            row.GetProperty("suite").GetString().ShouldBe("forward");
            row.GetProperty("case").GetString().ShouldBe("narrow");
            row.GetProperty("threads").GetInt32().ShouldBe(1);
            var seconds = 1 / row.GetProperty("examplesPerSecond").GetDouble();
            // 5 x 3 sub-RNNs, two micro ticks.
            row.GetProperty("nanosecondsPerSubRnnMicroTick").GetDouble().ShouldBe(seconds * 1e9 / 30, seconds * 1e3);
            var peak = row.GetProperty("fmaPeakGflops").GetDouble();
            row.GetProperty("fractionOfPeak").GetDouble().ShouldBe(30 * 2 * 4 * 16 / seconds / 1e9 / peak, 1e-6);
        }
    }

    // With a GPU the suite times the published population, which tests have no time for.
    [Fact]
    public void The_suite_of_devices_runs_without_a_GPU_and_says_so()
    {
        if (IlgpuDevice.List().Count > 1) return;
        using var folder = new TemporaryFolder();
        var run = Run("ilgpu", "--quick", "--json", folder["figures.json"]).ShouldSucceed();
        run.Output.ShouldContain("tiny case on ILGPU's CPU accelerator");

        using var figures = JsonDocument.Parse(File.ReadAllText(folder["figures.json"]));
        var row = figures.RootElement.GetProperty("results").EnumerateArray().First();
        row.GetProperty("case").GetString().ShouldBe("tiny-cpu-accelerator");
        var rate = row.GetProperty("examplesPerSecond").GetDouble();
        // 16 x 4 sub-RNNs with N = 8, two micro ticks.
        row.GetProperty("fractionOfPeak").GetDouble().ShouldBe(rate * 64 * 2 * 2 * 8 * 32 / 1e9 / row.GetProperty("fmaPeakGflops").GetDouble(), 1e-6);
        row.GetProperty("fractionOfCopy").GetDouble().ShouldBeGreaterThan(0);
        row.TryGetProperty("secondsPerIteration", out _).ShouldBeFalse();
        Row("tiny-cpu-accelerator-iteration").GetProperty("examplesPerSecond").GetDouble().ShouldBeGreaterThan(0);
        var ratio = Row("tiny-cpu-accelerator-gradient").GetProperty("ratio");
        (ratio.GetProperty("to").GetString(), ratio.GetProperty("of").GetString()).ShouldBe(("forward", "time"));
        ratio.GetProperty("value").GetDouble().ShouldBeGreaterThan(0);

        JsonElement Row(string name) => figures.RootElement.GetProperty("results").EnumerateArray().Single(other => other.GetProperty("case").GetString() == name);
    }

    [Theory]
    [InlineData("speed")]
    [InlineData("--fast")]
    [InlineData("forward", "--architecture", "nowhere.json")]
    [InlineData("forward", "--json")]
    public void What_it_cannot_do_is_one_line_and_exit_code_2(params string[] arguments)
    {
        var run = Run(arguments);
        run.Code.ShouldBe(2);
        run.Output.ShouldBeEmpty();
        run.Error.TrimEnd().Split('\n').Length.ShouldBe(1, run.Error);
        run.Error.ShouldContain(arguments[^1]);
    }

    private static ToolRun Run(params string[] arguments) => ToolRun.OfProcess("dotnet", [s_assembly, .. arguments]);
}
