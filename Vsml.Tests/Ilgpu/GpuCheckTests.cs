using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Ilgpu;

/// <summary>The check for machines with a GPU, on ILGPU's CPU accelerator: the whole of it, for one golden trace and the suite's tiny case.</summary>
public sealed class GpuCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    // A module of Unix: what stands in for the published program is a shell script.
    [PythonFact("fcntl")]
    public void It_runs_on_the_CPU_accelerator_and_ends_with_one_table()
    {
        File.Copy(RepositoryPaths.InRepository("eng", "gpu_check.py"), _folder["gpu_check.py"]);
        Check().Error.ShouldContain("make the folder with eng/publish-gpu-check.sh");

        // In place of the published program.
        File.WriteAllText(_folder["Vsml.Benchmarks"], $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Vsml.Benchmarks.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder["Vsml.Benchmarks"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var table = Check().ShouldSucceed().Output;
        table.ShouldContain("golden traces ");
        table.ShouldContain("golden gradients ");
        table.ShouldContain("hold, 0 fall short");
        table.Split('\n').ShouldContain(line => line.StartsWith("meta-iterations against the CPU") && line.Contains(" hold "));
        foreach (var name in new[] { "tiny-cpu-accelerator", "tiny-cpu-accelerator-iteration", "tiny-cpu-accelerator-gradient" })
            table.Split('\n').ShouldContain(line => line.StartsWith(name + " ") && line.Contains("examples/s"));
    }

    private ToolRun Check() => ToolRun.OfProcess("python3", [_folder["gpu_check.py"], GoldenFiles.Folder, "--device", "cpu", "--only", "dense-tiny"]);
}
