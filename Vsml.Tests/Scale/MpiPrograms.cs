using Vsml.Tests.Tool;

namespace Vsml.Tests.Scale;

/// <summary>The launchers that this machine has.</summary>
internal static class MpiPrograms
{
    /// <summary>The name of Open MPI's launcher where several are installed.</summary>
    public const string OpenMpi = "mpirun.openmpi";

    /// <summary>The name of MPICH's launcher where several are installed.</summary>
    public const string Mpich = "mpirun.mpich";

    /// <summary>Why a test cannot run; null if it can.</summary>
    /// <param name="programs">What it needs.</param>
    public static string? WhyNot(params string[] programs)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin");
        var missing = programs.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))).ToList();
        return missing.Count == 0 ? null : $"{string.Join(", ", missing)} is not installed.";
    }

    /// <summary>The command line that starts the tool on several ranks.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <param name="ranks">How many.</param>
    /// <param name="args">The tool's arguments.</param>
    public static IReadOnlyList<string> Arguments(string launcher, int ranks, params IReadOnlyList<string> args) =>
        [.. launcher == OpenMpi ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : Array.Empty<string>(), "-n", $"{ranks}", "dotnet", ToolRun.Assembly, .. args];
}

/// <summary>A test that starts processes by mpirun; skipped, with the reason, where a launcher is not installed.</summary>
public sealed class MpiFactAttribute : FactAttribute
{
    /// <summary>Says why.</summary>
    /// <param name="launchers">What it needs.</param>
    public MpiFactAttribute(params string[] launchers) => Skip = MpiPrograms.WhyNot(launchers);
}

/// <summary>As <see cref="MpiFactAttribute"/>, for a test with several inputs.</summary>
public sealed class MpiTheoryAttribute : TheoryAttribute
{
    /// <summary>Says why.</summary>
    /// <param name="launchers">What it needs.</param>
    public MpiTheoryAttribute(params string[] launchers) => Skip = MpiPrograms.WhyNot(launchers);
}
