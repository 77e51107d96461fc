using System.Diagnostics;
using System.Runtime.InteropServices;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Packaging;

/// <summary>A program with a classifier, published as native code.</summary>
public sealed class NativeAotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NativeAotFact]
    public void A_classifier_runs_trimmed_and_as_native_code()
    {
        // A copy, so that the repository's own folders stay as they are.
        foreach (var file in (string[])["native-aot.csproj", "Program.cs"]) File.Copy(RepositoryPaths.InRepository("eng", "native-aot", file), _folder[file]);
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json"]) File.Copy(RepositoryPaths.InRepository(file), _folder[file]);
        string[] publish =
        [
            "publish", _folder.Path, "-c", "Release", "-o", _folder["published"], $"-p:VsmlFolder={AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)}",
            $"-p:CppCompilerAndLinker={NativeAotFactAttribute.Linker}", "-p:TreatWarningsAsErrors=true", "-nodeReuse:false", "-p:UseSharedCompilation=false", "--nologo",
        ];
        var log = Run("dotnet", publish);
        log.ShouldNotContain("warning IL");
        var lines = Run(_folder["published/native-aot"]).ReplaceLineEndings("\n").Split('\n');
        lines[0].ShouldBe("Monday Friday");
        var probabilities = lines[1].Split(' ').Select(float.Parse).ToArray();
        // The same code here; rounding may differ.
        probabilities.ShouldBe(InThisProcess(), 2e-3f);
        new FileInfo(_folder["published/native-aot"]).Length.ShouldBeLessThan(10 << 20);
    }

    private static float[] InThisProcess()
    {
        var classifier = new OnlineClassifier<DayOfWeek>();
        var features = new Dictionary<string, float>();
        for (var t = 0; t < 60; t++)
        {
            for (var i = 0; i < 3 + t / 20; i++) features[$"feature {i}"] = (t * (i + 3) % 11) + (t % 2 * 5);
            classifier.Learn(features, t % 2 == 0 ? DayOfWeek.Monday : DayOfWeek.Friday);
        }
        return classifier.PredictProbabilities(features).ToArray();
    }

    private string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, text + errors.Result);
        return text;
    }
}

/// <summary>A test that needs the native compiler's package and a linker; skipped, with the reason, where one is not there.</summary>
internal sealed class NativeAotFactAttribute : FactAttribute
{
    private static readonly string s_packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public NativeAotFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "The native program is published on Linux alone.";
        else if (!Directory.Exists(Path.Combine(s_packages, $"runtime.{RuntimeInformation.RuntimeIdentifier}.microsoft.dotnet.ilcompiler")))
            Skip = "The native compiler's package is not there. Run 'dotnet restore eng/native-aot' once.";
        else if (Linker is null) Skip = "There is neither clang nor gcc to link a native program with.";
    }

    /// <summary>The program that links, or null.</summary>
    public static string? Linker { get; } = new[] { "clang", "gcc" }.FirstOrDefault(name =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name))));
}
