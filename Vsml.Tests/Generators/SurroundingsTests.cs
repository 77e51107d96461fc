using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Vsml.Tests.Generators;

/// <summary>Emitted code means what it says whatever a user calls things: each name that it uses is taken, in every place that could be nearer.</summary>
public class SurroundingsTests
{
    private const string Model =
        """
        namespace Acme.Models
        {
            [global::Vsml.VsmlModel(StateSize = 4, LayerwiseParameters = true, LabelFeedback = true, MessageLayerNorm = true, PositionFeatures = true, LearnedInitialCell = true)]
            [global::Vsml.Conv2dLayer(Height = 5, Width = 7, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2)]
            [global::Vsml.DenseLayer(24, 3, MicroTicks = 3)]
            [global::Vsml.DenseLayer(2)]
            [global::Vsml.TickSchedule(MicroTicks = 1, BackwardSweep = global::Vsml.BackwardSweep.Separate)]
            internal partial class Net;
        }
        """;

    // What they are called decides nothing here.
    private const string NoComplaints = "#pragma warning disable\n";

    // As many places at once as can have the same names.
    private static readonly Dictionary<string, Func<IReadOnlyList<string>, IReadOnlyList<string>, IReadOnlyList<string>, string>> s_surroundings = new()
    {
        ["types"] = (names, hideable, members) =>
            $$"""
            global using static Acme.Statics;
            global using Acme.Used;
            {{Types(hideable)}}
            {{Extensions(hideable)}}
            namespace Acme { static class Statics { {{Types(hideable)}} } }
            namespace Acme.Used { {{Types(hideable)}} }
            {{Each(names, name => $"namespace Acme.{name} {{ class Inner; }}")}}
            namespace Acme.Models
            {
                {{Types(names)}}
                {{Extensions(names)}}
                partial class Net { {{Types(members)}} }
            }
            """,
        ["namespaces"] = (names, hideable, members) =>
            $$"""
            {{Each(hideable, name => $"namespace {name} {{ class Inner; }}")}}
            {{Each(names, name => $"namespace Acme.Models.{name} {{ class Inner; }}")}}
            namespace Acme { {{Types(names)}} }
            namespace Acme.Models { partial class Net { {{Each(members, name => $"static new int {name} => 1;")}} } }
            """,
        ["aliases"] = (_, hideable, members) =>
            $$"""
            {{Each(hideable, name => $"global using {name} = Acme.Other;")}}
            namespace Acme { class Other; }
            namespace Acme.Models { partial class Net { {{Each(members, name => $"new void {name}<T>(params T[] all) {{ }}")}} } }
            """,
    };

    private static readonly Lazy<IReadOnlyList<string>> s_names = new(() =>
    [
        .. from source in new[] { Model, Model.Replace("MessageLayerNorm = true", "MessageLayerNorm = false") }
           from tree in EmittedTrees(Compiled(source))
           from node in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
           select node.Identifier.Text into name
           where name is not ("global" or "Acme" or "Models" or "Net")
           group name by name into same
           orderby same.Key
           select same.Key,
    ]);

    public static TheoryData<string> Places => [.. s_surroundings.Keys];

    [Theory]
    [MemberData(nameof(Places))]
    public void Emitted_code_does_not_see_a_users_names(string place)
    {
        var names = s_names.Value;
        names.ShouldContain("Math");
        names.ShouldContain("StoreUnsafe");
        string[] hideable = [.. names.Where(CanBeHidden)];
        // Names of emitted members are the model's own, and a diagnostic says so.
        string[] members = [.. names.Except(Compiled(Model).GetTypeByMetadataName("Acme.Models.Net")!.GetMembers().Select(member => member.Name))];

        var output = Compiled(Model, NoComplaints + s_surroundings[place](names, hideable, members));
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
        // What compiles may still mean something else.
        var user = output.SyntaxTrees.ElementAt(1);
        foreach (var tree in EmittedTrees(output))
        {
            var semantics = output.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
                if (semantics.GetSymbolInfo(name).Symbol is { Kind: not SymbolKind.Namespace, Name: not "Net" } symbol && symbol.Locations.Any(location => location.SourceTree == user))
                    Assert.Fail($"{name} in {tree.FilePath} means the user's {symbol}.");
        }
    }

    // Whoever gives the whole project another System, Vsml or var leaves no code in it its meaning.
    private static bool CanBeHidden(string name) =>
        name is not ("System" or "Vsml" or "var" or "nuint") && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None;

    private static Compilation Compiled(params string[] sources)
    {
        var (output, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(sources));
        reported.ShouldBeEmpty();
        return output;
    }

    private static IEnumerable<SyntaxTree> EmittedTrees(Compilation output) => output.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));

    private static string Each(IReadOnlyList<string> names, Func<string, string> declaration) => string.Join('\n', names.Select(name => declaration("@" + name)));

    private static string Types(IReadOnlyList<string> names) => Each(names, name => $"public class {name};");

    private static string Extensions(IReadOnlyList<string> names) => $"static class Extensions {{ {Each(names, name => $"public static void {name}<T>(this T it, params object[] all) {{ }}")} }}";
}
