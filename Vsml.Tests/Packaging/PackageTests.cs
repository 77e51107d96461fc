using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Vsml.Contracts;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Packaging;

/// <summary>The packages as a stranger uses them: packed, installed from a folder, built strictly, run.</summary>
public sealed partial class PackageTests : IDisposable
{
    private readonly EmptyMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void One_package_brings_runtime_and_generator_to_a_strict_consumer()
    {
        _machine.Pack("Vsml.Runtime");
        using (var content = Package("Vsml.Gen"))
        {
            var names = content.Entries.Select(entry => entry.FullName).ToList();
            names.Where(name => name.StartsWith("lib/", StringComparison.Ordinal)).ShouldBe(
                ["lib/net10.0/Vsml.Architecture.dll", "lib/net10.0/Vsml.Architecture.xml", "lib/net10.0/Vsml.Runtime.dll", "lib/net10.0/Vsml.Runtime.xml"],
                ignoreOrder: true);
            names.Where(name => name.StartsWith("analyzers/", StringComparison.Ordinal)).ShouldBe(
                ["analyzers/dotnet/cs/Vsml.Architecture.dll", "analyzers/dotnet/cs/Vsml.Generators.dll"],
                ignoreOrder: true);
            names.ShouldContain("docs/diagnostics/VSML0001.md");
            names.ShouldContain("build/Vsml.Gen.props");
            names.ShouldContain("buildTransitive/Vsml.Gen.props");
        }
        Dependencies("Vsml.Gen").ShouldContain("System.Numerics.Tensors");
        Dependencies("Vsml.Gen").ShouldNotContain(id => id.StartsWith("Vsml", StringComparison.Ordinal) || id.Contains("CodeAnalysis", StringComparison.Ordinal));
        WriteConsumer();
        _machine.Run("dotnet", "build", "Consumer", "-c", "Release", "-p:UseSharedCompilation=false");
        _machine.Run("dotnet", Path.Combine("Consumer", "bin", "Release", "net10.0", "Consumer.dll")).ShouldBe("4 -> 2, same bits: True\nTrue\n" + Gradients());
    }

