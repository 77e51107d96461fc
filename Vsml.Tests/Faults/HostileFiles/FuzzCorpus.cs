using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Faults.HostileFiles;

/// <summary>Small files for every reader: good ones to begin with, and such as were once not refused as they should be.</summary>
internal static class FuzzCorpus
{
    /// <summary>The folder of a reader's files.</summary>
    public static string FolderOf(string reader) => RepositoryPaths.InRepository("Vsml.Tests", "Faults", "Corpus", reader);

    /// <summary>The content of a reader's files, by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Of(string reader) =>
        Directory.EnumerateFiles(FolderOf(reader)).Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
}
