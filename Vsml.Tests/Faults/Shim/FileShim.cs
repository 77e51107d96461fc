using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Faults.Shim;

/// <summary>
/// What stands between this process and its files (file-shim.c): a library that is compiled and then loaded before all others, so that a
/// process of its own is needed.
/// </summary>
internal static partial class FileShim
{
    private const string Library = "file-shim", Preload = "LD_PRELOAD", Place = "VSML_FILE_SHIM";
    private static readonly string[] s_compilers = ["cc", "gcc", "clang"];

    static FileShim() => NativeLibrary.SetDllImportResolver(typeof(FileShim).Assembly, (name, _, _) => name == Library ? NativeLibrary.Load(Environment.GetEnvironmentVariable(Place)!) : 0);

    /// <summary>Errors of the system, by their numbers on Linux.</summary>
    public static IReadOnlyDictionary<string, int> Errors { get; } = new Dictionary<string, int> { ["ENOSPC"] = 28, ["EROFS"] = 30, ["EACCES"] = 13, ["EIO"] = 5, ["ESTALE"] = 116 };

    /// <summary>Whether this process has it.</summary>
    public static bool IsLoaded => Environment.GetEnvironmentVariable(Place) is not null;

    /// <summary>Why it cannot be had on this machine; null if it can.</summary>
    public static string? WhyNot => !OperatingSystem.IsLinux() ? "Only Linux loads a library before all others in this way."
        : Compiler is null ? "There is no C compiler (cc, gcc or clang)." : null;

    private static string? Compiler => s_compilers.FirstOrDefault(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name))));

    /// <summary>Runs this program anew, with the shim.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="output">Gets what it prints.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="VsmlException">There is no compiler.</exception>
    public static int RunAgain(IReadOnlyList<string> args, TextWriter output)
    {
        using var folder = new TemporaryFolder();
        var library = Build(folder["file-shim.so"]);
        var start = new ProcessStartInfo("dotnet", [typeof(FileShim).Assembly.Location, .. args]) { RedirectStandardOutput = true };
        (start.Environment[Preload], start.Environment[Place]) = (library, library);
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line) output.WriteLine(line);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Watches a folder, which need not be there, and forgets what was asked before.</summary>
    [LibraryImport(Library, EntryPoint = "shim_watch", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Watch(string folder);

    /// <summary>Records operations in a file that is open.</summary>
    [LibraryImport(Library, EntryPoint = "shim_record")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Record(SafeFileHandle file);

    /// <summary>Puts a note into the record.</summary>
    [LibraryImport(Library, EntryPoint = "shim_mark", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Mark(string text);

    /// <summary>Makes an operation fail.</summary>
    /// <param name="at">Which one, counted from this call on; -1 for none.</param>
    /// <param name="error">The error's number.</param>
    /// <param name="forever">Whether all after it fail as well.</param>
    public static void Fail(long at, int error, bool forever) => Fail(at, error, forever ? 1 : 0);

    /// <summary>Lets all operations succeed again, and counts them from here on.</summary>
    public static void Heal() => Fail(-1, 0, 0);

    /// <summary>Operations since the last call that counts.</summary>
    [LibraryImport(Library, EntryPoint = "shim_operations")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial long Operations();

    /// <summary>Makes every look at the clock find it an hour earlier than the last.</summary>
    public static void TurnClock(bool on) => TurnClock(on ? 1 : 0);

    [LibraryImport(Library, EntryPoint = "shim_fail")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Fail(long at, int error, int forever);

    [LibraryImport(Library, EntryPoint = "shim_turn_clock")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void TurnClock(int on);

    private static string Build(string library)
    {
        if (WhyNot is { } reason) throw new VsmlException(reason);
        using var compiler = Process.Start(Compiler!, ["-shared", "-fPIC", "-O1", "-o", library, RepositoryPaths.InRepository("Vsml.Tests", "Faults", "Shim", "file-shim.c")]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new VsmlException("file-shim.c does not compile.");
    }
}
