using System.Text.Json;
using System.Text.RegularExpressions;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Reporting;
using Vsml.Tool.Training;

namespace Vsml.Tool.Experiments;

/// <summary>An experiment in its folder: steps that are done are kept there, so that it goes on where it was stopped.</summary>
internal sealed partial class ExperimentRun
{
    private const string SettingsFile = "settings.json", StepFolder = "steps", RunsFolder = "runs", TablesFile = "RESULTS.md";
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n" };
    private readonly Experiment _experiment;
    private readonly string _folder;
    private readonly ToolContext _context;

    /// <summary>Opens the folder.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="folder">Its folder, made if it is not there.</param>
    /// <param name="quick">Whether a few minutes are all it may take.</param>
    /// <param name="context">Where to print, and when to stop.</param>
    /// <exception cref="VsmlException">The folder holds another experiment, or cannot be written.</exception>
    public ExperimentRun(Experiment experiment, string folder, bool quick, ToolContext context)
    {
        (_experiment, _folder, IsQuick, _context) = (experiment, folder, quick, context);
        var (path, settings) = (Path.Combine(folder, SettingsFile), JsonSerializer.Serialize(new Settings(experiment.Name, quick), s_json) + "\n");
        if (!File.Exists(path) && Directory.Exists(Path.Combine(folder, StepFolder)))
            throw new VsmlException($"'{folder}' has steps of an experiment, but no {SettingsFile} that says of which; give another folder with --out.");
        if (File.Exists(path) && File.ReadAllText(path) is var begun && begun != settings)
            throw new VsmlException($"'{folder}' holds another experiment, or the same at another size ({WhiteSpace().Replace(begun, " ").Trim()}); give another folder with --out.");
        DurableFolder.Create(Path.Combine(folder, StepFolder));
        AtomicFile.WriteAllText(path, settings);
    }

    /// <summary>Whether a few minutes are all it may take.</summary>
    public bool IsQuick { get; }

    /// <summary>Stops it.</summary>
    public CancellationToken Cancellation => _context.Cancellation;

    /// <summary>Runs the experiment, and writes what came out.</summary>
    /// <returns>The folder.</returns>
    public string Run()
    {
        var blocks = _experiment.Run(this);
        new ExperimentResult(_experiment.Title, $"vsml experiment {_experiment.Name}{(IsQuick ? " --quick" : "")} --out NEW_FOLDER", blocks).Write(_folder);
        AtomicFile.WriteAllText(Path.Combine(_folder, TablesFile), Markdown.Of(_experiment.Title, blocks));
        return _folder;
    }

    /// <summary>One step; what it gave is read instead where it was done before.</summary>
    /// <typeparam name="T">What it gives, as JSON can hold it.</typeparam>
    /// <param name="name">Its name, and its file's.</param>
    /// <param name="make">Does it.</param>
    /// <exception cref="VsmlException">What was kept of it is damaged.</exception>
    public T Step<T>(string name, Func<T> make)
    {
        var path = Path.Combine(_folder, StepFolder, NotInNames().Replace(name, "-") + ".json");
        if (File.Exists(path)) return Kept<T>(path);
        Cancellation.ThrowIfCancellationRequested();
        _context.Output.WriteLine($"{_experiment.Name}: {name}");
        var made = make();
        Cancellation.ThrowIfCancellationRequested();
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(made, s_json) + "\n");
        return made;
    }

    /// <summary>A run of meta-training to its end, in a folder of its own; it goes on where it was stopped.</summary>
    /// <param name="name">The folder's name.</param>
    /// <param name="configuration">The run.</param>
    public TrainingResult Train(string name, RunConfiguration configuration)
    {
        var path = FolderOf(name);
        _context.Output.WriteLine($"{_experiment.Name}: meta-training {name}, {configuration.Iterations} iterations");
        using var folder = File.Exists(Path.Combine(path, "run.json")) ? RunFolder.Continue(path, configuration) : RunFolder.Create(path, configuration);
        var result = new TrainingRun(folder, architecture => RuntimeCompiler.Find(architecture, folder.Configuration.Simd), new() { Progress = new PlainTrainingProgress(_context) }).Run(Cancellation);
        return result.Stop == TrainingStop.Finished ? result : throw new OperationCanceledException(Cancellation);
    }

    /// <summary>A run of cloning to its end, in a folder of its own; it goes on where it was stopped.</summary>
    /// <param name="name">The folder's name.</param>
    /// <param name="configuration">The run.</param>
    public void Clone(string name, CloneConfiguration configuration)
    {
        var path = FolderOf(name);
        _context.Output.WriteLine($"{_experiment.Name}: cloning {name}, {configuration.Iterations} iterations");
        using var folder = File.Exists(Path.Combine(path, "run.json")) ? CloneFolder.Open(path) : CloneFolder.Create(path, configuration);
        new CloneRun(folder).Run(_ => { }, _context.Error.WriteLine, Cancellation);
        Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The theta that a run of this experiment made.</summary>
    /// <param name="name">The run's folder.</param>
    public string ThetaOf(string name) => Path.Combine(FolderOf(name), "theta.safetensors");

    /// <summary>A configuration that comes with the experiment.</summary>
    /// <param name="file">Its name in the experiment's folder.</param>
    public RunConfiguration Configuration(string file)
    {
        var name = $"experiments/{_experiment.Name}/{file}";
        using var reader = new StreamReader(typeof(ExperimentRun).Assembly.GetManifestResourceStream(name)!);
        return RunConfigurationJson.Parse(reader.ReadToEnd(), name);
    }

    /// <summary>A configuration as it is, or where a few minutes are all it may take a tenth of its iterations on short episodes.</summary>
    public RunConfiguration Sized(RunConfiguration configuration) => !IsQuick ? configuration
        : configuration with { Stages = [.. configuration.Stages.Select(stage => stage with { Iterations = Math.Max(1, stage.Iterations / 10), EpisodeLength = Math.Min(stage.EpisodeLength, 30) })] };

    private string FolderOf(string name) => Path.Combine(_folder, RunsFolder, NotInNames().Replace(name, "-"));

    private static T Kept<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), s_json) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new VsmlException($"{path}: not valid JSON, or of another version; remove the file to do the step again ({exception.Message}).", exception);
        }
    }

    private sealed record Settings(string Experiment, bool Quick);

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex("[^A-Za-z0-9.-]+")]
    private static partial Regex NotInNames();
}
