using System.Runtime.InteropServices;
using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Tool;

public sealed class SingleFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // There assemblies have no path to compile against, and nothing of .NET is installed beside the program.
    [Fact]
    public void A_self_contained_single_file_compiles_and_runs_kernels()
    {
        ToolRun.OfProcess(
            "dotnet",
            [
                "publish", RepositoryPaths.InRepository("Vsml.Tool"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "-v", "q", "--nologo",
                "-p:PublishSingleFile=true", "-p:UseSharedCompilation=false", "--artifacts-path", _folder["artifacts"], "--output", _folder["published"],
            ],
            // Processes that outlive the build would hold on to its output.
            ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0")).ShouldSucceed();

        var program = Path.Combine(_folder["published"], OperatingSystem.IsWindows() ? "vsml.exe" : "vsml");
        Directory.GetFiles(_folder["published"], "*.dll").ShouldBeEmpty();
        ToolRun.OfProcess(program, TraceFiles.Arguments("deep-4-label", _folder["out"]), ("DOTNET_ROOT", _folder["none"])).ShouldSucceed();
        TraceFiles.ShouldHold("deep-4-label", _folder["out"], TensorType.F32, gradient: false);
    }
}
