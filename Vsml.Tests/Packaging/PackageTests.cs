using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Vsml.Contracts;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Packaging;

/// <summary>The NuGet package as a stranger uses it: packed, restored from a folder, built strictly, run.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string s_configuration =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";

    private readonly string _folder = Directory.CreateTempSubdirectory("vsml-package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_package_brings_runtime_and_generator_to_a_strict_consumer()
    {
        var feed = Path.Combine(_folder, "feed");
        Dotnet(RepositoryPaths.Root, "pack", "Vsml.Runtime", "-c", s_configuration, "--no-build", "-o", feed);
        var package = Directory.GetFiles(feed, "*.nupkg").ShouldHaveSingleItem();
        using (var content = ZipFile.OpenRead(package))
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
            using var specification = new StreamReader(content.GetEntry("Vsml.Gen.nuspec")!.Open());
            var dependencies = specification.ReadToEnd();
            dependencies.ShouldContain("System.Numerics.Tensors");
            dependencies.ShouldNotContain("dependency id=\"Vsml");
            dependencies.ShouldNotContain("CodeAnalysis");
        }

        var consumer = WriteConsumer(Path.GetFileNameWithoutExtension(package)["Vsml.Gen.".Length..]);
        Dotnet(consumer, "build", "-c", "Release", "-nodeReuse:false", "-p:UseSharedCompilation=false");
        Dotnet(consumer, Path.Combine(consumer, "bin", "Release", "net10.0", "Consumer.dll")).ReplaceLineEndings("\n").ShouldBe("4 -> 2, same bits: True\nTrue\n" + Gradients());
    }

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

    private string WriteConsumer(string version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "consumer")).FullName;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        // Everything but our package comes from what this repository's own restore left: no network.
        File.WriteAllText(Path.Combine(folder, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder, "packages")}" /></config>
              <packageSources><clear /><add key="feed" value="{Path.Combine(_folder, "feed")}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="machine" value="{packages}" /></fallbackPackageFolders>
            </configuration>
            """);
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
                <PackageReference Include="Vsml.Gen" Version="{version}" />
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
        return folder;
    }

    private static string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test host's own settings must not steer the build.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output;
    }
}
