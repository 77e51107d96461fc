using System.Diagnostics;
using System.Globalization;

namespace Vsml.Tests.Faults.Kills;

/// <summary>A process and those that it started, as Linux tells of them.</summary>
internal static class ProcessTree
{
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(60);

    /// <summary>The process and all below it, parents first.</summary>
    public static IReadOnlyList<int> Below(int root)
    {
        var children = All().Select(id => (Id: id, Parent: Stat(id) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0)).ToLookup(process => process.Parent, process => process.Id);
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++) found.AddRange(children[found[i]]);
        return found;
    }

    /// <summary>Processes whose command line has a text.</summary>
    public static IReadOnlyList<int> Naming(string text) => [.. All().Where(id => Read(id, "cmdline")?.Contains(text, StringComparison.Ordinal) == true)];

    /// <summary>SIGKILL; nothing where it has ended.</summary>
    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <summary>Waits until a process has let go of its files.</summary>
    public static void WaitForEnd(int id)
    {
        for (var clock = Stopwatch.StartNew(); Stat(id) is { } stat && stat[0] != "Z"; Thread.Sleep(5))
            if (clock.Elapsed > s_longestEnd) throw new VsmlException($"Process {id} does not end.");
    }

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);

    // State, parent and so on, which follow the name in parentheses; null where there is no such process.
    private static string[]? Stat(int id) => Read(id, "stat")?.Split(')')[^1].Trim().Split(' ');

    private static string? Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            return null;
        }
    }
}
