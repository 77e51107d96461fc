namespace Vsml.Tests.Fixtures;

/// <summary>The golden cases: all of the shared folder beside the repository, or the small ones copied into it.</summary>
public static class GoldenFiles
{
    /// <summary>The folder that the cases are read from.</summary>
    public static string Folder { get; } = RepositoryPaths.InShared("golden") ?? RepositoryPaths.InRepository("Vsml.Tests", "Golden");

    /// <summary>Names of all cases, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } = NamesIn(Folder);

    /// <summary>Names of the published cases without convolutions.</summary>
    public static IReadOnlyList<string> PublishedDenseNames { get; } =
        [.. Names.Where(name => !name.StartsWith("conv", StringComparison.Ordinal) && !name.StartsWith("ext-", StringComparison.Ordinal))];

    /// <summary>All cases, as theory data.</summary>
    public static TheoryData<string> AllCases => [.. Names];

    /// <summary>The published cases without convolutions, as theory data.</summary>
    public static TheoryData<string> PublishedDenseCases => [.. PublishedDenseNames];

    /// <summary>Reads a case.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static GoldenCase Load(string name) => GoldenCase.Read(Folder, name);

    /// <summary>Names of the cases of a folder, in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> NamesIn(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => !name.EndsWith(".arch", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}
