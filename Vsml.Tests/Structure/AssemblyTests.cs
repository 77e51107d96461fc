using Vsml.Generators.Planning;
using Vsml.Ilgpu;
using Vsml.MetaTraining;
using Vsml.Tool;

namespace Vsml.Tests.Structure;

/// <summary>What the assemblies promise each other: which loads which, and names that are never taken twice.</summary>
public class AssemblyTests
{
    private static readonly Type[] s_oneOfEach = [typeof(Architecture), typeof(VsmlModel), typeof(RunConfiguration), typeof(NetworkPlan), typeof(RuntimeCompiler), typeof(IlgpuModel), typeof(VsmlTool)];

    [Theory]
    [InlineData("Vsml.Architecture")]
    [InlineData("Vsml.Runtime", "Vsml.Architecture")]
    [InlineData("Vsml.Generators", "Vsml.Architecture")]
    [InlineData("Vsml.MetaTraining", "Vsml.Architecture", "Vsml.Runtime")]
    [InlineData("Vsml.Compilation", "Vsml.Architecture", "Vsml.Runtime", "Vsml.Generators")]
    [InlineData("Vsml.Ilgpu", "Vsml.Architecture", "Vsml.Runtime", "Vsml.MetaTraining")]
    public void An_assembly_loads_no_more_of_ours_than(string name, params string[] others) =>
        s_oneOfEach.Select(type => type.Assembly).Single(assembly => assembly.GetName().Name == name).GetReferencedAssemblies()
            .Select(reference => reference.Name).Where(reference => reference!.StartsWith("Vsml", StringComparison.OrdinalIgnoreCase)).ShouldBeSubsetOf(others);

    // The generator's own types are named by no program.
    [Fact]
    public void No_two_public_types_have_one_name() =>
        s_oneOfEach.Select(type => type.Assembly).Where(assembly => assembly != typeof(NetworkPlan).Assembly)
            .SelectMany(assembly => assembly.GetExportedTypes()).Where(type => !type.IsNested)
            .GroupBy(type => type.Name).Where(group => group.Count() > 1)
            .Select(group => string.Join(" and ", group.Select(type => type.FullName))).ShouldBeEmpty();
}