    [Fact]
    public void All_packages_bring_a_stranger_from_nothing_to_a_learner()
    {
        _machine.Pack("Vsml.Runtime", "Vsml.MetaTraining", "Vsml.Compilation", "Vsml.Ilgpu", "Vsml.Tool", "Vsml.Templates");
        string[] libraries = ["Vsml.Gen", "Vsml.Gen.MetaTraining", "Vsml.Gen.Compilation", "Vsml.Gen.Ilgpu"];
        foreach (var id in (string[])[.. libraries, "Vsml.Gen.Templates", "vsml"])
            using (var content = Package(id))
                foreach (var name in (string[])["README.md", "icon.png", "CHANGELOG.md", "LICENSE"]) content.GetEntry(name).ShouldNotBeNull($"{id}: {name}");
        foreach (var id in libraries) Directory.GetFiles(_machine.Feed, $"{id}.{Version}.snupkg").ShouldHaveSingleItem(id);
        // What travels inside a package is no package.
        foreach (var id in libraries) Dependencies(id).Where(other => other.StartsWith("Vsml", StringComparison.Ordinal)).ShouldBeSubsetOf(libraries, id);

        _machine.Run("dotnet", "tool", "install", "vsml", "--tool-path", "tools");
        _machine.Run(Path.Combine(_machine.Work, "tools", "vsml"), "--help").ShouldContain("describe");
        _machine.Run("dotnet", "new", "install", "Vsml.Gen.Templates");
        _machine.Run("dotnet", "new", "vsml", "-o", "Flowers");
        Directory.EnumerateFiles(Path.Combine(_machine.Work, "Flowers")).Select(Path.GetFileName).ShouldBe(["Flowers.csproj", "Program.cs"], ignoreOrder: true);
        RunProject("Flowers").ShouldContain("(3, 1) is green");
        File.WriteAllText(Path.Combine(_machine.Work, "Flowers", "Program.cs"), FirstExample().Match(File.ReadAllText(RepositoryPaths.InRepository("README.md"))).Groups[1].Value + "Console.WriteLine(flower);");
        RunProject("Flowers").ShouldBe("setosa\n");
        _machine.Run("dotnet", "new", "vsml-train", "-o", "Training");
        // A quarter of a minute is enough to be ahead of gradient descent on the first examples.
        var learned = Percent().Matches(RunProject("Training")).ToDictionary(line => line.Groups[1].Value, line => int.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture));
        learned["vsml"].ShouldBeGreaterThan(learned["sgd"]);
        File.Exists(Path.Combine(_machine.Work, "theta.safetensors")).ShouldBeTrue();
    }

    [Fact]
    public void The_template_of_a_snapshot_test_fails_until_what_is_emitted_was_accepted()
    {
        _machine.Pack("Vsml.Runtime", "Vsml.Templates");
        _machine.Run("dotnet", "new", "install", "Vsml.Gen.Templates");
        _machine.Run("dotnet", "new", "vsml-snapshot", "-o", "Pinned");
        _machine.Run("dotnet", "build", "Pinned", "-p:UseSharedCompilation=false");
        var folder = Path.Combine(_machine.Work, "Pinned");
        string[] test = ["test", "Pinned", "--no-build"];
        Should.Throw<ShouldAssertException>(() => _machine.Run("dotnet", test)).Message.ShouldContain("is not what was reviewed");
        File.Move(Path.Combine(folder, "DigitLearner.received.cs"), Path.Combine(folder, "DigitLearner.verified.cs"));
        _machine.Run("dotnet", test);
    }

    private static string Version { get; } = typeof(VsmlModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private ZipArchive Package(string id) => ZipFile.OpenRead(Path.Combine(_machine.Feed, $"{id}.{Version}.nupkg"));

    private IEnumerable<string> Dependencies(string id)
    {
        using var package = Package(id);
        using var specification = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return [.. XDocument.Load(specification).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)];
    }

    private string RunProject(string name)
    {
        _machine.Run("dotnet", "build", name, "-c", "Release", "-p:UseSharedCompilation=false");
        return _machine.Run("dotnet", Path.Combine(name, "bin", "Release", "net10.0", $"{name}.dll"));
    }

    [GeneratedRegex(@"^(\w+) .*?: (\d+)", RegexOptions.Multiline)]
    private static partial Regex Percent();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex FirstExample();

    /// <summary>What the consumer, which checks for overflow, should print: bits of gradients as they are without such checks.</summary>
    private static string Gradients()
    {
        Architecture[] architectures =
        [
            new() { StateSize = 4, MessageSize = 2, Layers = new([new DenseLayerSpec(4, 3), new DenseLayerSpec(3, 2)]) },
            new()
            {
                StateSize = 4,
                MessageSize = 2,
                Layers = new([new ConvLayerSpec(5, 4, 1, 2, 3, 2), new DenseLayerSpec(12, 2)]),
                Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
            },
        ];
        var lines = from architecture in architectures
                    from level in Enum.GetValues<SimdLevel>()
                    select $"{level} {Bits(RuntimeCompiler.Compile(architecture), level)}\n";
        return string.Concat(lines);

        static string Bits(VsmlModel model, SimdLevel level)
        {
            var architecture = model.Architecture;
            var cells = architecture.Layers.Select(layer => Enumerable.Repeat(0.5f, (int)layer.SubRnnCount * architecture.StateSize).ToArray()).ToArray();
            float[] inputs = [.. Enumerable.Range(0, 3 * architecture.InputSize).Select(i => i % 7 / 7f)];
            var (theta, _) = EpisodeTrace.Differentiate(model, level, 1, MetaParameters.Initial(architecture, seed: 1).Values.ToArray(), cells, inputs, [1, 0, 0, 1, 1, 0]);
            theta.ShouldContain(value => value != 0);
            return string.Join(' ', theta.Select(value => BitConverter.SingleToInt32Bits(value).ToString("x", CultureInfo.InvariantCulture)));
        }
    }

    private void WriteConsumer()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_machine.Work, "Consumer")).FullName;
        File.WriteAllText(Path.Combine(folder, "Consumer.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>disable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <AnalysisLevel>latest-recommended</AnalysisLevel>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
                <CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>
                <InvariantGlobalization>true</InvariantGlobalization>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Vsml.Gen" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"),
            """
            using System;
            using System.Globalization;
            using System.Linq;
            using Vsml;
            using Vsml.Contracts;

            var theta = MetaParameters.Initial(Global.Model.Architecture, seed: 1);
            Global first = new(theta), second = new(first.Theta);
            float[] input = [1, 2, 3, 4];
            first.Learn(input, label: 1);
            second.Learn(input, label: 1);
            var same = first.Predict(input).Logits.SequenceEqual(second.Predict(input).Logits);
            Console.WriteLine($"{Global.InputSize} -> {Global.OutputSize}, same bits: {same}");

            Demo.Seeing seeing = new(MetaParameters.Initial(Demo.Seeing.Model.Architecture, seed: 1));
            seeing.Learn(new float[Demo.Seeing.InputSize], label: 1);
            Console.WriteLine(float.IsFinite(seeing.Predict(new float[Demo.Seeing.InputSize]).Logits[0]));

            foreach (var model in new[] { Global.Model, Demo.Seeing.Model })
                foreach (var level in Enum.GetValues<SimdLevel>())
                {
                    var architecture = model.Architecture;
                    var cells = architecture.Layers.Select(layer => Enumerable.Repeat(0.5f, (int)layer.SubRnnCount * architecture.StateSize).ToArray()).ToArray();
                    float[] inputs = [.. Enumerable.Range(0, 3 * architecture.InputSize).Select(i => i % 7 / 7f)];
                    var (gradient, _) = EpisodeTrace.Differentiate(model, level, 1, MetaParameters.Initial(architecture, seed: 1).Values.ToArray(), cells, inputs, [1, 0, 0, 1, 1, 0]);
                    Console.WriteLine($"{level} {string.Join(' ', gradient.Select(value => BitConverter.SingleToInt32Bits(value).ToString("x", CultureInfo.InvariantCulture)))}");
                }

            [VsmlModel(StateSize = 4, MessageSize = 2)]
            [DenseLayer(4, 3)]
            [DenseLayer(2)]
            internal sealed partial class Global;

            namespace Demo
            {
                /// <summary>A public model, in a namespace.</summary>
                [VsmlModel(StateSize = 4, MessageSize = 2)]
                [Conv2dLayer(Height = 5, Width = 4, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2)]
                [DenseLayer(2)]
                [TickSchedule(BackwardSweep = BackwardSweep.Separate)]
                public sealed partial class Seeing;
            }
            """);
    }
}
