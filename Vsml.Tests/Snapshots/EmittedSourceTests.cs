using Vsml.Generators.Declaration;
using Vsml.Generators.Emission;

namespace Vsml.Tests.Snapshots;

/// <summary>What a snapshot is taken of.</summary>
public class EmittedSourceTests
{
    [Fact]
    public void It_is_what_the_emitters_give_for_the_declaration()
    {
        var declaration = new ModelDeclaration("Vsml.Tests.Snapshots", nameof(OneLayer), "public", IsSealed: true, OneLayer.Model.Architecture);
        EmittedFile[] emitted = [ModelEmitter.EmitSurface(declaration), .. ModelEmitter.EmitKernels(declaration)];

        var source = EmittedSource.Of<OneLayer>();
        source.Files.Keys.ShouldBe(emitted.Select(file => file.Name), ignoreOrder: true);
        foreach (var file in emitted) source.Files[file.Name].ShouldBe(file.Text);
        foreach (var file in emitted) source.ToString().ShouldContain($"// ---- {file.Name} ----\n{file.Text.TrimEnd('\n')}");
    }

    [Fact]
    public void A_type_without_emitted_code_is_refused() =>
        Should.Throw<VsmlException>(() => EmittedSource.Of(typeof(EmittedSourceTests))).Message.ShouldContain("Mark the class with [VsmlModel]");

    [Fact]
    public void An_assembly_without_symbols_is_refused() =>
        Should.Throw<VsmlException>(() => EmittedSource.Of(typeof(object))).Message.ShouldContain("DebugType portable");
}
