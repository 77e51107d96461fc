namespace Vsml.Tests.Fixtures;

/// <summary>Where files of the repository, and those beside it, lie while tests run.</summary>
public static class RepositoryPaths
{
    /// <summary>The repository's root: the nearest folder above the tests that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder of the repository.</summary>
    /// <param name="parts">Path below the root.</param>
    public static string InRepository(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A file or folder of the "shared" folder beside the repository, or null where there is none.</summary>
    /// <param name="parts">Path below "shared".</param>
    public static string? InShared(params string[] parts)
    {
        var path = Path.Combine([Root, "..", "shared", .. parts]);
        return Path.Exists(path) ? Path.GetFullPath(path) : null;
    }

    /// <summary>Why a test of a file in the "shared" folder cannot run; null where the file is there.</summary>
    /// <param name="parts">Path below "shared".</param>
    public static string? WhyNotInShared(params string[] parts) =>
        InShared(parts) is null ? $"There is no shared/{string.Join('/', parts)} beside the repository." : null;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Vsml.Gen.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"There is no Vsml.Gen.sln above {AppContext.BaseDirectory}.");
    }
}
