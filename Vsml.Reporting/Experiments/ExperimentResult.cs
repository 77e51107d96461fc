using System.Text.Json;
using System.Text.Json.Serialization;
using Vsml.Files;

namespace Vsml.Reporting;

/// <summary>What an experiment found, as its file <c>experiment.json</c> has it: a chapter of a page.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Command">The command that makes it again.</param>
/// <param name="Blocks">Text, tables, charts and heat maps.</param>
public sealed record ExperimentResult(
    [property: JsonRequired] string Title, [property: JsonRequired] string Command, [property: JsonRequired] IReadOnlyList<PageBlock> Blocks)
{
    /// <summary>Name of the file in the experiment's folder.</summary>
    public const string FileName = "experiment.json";

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="folder">The experiment's folder.</param>
    /// <exception cref="VsmlException">It cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_options) + "\n");

    /// <summary>Reads the file of a folder.</summary>
    /// <param name="folder">The experiment's folder.</param>
    /// <exception cref="VsmlException">It cannot be read, or has another form.</exception>
    public static ExperimentResult Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var result = StrictJson.Parse(StrictJson.ReadText(path), path, root => root.Deserialize<ExperimentResult>(s_options) ?? throw StrictJson.Error(path, "", "it must be an object, not null."));
        for (var i = 0; i < result.Blocks.Count; i++)
            if (Problem(result.Blocks[i]) is { } problem) throw StrictJson.Error(path, FormattableString.Invariant($"blocks[{i}]"), problem);
        return result;
    }

    private static string? Problem(PageBlock? block) => block switch
    {
        null => "it must be an object, not null.",
        HeadingBlock heading when heading.Level is < 2 or > 3 => "the level of a heading is 2 or 3.",
        TableBlock table when table.Rows.Any(row => row?.Cells.Count != table.Columns.Count) => "a row has another number of cells than there are columns.",
        HeatMapBlock map when map.Values.Count != map.Rows.Count || map.Values.Any(row => row?.Count != map.Columns.Count) => "there must be a value, or null, for every row and column.",
        LineChartBlock chart when chart.Lines.Count == 0 => "a chart needs a line.",
        LineChartBlock chart when chart.Lines.Any(line => line is null || new[] { line.Y.Count, line.Low?.Count, line.High?.Count }.Any(count => count is { } n && n != line.X.Count)) => "the lists of a line differ in length.",
        _ => null,
    };

    /// <summary>The chapter.</summary>
    internal IEnumerable<PageBlock> Chapter() => [new HeadingBlock(Title), .. Blocks, new DetailsBlock("How to run it again", Command)];
}
