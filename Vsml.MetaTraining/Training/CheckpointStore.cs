using System.Globalization;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>The checkpoints of a run folder: writes them, keeps the newest few, and finds the newest good one.</summary>
public sealed class CheckpointStore
{
    private const string Prefix = "checkpoint-", Suffix = ".safetensors";
    private readonly string _folder;
    private readonly RunConfiguration _configuration;

    /// <summary>Looks after the checkpoints of a folder.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="configuration">The run's configuration.</param>
    public CheckpointStore(string folder, RunConfiguration configuration) => (_folder, _configuration) = (folder, configuration);

    /// <summary>Writes a checkpoint, then removes those that are too many.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="VsmlException">The file cannot be written, or one that is too many cannot be removed.</exception>
    public void Save(TrainingState state)
    {
        Checkpoint.Write(PathOf(state.Iteration), state, _configuration);
        // Later ones are damaged, else the run would have gone on from there; they do not count.
        foreach (var old in Iterations().Where(iteration => iteration <= state.Iteration).Skip(_configuration.Checkpoints.Kept))
            FolderEntries.Remove(PathOf(old));
    }

    /// <summary>The newest checkpoint that is whole; null if there is none.</summary>
    /// <param name="warn">Told about every damaged one.</param>
    /// <param name="changed">Told what has changed in the configuration since it was written, if anything has.</param>
    /// <exception cref="VsmlException">The folder cannot be read, or with the present configuration its iterations would have come out otherwise.</exception>
    public TrainingState? LoadNewest(Action<string> warn, Action<IReadOnlyList<ConfigurationChange>>? changed = null)
    {
        foreach (var iteration in Iterations())
            try
            {
                IReadOnlyList<ConfigurationChange> changes = [];
                var state = Checkpoint.Read(PathOf(iteration), _configuration, found => changes = found);
                if (state.Iteration == iteration)
                {
                    if (changes.Count > 0) changed?.Invoke(changes);
                    return state;
                }
                warn($"'{PathOf(iteration)}' holds iteration {state.Iteration}, not what its name says; going back to an older checkpoint.");
            }
            catch (CheckpointDamagedException damaged)
            {
                warn($"Damaged checkpoint: {damaged.Message} Going back to an older one.");
            }
        return null;
    }

    /// <summary>Writes every good checkpoint of the first form anew, so that each holds the configuration that it was written under.</summary>
    /// <exception cref="VsmlException">One belongs to a run of another configuration, or cannot be written.</exception>
    internal void Renew()
    {
        foreach (var path in Iterations().Select(PathOf))
            try
            {
                var state = Checkpoint.Read(path, _configuration);
                if (!Checkpoint.HoldsConfiguration(path)) Checkpoint.Write(path, state, _configuration);
            }
            catch (CheckpointDamagedException)
            {
                // Stays for whoever loads the newest to tell.
            }
    }

    /// <summary>Path of the checkpoint of an iteration.</summary>
    /// <param name="iteration">Meta-iterations done.</param>
    public string PathOf(int iteration) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{iteration}{Suffix}"));

    /// <summary>Whether a file name is that of a checkpoint.</summary>
    /// <param name="name">The name without folder.</param>
    public static bool IsCheckpoint(string name) => IterationOf(name) >= 0;

    /// <summary>Iterations of all checkpoints, newest first.</summary>
    /// <exception cref="VsmlException">The folder is not there, or cannot be read.</exception>
    public IReadOnlyList<int> Iterations() => [.. FolderEntries.Names(_folder, Prefix + "*").Select(IterationOf).Where(iteration => iteration >= 0).OrderDescending()];

    private static int IterationOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Prefix.Length + Suffix.Length
        && int.TryParse(name.AsSpan()[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var iteration) ? iteration : -1;
}
