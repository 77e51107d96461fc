using System.Globalization;
using System.Text.RegularExpressions;
using Vsml.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

/// <summary>The tables of data/tabular, which are for tests alone.</summary>
public class TabularFilesTests
{
    private static readonly string Folder = RepositoryPaths.InRepository("data", "tabular");

    [Fact]
    public void Every_table_is_read_as_its_README_says()
    {
        var rows = Regex.Matches(File.ReadAllText(Path.Combine(Folder, "README.md")), @"^\| `([^`]+)` \| ([\d,]+) \| (\d+) \| (\d+) \|", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups.Values.Skip(2).Select(group => int.Parse(group.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)).ToArray());
        rows.Keys.ShouldBe(Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Where(name => name.Contains(".csv", StringComparison.Ordinal)), ignoreOrder: true);
        foreach (var (file, sizes) in rows)
        {
            var table = DatasetCatalogue.Load(Path.Combine(Folder, file), DatasetSplit.All);
            new[] { table.Count, table.Height * table.Width * table.Channels, table.ClassCount }.ShouldBe(sizes, file);
        }
    }

    [Fact]
    public void No_configuration_of_the_repository_trains_on_them()
    {
        string[] configurations = [.. Directory.EnumerateDirectories(RepositoryPaths.Root, "Vsml.*")
            .SelectMany(project => Directory.EnumerateFiles(project, "*.json", SearchOption.AllDirectories))
            .Where(file => !Regex.IsMatch(file, @"[\\/](bin|obj)[\\/]")).Select(File.ReadAllText).Where(text => text.Contains("\"stages\"", StringComparison.Ordinal))];
        configurations.Length.ShouldBeGreaterThan(3);
        configurations.ShouldAllBe(text => !Regex.IsMatch(text, "vehicle|ionosphere|dna|pima"));
    }
}
