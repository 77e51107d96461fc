using System.Globalization;
using System.Net;
using System.Text;

namespace Vsml.Samples.Pictures;

/// <summary>An SVG that is written shape by shape: places in whole pixels from the top left, a white ground.</summary>
internal sealed class Drawing
{
    /// <summary>What flows forward.</summary>
    public const string Forward = "#265494";

    /// <summary>What flows back.</summary>
    public const string Backward = "#d66026";

    /// <summary>What is said beside.</summary>
    public const string Quiet = "#666";

    private readonly StringBuilder _svg = new();

    /// <summary>Begins a drawing.</summary>
    public Drawing(int width, int height, string title)
    {
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"14\" fill=\"#333\">");
        Add($"<title>{WebUtility.HtmlEncode(title)}</title>");
        Add($"<defs>{Head("f", Forward)}{Head("b", Backward)}</defs>");
        Add($"<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    }

    /// <summary>Writes words.</summary>
    public void Text(int x, int y, string words, string anchor = "start", string colour = "#333", int size = 14) =>
        Add($"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"{size}\">{WebUtility.HtmlEncode(words)}</text>");

    /// <summary>Draws a box.</summary>
    public void Box(int x, int y, int width, int height, string fill, string line = "none", int round = 0) =>
        Add($"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{line}\"/>");

    /// <summary>Draws an arrow in the colour of what flows along it.</summary>
    public void Arrow(int x1, int y1, int x2, int y2, bool isBackward) =>
        Add($"<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{(isBackward ? Backward : Forward)}\" stroke-width=\"2\" marker-end=\"url(#{(isBackward ? "b" : "f")})\"/>");

    /// <summary>Draws values side by side as cells, from blue for negative ones through white to orange.</summary>
    /// <param name="x">Left.</param>
    /// <param name="y">Top.</param>
    /// <param name="cell">Width and height of a cell.</param>
    /// <param name="values">The values.</param>
    /// <param name="columns">Cells in a row.</param>
    /// <param name="most">The size that has the full colour.</param>
    public void Cells(int x, int y, int cell, IReadOnlyList<double> values, int columns, double most)
    {
        for (var i = 0; i < values.Count; i++) Box(x + i % columns * cell, y + i / columns * cell, cell, cell, Colour(values[i] / most), "#ccc");
    }

    /// <summary>The colour of a share from -1 to 1.</summary>
    public static string Colour(double share)
    {
        var (r, g, b) = share < 0 ? (0, 114, 178) : (213, 94, 0);
        var size = Math.Min(1, Math.Abs(share));
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(r):x2}{Mix(g):x2}{Mix(b):x2}");

        int Mix(int full) => (int)Math.Round(255 + (full - 255) * size);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_svg}</svg>\n";

    private static string Head(string name, string colour) =>
        $"<marker id=\"{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"{colour}\"/></marker>";

    private void Add(FormattableString shape) => _svg.Append(shape.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
