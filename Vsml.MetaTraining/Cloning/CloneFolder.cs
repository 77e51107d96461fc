using System.Globalization;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>What a cloning run has come to: the whole of what later iterations depend on.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Values">What is trained.</param>
/// <param name="Optimizer">What the optimizer remembers.</param>
internal sealed record CloneState(int Iteration, float[] Values, OptimizerState Optimizer);

/// <summary>
/// The folder of a cloning run: run.json, checkpoints, metrics.jsonl and theta.safetensors. Held by one process at a time; a process
/// that ends in whatever way lets go of it.
/// </summary>
public sealed class CloneFolder : IDisposable
{
    private const string RunFile = "run.json", MetricsFile = "metrics.jsonl", ThetaFile = "theta.safetensors", LockFile = "lock";
    private const string Prefix = "checkpoint-", Suffix = ".safetensors", DigestKey = "sha256", OptimizerPrefix = "optimizer/";
    private readonly FileStream _lock;

    private CloneFolder(string path, CloneConfiguration configuration, FileStream held) => (Path, Configuration, _lock) = (path, configuration, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The run.</summary>
    public CloneConfiguration Configuration { get; }

    /// <summary>Where theta is.</summary>
    public string ThetaPath => System.IO.Path.Combine(Path, ThetaFile);

    internal string MetricsPath => System.IO.Path.Combine(Path, MetricsFile);

    /// <summary>Makes the folder of a new run and writes run.json.</summary>
    /// <param name="path">A folder that is not there yet or holds no run.</param>
    /// <param name="configuration">The run.</param>
    /// <exception cref="VsmlException">The folder holds a run, or cannot be written.</exception>
    public static CloneFolder Create(string path, CloneConfiguration configuration)
    {
        var text = CloneConfigurationJson.Format(configuration);
        DurableFolder.Create(path);
        var held = Hold(path);
        try
        {
            if (FolderEntries.Names(path).FirstOrDefault(name => name != LockFile) is { } used)
                throw new VsmlException($"'{path}' is not empty ({used}); continue a run that it holds with --resume, or give another folder.");
            AtomicFile.WriteAllText(System.IO.Path.Combine(path, RunFile), text);
            return new(path, configuration, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder of a run that was begun before.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="VsmlException">There is no such run, or another process holds it.</exception>
    public static CloneFolder Open(string path)
    {
        var file = System.IO.Path.Combine(path, RunFile);
        if (!File.Exists(file)) throw new VsmlException($"'{path}' holds no run (no {RunFile}); start one there with --out.");
        var held = Hold(path);
        try
        {
            var configuration = CloneConfigurationJson.Read(file);
            AtomicFile.RemoveLeftovers(path, name => name is RunFile or MetricsFile or ThetaFile || IterationOf(name) >= 0);
            return new(path, configuration, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>Writes a checkpoint, then removes those that are too many.</summary>
    internal void Save(CloneState state)
    {
        List<Tensor> tensors =
        [
            Tensor.Of("counters/iteration", [1], [(long)state.Iteration]),
            Tensor.Of("counters/optimizer_steps", [1], [state.Optimizer.Steps]),
            Tensor.Of("values", [state.Values.Length], state.Values),
            .. state.Optimizer.Moments.OrderBy(moment => moment.Key, StringComparer.Ordinal).Select(moment => Tensor.Of(OptimizerPrefix + moment.Key, [moment.Value.Length], moment.Value)),
        ];
        var ordered = SafetensorsFile.InFileOrder(tensors);
        SafetensorsFile.Write(PathOf(state.Iteration), ordered, new Dictionary<string, string> { [DigestKey] = Checkpoint.PayloadDigest(ordered) });
        foreach (var old in Iterations().Where(iteration => iteration <= state.Iteration).Skip(Configuration.Checkpoints.Kept)) FolderEntries.Remove(PathOf(old));
    }

    /// <summary>The newest checkpoint that is whole; null if there is none.</summary>
    /// <param name="warn">Told about every damaged one.</param>
    internal CloneState? LoadNewest(Action<string> warn)
    {
        foreach (var iteration in Iterations())
            try
            {
                var file = SafetensorsFile.Read(PathOf(iteration));
                if (file.Metadata.GetValueOrDefault(DigestKey) != Checkpoint.PayloadDigest(file.Tensors)) throw new VsmlException($"'{file.Path}': the SHA-256 of its data is not the one in its metadata.");
                var length = new SubRnnLayout(Configuration.StateSize).Length;
                var moments = file.Tensors.Where(tensor => tensor.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
                    .ToDictionary(tensor => tensor.Name[OptimizerPrefix.Length..], tensor => tensor.ToDoubles());
                if (file.Get("counters/iteration").ToInt64s()[0] != iteration) throw new VsmlException($"'{file.Path}' holds another iteration than its name says.");
                return new(iteration, file.GetSingles("values", length), new(file.Get("counters/optimizer_steps").ToInt64s()[0], moments));
            }
            catch (VsmlException damaged)
            {
                warn($"Damaged checkpoint: {damaged.Message} Going back to an older one.");
            }
        return null;
    }

    private string PathOf(int iteration) => System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{iteration}{Suffix}"));

    private List<int> Iterations() => [.. FolderEntries.Names(Path, Prefix + "*").Select(IterationOf).Where(iteration => iteration >= 0).OrderDescending()];

    private static int IterationOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan()[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var iteration) ? iteration : -1;

    // FileShare.None is an advisory lock of the operating system, gone with the process that held it.
    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot hold '{path}': another process works there, or the folder cannot be written ({exception.Message})", exception);
        }
    }
}
