using System.Diagnostics;
using System.Globalization;
using SharpFuzz;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Faults.HostileFiles;

/// <summary>
/// The long form of the fuzzing: AFL++ makes files from the corpus, guided by the branches that SharpFuzz counts in copies of the toolkit's
/// assemblies. One process reads thousands of files.
/// </summary>
internal static class GuidedFuzzing
{
    /// <summary>Name of the part by which this program is started by afl-fuzz.</summary>
    public const string Child = "fuzz-child";

    private const string Fuzzer = "afl-fuzz";
    private static readonly string[] s_instrumented = ["Vsml.Architecture.dll", "Vsml.Runtime.dll", "Vsml.MetaTraining.dll", "Vsml.Reporting.dll"];

    /// <summary>Fuzzes readers, one after the other.</summary>
    /// <param name="inputs">Files in all.</param>
    /// <param name="seed">Seed of the fuzzer.</param>
    /// <param name="only">One reader; null for all.</param>
    /// <param name="output">Gets a line for each.</param>
    /// <returns>How many files were not read or refused as they should be.</returns>
    public static int Run(long inputs, int seed, string? only, TextWriter output)
    {
        if (!OnPath(Fuzzer)) throw new VsmlException($"{Fuzzer} is not installed; the package of Debian is afl++.");
        var readers = only is null ? FuzzedReaders.All.Keys.ToList() : [only];
        var work = RepositoryPaths.InRepository("artifacts", "fuzz");
        var program = Instrumented(Path.Combine(work, "program"));
        var (total, bad) = (0L, 0);
        foreach (var reader in readers)
        {
            var found = Fuzz(program, reader, Path.Combine(work, reader), inputs / readers.Count, seed);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{reader}: {found["execs_done"]} files, {found["execs_per_sec"]} a second, {found["corpus_count"]} that took new ways, {found["edges_found"]} branches, {found["saved_crashes"]} wrong, {found["saved_hangs"]} too slow"));
            total += long.Parse(found["execs_done"], CultureInfo.InvariantCulture);
            bad += int.Parse(found["saved_crashes"], CultureInfo.InvariantCulture) + int.Parse(found["saved_hangs"], CultureInfo.InvariantCulture);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total} files, {bad} neither read nor refused as they should be; these are in {work}"));
        return bad;
    }

    /// <summary>What afl-fuzz starts: reads one file after another.</summary>
    /// <param name="name">The reader.</param>
    public static void RunChild(string name)
    {
        using var folder = new TemporaryFolder();
        FuzzedReader? reader = null;
        SharpFuzz.Fuzzer.Run(stream =>
        {
            // Instrumented code runs nowhere else.
            reader ??= Warm(name, folder["file"]);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            reader.Try(folder["file"], content.GetBuffer().AsSpan(0, (int)content.Length));
        });
    }

    // What is made once in a process is made, so that the memory of a file is the file's.
    private static FuzzedReader Warm(string name, string path)
    {
        var reader = FuzzedReaders.All[name];
        foreach (var file in FuzzCorpus.Of(name).Values) reader.Try(path, file);
        return reader;
    }

    private static string Instrumented(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        CopyAll(AppContext.BaseDirectory, folder);
        foreach (var assembly in s_instrumented) SharpFuzz.Fuzzer.Instrument(Path.Combine(folder, assembly), _ => true, Options.Value);
        return Path.Combine(folder, Path.GetFileName(typeof(GuidedFuzzing).Assembly.Location));
    }

    private static Dictionary<string, string> Fuzz(string program, string reader, string folder, long inputs, int seed)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo(Fuzzer,
        [
            "-i", FuzzCorpus.FolderOf(reader), "-o", folder, "-s", $"{seed}", "-E", $"{inputs}", "-t", $"{(int)FuzzedReader.Longest.TotalMilliseconds}", "-m", "none",
            "--", "dotnet", program, Child, reader,
        ]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // A managed program is not instrumented as native ones are, and one core is enough.
        foreach (var name in new[] { "AFL_SKIP_BIN_CHECK", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_SKIP_CPUFREQ", "AFL_NO_AFFINITY", "AFL_NO_UI" }) start.Environment[name] = "1";
        start.Environment["TMPDIR"] = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var stats = Path.Combine(folder, "default", "fuzzer_stats");
        if (!File.Exists(stats)) throw new VsmlException($"{Fuzzer} did not run for {reader}: {log}{error.Result}");
        return File.ReadLines(stats).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static void CopyAll(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
