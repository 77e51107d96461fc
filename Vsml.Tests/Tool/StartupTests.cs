using System.Text;
using System.Text.RegularExpressions;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Tool;

/// <summary>Commands that compile nothing load no compiler, which would take longer than all they do.</summary>
public sealed partial class StartupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;

    public StartupTests() =>
        _network = _folder.Write("net.json", """{ "stateSize": 4, "messageSize": 4, "layers": [{ "type": "dense", "inputs": 3, "outputs": 2 }] }"""u8.ToArray());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Help_loads_no_compiler() => Loaded("--help").ShouldNotContain(name => name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));

    [Fact]
    public void Describe_loads_no_compiler() => Loaded("describe", _network).ShouldNotContain(name => name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));

    [Fact]
    public void Help_loads_no_web_server() => Loaded("play", "--help").ShouldNotContain(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name == "Vsml.Playground");

    // So that those of the compiler can fail.
    [Fact]
    public void Where_a_compiler_is_loaded_it_is_seen() => Loaded("emit", _network, "--out", _folder["emitted"]).ShouldContain("Microsoft.CodeAnalysis");

    // The runtime's own record of the assemblies that a process loads.
    private HashSet<string> Loaded(params string[] command)
    {
        var record = _folder["loads.nettrace"];
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, .. command],
            ("DOTNET_EnableEventPipe", "1"), ("DOTNET_EventPipeOutputPath", record), ("DOTNET_EventPipeConfig", "Microsoft-Windows-DotNETRuntime:0x8:4")).ShouldSucceed();
        var bytes = File.ReadAllBytes(record);
        // Names are UTF-16 and may start at odd places.
        HashSet<string> names = [.. new[] { 0, 1 }.SelectMany(start => AssemblyName().Matches(Encoding.Unicode.GetString(bytes.AsSpan(start)))).Select(name => name.Value)];
        names.ShouldContain("System.CommandLine");
        return names;
    }

    [GeneratedRegex(@"[\w.]+(?=, Version=)")]
    private static partial Regex AssemblyName();
}
