namespace Vsml.Data;

/// <summary>Folders in which data sets are looked for.</summary>
public static class DataFolders
{
    /// <summary>Environment variable that moves the cache folder.</summary>
    public const string Variable = "VSML_DATA";

    /// <summary>
    /// Where downloads go: the folder named by <c>VSML_DATA</c>, or <c>vsml</c> under <c>XDG_CACHE_HOME</c>, or under the user's
    /// cache folder of the platform (<c>~/.cache</c>).
    /// </summary>
    /// <exception cref="VsmlException">Nothing names a folder, and the user has no home.</exception>
    public static string Cache => CacheOrNull ?? throw new VsmlException($"There is no home folder to keep data sets in; set {Variable} to a folder for them.");

    private static string? CacheOrNull => CacheOf(Environment.GetEnvironmentVariable, Environment.GetFolderPath(
        OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile));

    /// <summary>The cache folder of a user.</summary>
    /// <param name="variable">Gives an environment variable by its name.</param>
    /// <param name="home">The user's folder, empty if it does not exist.</param>
    internal static string? CacheOf(Func<string, string?> variable, string home)
    {
        if (variable(Variable) is { Length: > 0 } chosen) return Path.GetFullPath(chosen);
        // The XDG specification asks to ignore a relative path.
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)) return Path.Combine(xdg, "vsml");
        if (home.Length == 0) return null;
        return OperatingSystem.IsWindows() ? Path.Combine(home, "vsml", "cache") : Path.Combine(home, ".cache", "vsml");
    }

    /// <summary>Folders of installed packages that may hold a downloadable set, most trusted first; then the cache folder.</summary>
    /// <param name="name">The data set's name.</param>
    internal static IEnumerable<string> Candidates(string name)
    {
        if (name == FashionMnist.Name) yield return FashionMnist.InstalledFolder;
        if (CacheOrNull is { } cache) yield return Path.Combine(cache, name);
    }
}
