using System.Diagnostics;

namespace Vsml.Tests.Fixtures;

/// <summary>Makes files that are no regular files.</summary>
public static class SpecialFiles
{
    /// <summary>Makes a named pipe.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The path.</returns>
    public static string MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return path;
    }
}
