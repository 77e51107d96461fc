using Vsml.Contracts;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// The folder of a run: run.json, checkpoints, metrics.jsonl and theta.safetensors; changes.jsonl, where the configuration was changed
/// since; initial-theta.safetensors, where it begins with a given theta; and assemblies.json, where parts come from assemblies other than the toolkit's. Held by one process at a time; a process that ends in whatever way lets go of it.
/// </summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>Name of the file of the configuration.</summary>
    internal const string RunFile = "run.json";

    private const string MetricsFile = "metrics.jsonl", ChangesFile = "changes.jsonl", ThetaFile = "theta.safetensors", InitialThetaFile = "initial-theta.safetensors", AssembliesFile = "assemblies.json", LockFile = "lock";
    private readonly FileStream _lock;

    private RunFolder(string path, RunConfiguration configuration, FileStream held)
    {
        (Path, Configuration, _lock) = (path, configuration, held);
        Checkpoints = new CheckpointStore(path, configuration);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The resolved configuration: SIMD level, full paths and digests of the data included.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>The checkpoints.</summary>
    public CheckpointStore Checkpoints { get; }

    /// <summary>Where the metrics are.</summary>
    public string MetricsPath => System.IO.Path.Combine(Path, MetricsFile);

    /// <summary>Where changes of the configuration are recorded, once there are any.</summary>
    public string ChangesPath => System.IO.Path.Combine(Path, ChangesFile);

    /// <summary>Where the best theta is.</summary>
    public string ThetaPath => System.IO.Path.Combine(Path, ThetaFile);

    /// <summary>The theta that the run begins with; where its configuration names one, the folder's copy of it.</summary>
    /// <exception cref="VsmlException">The copy is not there, damaged, or not the theta on record.</exception>
    internal MetaParameters InitialTheta() => MetaTraining.InitialTheta.Of(Configuration, System.IO.Path.Combine(Path, InitialThetaFile));

    /// <summary>Makes the folder of a new run and writes run.json.</summary>
    /// <param name="path">A folder that is not there yet or holds no run.</param>
    /// <param name="configuration">
    /// The run; where it names no SIMD level, the machine's widest is filled in. Relative paths of data, from the current folder, become
    /// full ones, and digests tell the data from others. A theta that it begins with is copied.
    /// </param>
    /// <exception cref="VsmlException">The folder holds a run, cannot be written, or the machine lacks the SIMD level.</exception>
    public static RunFolder Create(string path, RunConfiguration configuration)
    {
        ConfigurationProblem.ThrowIfAny(configuration.Validate());
        PartPromises.CheckWritten(configuration, RunConfigurationJson.Format(configuration));
        var resolved = MetaTraining.InitialTheta.Record(RunData.Record(configuration with { Simd = Available(configuration.Simd ?? SimdLevels.Widest) }));
        var text = RunConfigurationJson.Format(resolved);
        CheckUnused(path);
        DurableFolder.Create(path);
        var held = Hold(path);
        try
        {
            // Once more, now that no other process can be starting a run here.
            CheckUnused(path);
            RemoveBeginning(path);
            if (resolved.InitialTheta is not null) MetaTraining.InitialTheta.Of(resolved).Save(System.IO.Path.Combine(path, InitialThetaFile));
            PartAssemblies.Of(resolved)?.Write(System.IO.Path.Combine(path, AssembliesFile));
            AtomicFile.WriteAllText(System.IO.Path.Combine(path, RunFile), text);
            return new RunFolder(path, resolved, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder of a run that was begun before.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="level">The SIMD level to go on at; null for the one that the run was begun at.</param>
    /// <exception cref="VsmlException">There is no run, run.json is wrong, or the run was begun at another SIMD level.</exception>
    public static RunFolder Open(string path, SimdLevel? level = null)
    {
        var file = System.IO.Path.Combine(path, RunFile);
        if (!Directory.Exists(path)) throw new VsmlException($"There is no folder '{path}' to resume.");
        if (!File.Exists(file)) throw new VsmlException($"'{path}' holds no run (no {RunFile}); start one there with --out.");
        // Held before it is read: another process may be going on with other iterations.
        var held = Hold(path);
        try
        {
            PartAssemblies.CheckLoaded(path, System.IO.Path.Combine(path, AssembliesFile));
            var configuration = RunConfigurationJson.Read(file);
            if (configuration.Simd is not { } recorded) throw new VsmlException($"{file}: simd: the field is missing; a run folder records its level.");
            if (level is { } other && other != recorded)
                throw new VsmlException($"The run in '{path}' was begun at SIMD level {recorded.Name()}; going on at {other.Name()} would change its results. Resume at {recorded.Name()}.");
            Available(recorded, $" The run in '{path}' was begun at it; resume on such a machine.");
            AtomicFile.RemoveLeftovers(path, IsOfTheRun);
            return new RunFolder(path, configuration, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the folder of a run to go on with another configuration: one with more iterations or stages at the end, other checkpoints,
    /// or data at another place.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="configuration">The run from now on; run.json has it when this returns. Without a SIMD level it keeps the run's.</param>
    /// <exception cref="VsmlException">
    /// As for <see cref="Open"/>, or the iterations done would have come out otherwise; the message names the field, and nothing has changed.
    /// </exception>
    public static RunFolder Continue(string path, RunConfiguration configuration)
    {
        ConfigurationProblem.ThrowIfAny(configuration.Validate());
        var folder = Open(path, configuration.Simd);
        try
        {
            var next = MetaTraining.InitialTheta.Record(RunData.Record(configuration with
            {
                Simd = folder.Configuration.Simd,
                Backend = configuration.Backend ?? folder.Configuration.Backend,
                Device = configuration.Device is { Name: null } nameless ? nameless with { Name = folder.Configuration.Device?.Name } : configuration.Device ?? folder.Configuration.Device,
            }));
            var done = folder.Checkpoints.LoadNewest(_ => { })?.Iteration ?? 0;
            if (Continuation.Changes(folder.Configuration, next, done).Count > 0)
            {
                // What the change is, is told from run.json and the newest checkpoint alone.
                folder.Checkpoints.Renew();
                AtomicFile.WriteAllText(System.IO.Path.Combine(path, RunFile), RunConfigurationJson.Format(next));
            }
            return new RunFolder(path, next, folder._lock);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The newest checkpoint that is whole; null if there is none. What has changed since in the configuration is recorded.</summary>
    /// <param name="warn">Told about damaged checkpoints, and about changes.</param>
    /// <exception cref="VsmlException">With the present configuration its iterations would have come out otherwise.</exception>
    internal TrainingState? LoadNewest(Action<string> warn)
    {
        IReadOnlyList<ConfigurationChange> changes = [];
        var state = Checkpoints.LoadNewest(warn, found => changes = found);
        if (state is null || changes.Count == 0) return state;
        ChangeLog.Append(ChangesPath, state.Iteration, changes);
        Checkpoints.Save(state);
        warn(FormattableString.Invariant($"From iteration {state.Iteration} on, {string.Join(", ", changes)}."));
        return state;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>A level that this machine has.</summary>
    /// <param name="level">The level.</param>
    /// <param name="hint">What to do where it does not have it.</param>
    /// <exception cref="VsmlException">It does not have it.</exception>
    internal static SimdLevel Available(SimdLevel level, string hint = "") =>
        level <= SimdLevels.Widest ? level
            : throw new VsmlException($"This machine does not have SIMD level {level.Name()}; its widest is {SimdLevels.Widest.Name()}.{hint}");

    private static void CheckUnused(string path)
    {
        if (!Directory.Exists(path)) return;
        if (FolderEntries.Names(path).FirstOrDefault(name => IsOfTheRun(name) && !IsOfTheBeginning(name)) is { } used)
            throw new VsmlException($"'{path}' holds a run already ({used}); continue it with --resume, or give another folder.");
    }

    // What a process left that ended before it had written run.json, and so had begun no run.
    private static void RemoveBeginning(string path)
    {
        AtomicFile.RemoveLeftovers(path, IsOfTheRun);
        foreach (var name in FolderEntries.Names(path).Where(IsOfTheBeginning)) FolderEntries.Remove(System.IO.Path.Combine(path, name));
    }

    private static bool IsOfTheBeginning(string name) => name is InitialThetaFile or AssembliesFile;

    // Written by nobody but the process that holds the folder.
    private static bool IsOfTheRun(string name) => name is RunFile or MetricsFile or ChangesFile or ThetaFile or InitialThetaFile or AssembliesFile || CheckpointStore.IsCheckpoint(name);

    // FileShare.None is an advisory lock of the operating system, gone with the process that held it.
    private static FileStream Hold(string path)
    {
        var file = System.IO.Path.Combine(path, LockFile);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new VsmlException($"Cannot write in '{path}': {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new VsmlException($"Cannot hold '{path}': another process trains there, or the folder cannot be written ({exception.Message})", exception);
        }
    }
}
