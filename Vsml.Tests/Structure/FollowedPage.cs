using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Scale;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Structure;

/// <summary>
/// Does what a page says, from top to bottom, in a folder: writes its JSON files, runs its programs and its command lines. Presets are replaced
/// by a run of the same kind that is over in no time, GPUs by what is there of devices.
/// </summary>
internal sealed partial class FollowedPage
{
    private const string Preset = "preset:es-2min", QuickRun = "quick-preset.json";
    private static readonly string[] s_leftToTheReader = ["dotnet", "mv", "sbatch", "tensorboard"];
    private readonly TemporaryFolder _folder;
    private readonly bool _withMpi;
    private readonly List<string> _library = [];

    private FollowedPage(TemporaryFolder folder, bool withMpi) => (_folder, _withMpi) = (folder, withMpi);

    /// <summary>Follows a page.</summary>
    /// <param name="text">Path below docs.</param>
    /// <param name="folder">Where the reader is.</param>
    /// <param name="withMpi">Whether lines with mpirun are run; if not, they are left out with what compares their results.</param>
    public static void Follow(string text, TemporaryFolder folder, bool withMpi = false)
    {
        var preset = RunConfigurationJson.Read(Preset);
        File.WriteAllText(folder[QuickRun], RunConfigurationJson.Format(preset with
        {
            Stages = [.. preset.Stages.Select(stage => stage with { Iterations = 1, EpisodeLength = 5 })], Estimator = new EsOptions { PairCount = 2 }, Evaluation = null,
        }));
        var page = new FollowedPage(folder, withMpi);
        foreach (Match block in Block().Matches(File.ReadAllText(RepositoryPaths.InRepository("docs", text)))) page.Do(block.Groups[1].Value, block.Groups[2].Value, block.Groups[3].Value);
    }

    private void Do(string file, string language, string content)
    {
        switch (language)
        {
            case "json":
                file.ShouldNotBeEmpty($"The text before the block names no file: {content}");
                File.WriteAllText(_folder[file], content);
                break;
            case "csharp" when content.Contains("[VsmlPart", StringComparison.Ordinal):
                _library.Add(content);
                break;
            case "csharp" when content.Contains("[Fact]", StringComparison.Ordinal):
                // A class of tests has no docstrings. The template of the same test is installed and run by another.
                DocumentedProgram.Compile("#pragma warning disable CS1591\n" + content, OutputKind.DynamicallyLinkedLibrary);
                break;
            case "csharp":
                DocumentedProgram.Run(content, _folder);
                break;
            case "python":
                File.WriteAllText(_folder["page.py"], content);
                Run(PythonFactAttribute.Find("numpy")!, "page.py");
                break;
            case "sh":
                foreach (var line in content.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Do(line);
                break;
            default:
                throw new InvalidOperationException($"Nobody knows what to do with a block of {language}.");
        }
    }

    private void Do(string line)
    {
        string[] words = [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line).Select(word => word == Preset ? QuickRun : word == "cuda" ? "cpu" : word)];
        if (Library().Match(line) is { Success: true } built) Build(built.Groups[1].Value);
        else if (words[0] == "vsml") Run("dotnet", [ToolRun.Assembly, .. words[1..]]);
        else if (words is ["mpirun", "-n", var ranks, "vsml", .. var arguments])
        {
            if (_withMpi) Run(MpiPrograms.OpenMpi, [.. MpiPrograms.Arguments(MpiPrograms.OpenMpi, int.Parse(ranks), arguments)]);
        }
        else if (words is ["cmp", var one, var other])
        {
            if (_withMpi) File.ReadAllBytes(_folder[one]).ShouldBe(File.ReadAllBytes(_folder[other]));
        }
        else s_leftToTheReader.ShouldContain(words[0], line);
    }

    // What 'dotnet build NAME -c Release' makes of the blocks so far.
    private void Build(string name)
    {
        var path = Directory.CreateDirectory(_folder[Path.Combine(name, "bin", "Release", "net10.0")]).FullName;
        var compilation = DocumentedProgram.Compile(OutputKind.DynamicallyLinkedLibrary, [.. _library]).WithAssemblyName(name);
        compilation.Emit(Path.Combine(path, $"{name}.dll")).Success.ShouldBeTrue();
    }

    private void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}{error.Result}");
    }

    // The last file that is named before a block, of those that stand in backticks; the language; the code.
    [GeneratedRegex("(?:`([\\w-]+\\.json)`[^`]*)?```(\\w+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^dotnet build (\\w+) -c Release$")]
    private static partial Regex Library();
}
