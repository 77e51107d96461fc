namespace Vsml.Tests.Fixtures;

public class GoldenFilesTests
{
    [Theory]
    [MemberData(nameof(GoldenFiles.AllCases), MemberType = typeof(GoldenFiles))]
    public void EveryCaseLoads(string name)
    {
        var golden = GoldenFiles.Load(name);
        golden.Inputs.Length.ShouldBe(golden.Length * golden.Batch * golden.Architecture.InputSize);
        golden.Logits.Length.ShouldBe(golden.Labels.Length);
        golden.ThetaGradient.Length.ShouldBe(ParameterLayout.Of(golden.Architecture).Count);
        golden.Cells[0].Length.ShouldBe(golden.FinalHidden[0].Length);
    }

    [Fact]
    public void TheCopiesInTheRepositoryCoverEveryKindOfCase()
    {
        var names = GoldenFiles.NamesIn(RepositoryPaths.InRepository("Vsml.Tests", "Golden"));
        foreach (var kind in new[] { "dense", "deep", "conv", "ext-position", "ext-ticks", "layer-norm", "label", "micro" })
            names.ShouldContain(name => name.StartsWith(kind, StringComparison.Ordinal));
    }
}
