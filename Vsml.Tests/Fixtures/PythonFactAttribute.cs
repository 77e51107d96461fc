using System.Diagnostics;

namespace Vsml.Tests.Fixtures;

/// <summary>A test that needs a Python with some modules; skipped, with the reason, where there is none.</summary>
public sealed class PythonFactAttribute : FactAttribute
{
    // The system's own Python has the distribution's packages even where another one comes first on the path.
    private static readonly string[] s_pythons = ["python3", "/usr/bin/python3"];

    /// <summary>Looks for the modules.</summary>
    /// <param name="modules">Names to import, separated by commas.</param>
    public PythonFactAttribute(string modules) => Skip = Find(modules) is null ? $"There is no Python with {modules} (Debian: python3-numpy, python3-pandas, python3-matplotlib)." : null;

    /// <summary>A Python that has modules; null where there is none.</summary>
    /// <param name="modules">Names to import, separated by commas.</param>
    public static string? Find(string modules) => Array.Find(s_pythons, python => Imports(python, modules));

    private static bool Imports(string python, string modules)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", $"import {modules}"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
