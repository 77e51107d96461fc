namespace Vsml.Tests.Structure;

/// <summary>Folders of a project depend one way, whatever namespaces they share: on those that stand before them here.</summary>
public class FolderTests
{
    [Fact]
    public void Of_the_runtime() => ShouldDependOneWay("Vsml.Runtime", apart: "Reference",
        ["", "Numerics", "Contracts", "Files", "Model", "Episodes", "Learning", "Declaration", "Shipped", "Classification"]);

    [Fact]
    public void Of_meta_training() => ShouldDependOneWay("Vsml.MetaTraining", apart: null,
        ["Data", "Parts", "Tasks", "Baselines", "Evaluation", "Optimizers", "Estimation", "Scale", "Evolution", "Backpropagation", "Training", "Cloning"]);

    [Fact]
    public void Of_ILGPU() => ShouldDependOneWay("Vsml.Ilgpu", apart: null, ["Kernels", "Devices", "", "Episodes", "Gradients", "Populations"]);

    // What stands apart uses no other folder, and none uses it.
    private static void ShouldDependOneWay(string project, string? apart, string[] order)
    {
        var references = FolderReference.In(project);
        references.Where(reference => Array.IndexOf(order, reference.To) < 0 || Array.IndexOf(order, reference.From) <= Array.IndexOf(order, reference.To))
            .Select(reference => $"{reference.Source} uses {reference.Type} of {reference.To}").ShouldBeEmpty();
        // All of them are seen.
        references.SelectMany(reference => new[] { reference.From, reference.To }).Append(apart).OfType<string>().Distinct().ShouldBe(apart is null ? order : [.. order, apart], ignoreOrder: true);
    }
}
