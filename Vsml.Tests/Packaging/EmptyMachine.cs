using System.Diagnostics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Packaging;

/// <summary>
/// A machine that has the SDK, a folder of our packages and nothing else of ours: home, tools, templates and packages are its own.
/// What our packages depend on comes from what this repository's own restore left: no network.
/// </summary>
internal sealed class EmptyMachine : IDisposable
{
    private static readonly string s_configuration =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";

    private static readonly string s_packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private readonly TemporaryFolder _folder = new();

    public EmptyMachine()
    {
        foreach (var name in (string[])["feed", "home", "work"]) Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(Path.Combine(Work, "nuget.config"),
            $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="machine" value="{s_packages}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>Where packages are installed from.</summary>
    public string Feed => _folder["feed"];

    /// <summary>Where commands run.</summary>
    public string Work => _folder["work"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Packs projects, as they are built, into the feed.</summary>
    public void Pack(params string[] projects)
    {
        foreach (var project in projects)
            Run(RepositoryPaths.Root, "dotnet", ["pack", project, "-c", s_configuration, "--no-build", "-o", Feed, "--nologo"], isOwnHome: false);
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>What it printed, lines ended by \n.</returns>
    public string Run(string program, params string[] arguments) => Run(Work, program, arguments, isOwnHome: true);

    private string Run(string folder, string program, string[] arguments, bool isOwnHome)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // The test host's own settings must not steer the build.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        if (isOwnHome)
        {
            foreach (var name in (string[])["HOME", "USERPROFILE", "DOTNET_CLI_HOME"]) start.Environment[name] = _folder["home"];
            start.Environment["NUGET_PACKAGES"] = _folder["packages"];
        }
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output.ReplaceLineEndings("\n");
    }
}
