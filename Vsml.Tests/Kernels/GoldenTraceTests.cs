using Vsml.Contracts;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Kernels;

/// <summary>Compiled kernels against the traces of the published implementation; a level above the machine's own runs in software.</summary>
public class GoldenTraceTests
{
    public static TheoryData<string, SimdLevel> Cases
    {
        get
        {
            var cases = new TheoryData<string, SimdLevel>();
            foreach (var name in GoldenFiles.Names)
                foreach (var level in Enum.GetValues<SimdLevel>()) cases.Add(name, level);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_kernels_reproduce_the_trace(string name, SimdLevel level)
    {
        var golden = GoldenFiles.Load(name);
        var trace = EpisodeTrace.Run(
            RuntimeCompiler.Compile(golden.Architecture, level), level, golden.Batch, Singles(golden.Theta), [.. golden.Cells.Select(Singles)], Singles(golden.Inputs), Singles(golden.Labels));

        ShouldMatch("logits", trace.Logits, golden.Logits);
        ShouldMatch("loss", trace.Losses, golden.Losses);
        for (var l = 0; l < golden.Architecture.Layers.Count; l++)
        {
            ShouldMatch($"cell/{l}", trace.Cells[l], golden.FinalCells[l], isState: true);
            ShouldMatch($"hidden/{l}", trace.Hidden[l], golden.FinalHidden[l], isState: true);
        }

        void ShouldMatch(string tensor, float[] actual, double[] expected, bool isState = false)
        {
            var tolerance = golden.ForwardTolerance(expected, singlePrecision: true, isState);
            actual.Length.ShouldBe(expected.Length);
            for (var i = 0; i < actual.Length; i++)
                if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
                    Assert.Fail($"{name} {level} {tensor}[{i}] is {actual[i]} instead of {expected[i]}; tolerance {tolerance:g3}.");
        }
    }

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
