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
    public static string Cache
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen) return chosen;
            // The XDG specification asks to ignore a relative path.
            if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)) return Path.Combine(xdg, "vsml");
            return OperatingSystem.IsWindows()
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "vsml", "cache")
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "vsml");
        }
    }

    /// <summary>Folders of installed packages that may hold a downloadable set, most trusted first; then the cache folder.</summary>
    /// <param name="name">The data set's name.</param>
    internal static IEnumerable<string> Candidates(string name)
    {
        if (name == FashionMnist.Name) yield return FashionMnist.InstalledFolder;
        yield return Path.Combine(Cache, name);
    }
}
