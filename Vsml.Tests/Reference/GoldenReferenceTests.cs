using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reference;

public class GoldenReferenceTests
{
    [Theory]
    [MemberData(nameof(GoldenFiles.AllCases), MemberType = typeof(GoldenFiles))]
    public void ReferenceGivesTheGoldenTraceAndGradient(string name)
    {
        var golden = GoldenFiles.Load(name);
        var (trace, gradient) = EpisodeOf(golden).Differentiate();
        Compare("logits", trace.Logits, golden.Logits, golden.ForwardTolerance(golden.Logits, singlePrecision: false));
        Compare("loss", trace.Losses, golden.Losses, golden.ForwardTolerance(golden.Losses, singlePrecision: false));
        for (var l = 0; l < golden.Cells.Length; l++)
        {
            Compare($"cell/{l}", trace.Cells[l], golden.FinalCells[l], golden.ForwardTolerance(golden.FinalCells[l], false, isState: true));
            Compare($"hidden/{l}", trace.Hidden[l], golden.FinalHidden[l], golden.ForwardTolerance(golden.FinalHidden[l], false, isState: true));
        }
        Compare("grad/theta", gradient.Theta, golden.ThetaGradient, golden.GradientTolerance(singlePrecision: false));
    }

    internal static ReferenceEpisode EpisodeOf(GoldenCase golden) => new()
    {
        Architecture = golden.Architecture,
        Theta = golden.Theta,
        Cells = golden.Cells,
        Inputs = golden.Inputs,
        Labels = golden.Labels,
        Batch = golden.Batch,
    };

    private static void Compare(string what, double[] actual, double[] expected, double tolerance)
    {
        actual.Length.ShouldBe(expected.Length, what);
        for (var i = 0; i < actual.Length; i++)
            actual[i].ShouldBe(expected[i], tolerance, $"{what}[{i}]");
    }
}
