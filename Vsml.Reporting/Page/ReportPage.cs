using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vsml.Files;

namespace Vsml.Reporting;

/// <summary>A page that needs nothing but itself: text, tables, heat maps as SVG, and lines that uPlot draws.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Blocks">What it shows, from top to bottom.</param>
public sealed record ReportPage(string Title, IReadOnlyList<PageBlock> Blocks)
{
    // The default encoder writes <, > and & as escapes, so that no text can end the script.
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new SignificantDigits() },
    };

    /// <summary>Writes the page to a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteAllText(path, Format());

    /// <summary>The page as HTML.</summary>
    public string Format()
    {
        var charts = new List<LineChartBlock>();
        var body = new StringBuilder();
        foreach (var block in Blocks) Append(body, block, charts);
        // Parts that users name come last: their text is not looked through for places to fill.
        var page = Resource("page.html")
            .Replace("{{uPlot.css}}", Resource("uPlot/uPlot.min.css"))
            .Replace("{{page.css}}", Resource("page.css"))
            .Replace("{{uPlot.license}}", Resource("uPlot/LICENSE"))
            .Replace("{{uPlot.js}}", Resource("uPlot/uPlot.iife.min.js"))
            .Replace("{{page.js}}", Resource("page.js"))
            .Split("{{charts}}");
        var head = page[0].Split("{{body}}");
        var title = head[0].Replace("{{title}}", Html(Title));
        return title + body + head[1] + JsonSerializer.Serialize(charts, s_json) + page[1];
    }

    /// <summary>Text as HTML.</summary>
    internal static string Html(string text) => WebUtility.HtmlEncode(text);

    private static void Append(StringBuilder body, PageBlock block, List<LineChartBlock> charts)
    {
        switch (block)
        {
            case HeadingBlock heading:
                body.Append($"<h{heading.Level}>{Html(heading.Text)}</h{heading.Level}>\n");
                break;
            case ParagraphBlock paragraph:
                body.Append($"<p>{Html(paragraph.Text)}</p>\n");
                break;
            case WarningBlock warning:
                body.Append($"<p class=\"warning\" role=\"note\">{Html(warning.Text)}</p>\n");
                break;
            case DetailsBlock details:
                body.Append($"<details><summary>{Html(details.Summary)}</summary><pre>{Html(details.Text)}</pre></details>\n");
                break;
            case TableBlock table:
                AppendTable(body, table);
                break;
            case LineChartBlock chart:
                body.Append($"<figure><figcaption>{Html(chart.Title)}</figcaption><div class=\"chart\" data-chart=\"{charts.Count}\"></div></figure>\n");
                charts.Add(chart);
                break;
            case HeatMapBlock map:
                body.Append($"<figure><figcaption>{Html(map.Title)}</figcaption><div class=\"wide\">").Append(HeatMapSvg.Of(map)).Append("</div></figure>\n");
                break;
        }
    }

    private static void AppendTable(StringBuilder body, TableBlock table)
    {
        body.Append("<div class=\"wide\"><table><thead><tr>");
        foreach (var column in table.Columns) body.Append("<th>").Append(Html(column)).Append("</th>");
        body.Append("</tr></thead><tbody>\n");
        foreach (var row in table.Rows)
        {
            body.Append(row.IsEmphasised ? "<tr class=\"ours\">" : "<tr>");
            foreach (var cell in row.Cells) body.Append("<td>").Append(Html(cell)).Append("</td>");
            body.Append("</tr>\n");
        }
        body.Append("</tbody></table></div>\n");
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    /// <summary>Five digits are more than a screen can show, and make the page a third as large.</summary>
    private sealed class SignificantDigits : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (value == Math.Floor(value)) writer.WriteNumberValue(value);
            else writer.WriteRawValue(value.ToString("G5", System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
