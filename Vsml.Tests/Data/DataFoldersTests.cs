using Vsml.Data;

namespace Vsml.Tests.Data;

public class DataFoldersTests
{
    [Theory]
    [InlineData("/chosen", "/xdg", "/home/me", "/chosen")]
    [InlineData("", "/xdg", "/home/me", "/xdg/vsml")]
    [InlineData(null, "relative", "/home/me", "/home/me/.cache/vsml")]
    [InlineData(null, null, "/home/me", "/home/me/.cache/vsml")]
    [InlineData(null, "relative", "", null)]
    public void TheCacheIsWhereTheEnvironmentSaysAndNeverInTheCurrentFolder(string? variable, string? xdg, string home, string? expected)
    {
        var found = DataFolders.CacheOf(name => name == DataFolders.Variable ? variable : name == "XDG_CACHE_HOME" ? xdg : null, home);
        found.ShouldBe(expected);
    }
}
