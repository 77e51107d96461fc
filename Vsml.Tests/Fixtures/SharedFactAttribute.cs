namespace Vsml.Tests.Fixtures;

/// <summary>A test of a file in the "shared" folder beside the repository; skipped, with the reason, where it is not there.</summary>
public sealed class SharedFactAttribute : FactAttribute
{
    /// <summary>Names the file or folder.</summary>
    /// <param name="parts">Path below "shared".</param>
    public SharedFactAttribute(params string[] parts) => Skip = RepositoryPaths.WhyNotInShared(parts);
}

/// <summary>A theory on a file in the "shared" folder beside the repository; skipped, with the reason, where it is not there.</summary>
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <summary>Names the file or folder.</summary>
    /// <param name="parts">Path below "shared".</param>
    public SharedTheoryAttribute(params string[] parts) => Skip = RepositoryPaths.WhyNotInShared(parts);
}
