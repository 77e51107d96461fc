using System.Collections.Concurrent;
using Vsml.Data;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>The data that a run draws from: where they lie, and whether they are still the same.</summary>
internal static class RunData
{
    private static readonly RecordShape Shape = RecordShape.Of(typeof(RunConfiguration));
    private static readonly ConcurrentDictionary<string, (string Stamp, string Digest)> Digests = new(StringComparer.Ordinal);

    /// <summary>The run with full paths in the place of relative ones, and a digest of everything that it draws from.</summary>
    /// <param name="configuration">The run; paths are relative to the current folder.</param>
    /// <exception cref="VsmlException">Data are not there, or others than the run has digests of.</exception>
    public static RunConfiguration Record(RunConfiguration configuration)
    {
        Check(configuration);
        var located = Map(configuration, DatasetCatalogue.Locate);
        return located with { Data = [.. Names(located).Select(name => new DataDigest(name, Digest(name)))] };
    }

    /// <summary>Compares the data that are there with the digests that the run has of them.</summary>
    /// <param name="configuration">The run.</param>
    /// <exception cref="VsmlException">Data are not there, or are others.</exception>
    public static void Check(RunConfiguration configuration)
    {
        foreach (var name in Names(configuration))
        {
            if (DigestOf(configuration, name) is not { } recorded) continue;
            if (!DatasetCatalogue.IsNamed(name) && !Path.Exists(name))
                throw new VsmlException($"There is no '{name}', from which the run draws its data. Put the file back, or give its new place in a configuration to go on with (--config).");
            if (Digest(name) is var found && !found.Equals(recorded, StringComparison.OrdinalIgnoreCase))
                throw new VsmlException($"'{name}' does not hold the data that the run was begun with: the SHA-256 of its content is {found}, not {recorded}. Bring the data back, or begin a new run.");
        }
    }

    /// <summary>The run with data named by their digest where both runs have digests, so that it does not matter where they lie.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="other">The run to compare it with.</param>
    public static RunConfiguration Comparable(RunConfiguration configuration, RunConfiguration other)
    {
        var byDigest = configuration.Data.Count > 0 && other.Data.Count > 0;
        return Map(configuration, name => (byDigest ? DigestOf(configuration, name) : null) ?? DatasetCatalogue.Locate(name)) with { Data = [] };
    }

    private static string? DigestOf(RunConfiguration configuration, string name)
    {
        var located = DatasetCatalogue.Locate(name);
        return configuration.Data.FirstOrDefault(entry => entry.Name == located)?.Sha256;
    }

    // A file is hashed again only where its length or time has changed: a run asks several times before it begins.
    private static string Digest(string name)
    {
        var stamp = string.Join('\n', DatasetCatalogue.Files(name).Select(StampOf));
        var located = DatasetCatalogue.Locate(name);
        if (Digests.TryGetValue(located, out var known) && known.Stamp == stamp) return known.Digest;
        var digest = DatasetCatalogue.Digest(name);
        Digests[located] = (stamp, digest);
        return digest;
    }

    // Of the file itself, where the path is a link.
    private static string StampOf(string path)
    {
        using var file = InputFile.Open(path);
        return FormattableString.Invariant($"{file.Length} {File.GetLastWriteTimeUtc(file.SafeFileHandle).Ticks} {path}");
    }

    private static IEnumerable<string> Names(RunConfiguration configuration)
    {
        var names = new List<string>();
        Map(configuration, name =>
        {
            names.Add(name);
            return name;
        });
        return names.Distinct();
    }

    private static RunConfiguration Map(RunConfiguration configuration, Func<string, string> data) =>
        (RunConfiguration)Shape.Map(configuration, name => name.Length == 0 ? name : data(name));
}
