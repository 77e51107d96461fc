using System.Globalization;
using System.Text;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Text, tables and matrices of a chapter as Markdown; lines are for the page.</summary>
internal static class Markdown
{
    /// <summary>The chapter.</summary>
    public static string Of(string title, IReadOnlyList<PageBlock> blocks)
    {
        var text = new StringBuilder($"# {title}\n");
        foreach (var block in blocks)
            switch (block)
            {
                case HeadingBlock heading: text.Append($"\n{new string('#', heading.Level)} {heading.Text}\n"); break;
                case ParagraphBlock paragraph: text.Append($"\n{paragraph.Text}\n"); break;
                case WarningBlock warning: text.Append($"\n**{warning.Text}**\n"); break;
                case TableBlock table: Append(text, table.Columns, table.Rows.Select(row => row.Cells)); break;
                case HeatMapBlock map:
                    text.Append($"\n{map.Title}:\n");
                    Append(text, ["", .. map.Columns], map.Rows.Select((row, r) => (IReadOnlyList<string>)[row, .. map.Values[r].Select(value => Number(value, map.IsShare))]));
                    break;
            }
        return text.ToString();
    }

    private static void Append(StringBuilder text, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        text.Append($"\n| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => " --- |"))}\n");
        foreach (var row in rows) text.Append($"| {string.Join(" | ", row)} |\n");
    }

    private static string Number(double? value, bool isShare) =>
        value?.ToString(isShare ? "0.000" : "G3", CultureInfo.InvariantCulture) ?? "";
}
