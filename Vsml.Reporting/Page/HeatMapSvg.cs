using System.Globalization;
using System.Text;

namespace Vsml.Reporting;

/// <summary>Draws a heat map as SVG, in the colours of cividis, which look alike to those who do not tell red from green.</summary>
internal static class HeatMapSvg
{
    private const int CellWidth = 72, CellHeight = 32, FineCell = 8, MostNumbers = 400, LetterWidth = 8;

    // Six colours evenly along cividis (Nunez, Anderton, Renslow, 2018).
    private static readonly (int R, int G, int B)[] s_colours = [(0, 34, 78), (49, 68, 107), (102, 105, 112), (149, 143, 120), (203, 186, 105), (254, 232, 56)];

    /// <summary>The drawing.</summary>
    public static string Of(HeatMapBlock map)
    {
        var hasNumbers = map.Rows.Count * map.Columns.Count <= MostNumbers;
        var (width, height) = hasNumbers ? (CellWidth, CellHeight) : (FineCell, FineCell);
        var left = LetterWidth * map.Rows.Append("").Max(name => name.Length) + 12;
        // Names of columns that do not fit above their cells stand upright.
        var longest = map.Columns.Append("").Max(name => name.Length) * LetterWidth;
        var upright = longest > width;
        var top = (upright ? longest : 20) + 8 + (map.ColumnAxis.Length > 0 ? 20 : 0);
        var all = map.Values.SelectMany(row => row).OfType<double>().ToList();
        var (least, greatest) = (map.Least ?? (all.Count > 0 ? all.Min() : 0), map.Greatest ?? (all.Count > 0 ? all.Max() : 1));

        var svg = new StringBuilder();
        var (fullWidth, fullHeight) = (left + width * map.Columns.Count + 4, top + height * map.Rows.Count + 4);
        svg.Append(Text($"<svg class=\"heat\" role=\"img\" aria-label=\"{ReportPage.Html(map.Title)}\" width=\"{fullWidth}\" height=\"{fullHeight}\" viewBox=\"0 0 {fullWidth} {fullHeight}\" xmlns=\"http://www.w3.org/2000/svg\">"));
        if (map.ColumnAxis.Length > 0) svg.Append(Text($"<text x=\"{left}\" y=\"14\">{ReportPage.Html(map.ColumnAxis)}</text>"));
        if (map.RowAxis.Length > 0) svg.Append(Text($"<text x=\"{left - 8}\" y=\"{top - 8}\" text-anchor=\"end\">{ReportPage.Html(map.RowAxis)}</text>"));
        for (var c = 0; c < map.Columns.Count; c++)
        {
            var x = left + width * c + width / 2;
            svg.Append(upright
                ? Text($"<text transform=\"translate({x + 4} {top - 6}) rotate(-90)\">{ReportPage.Html(map.Columns[c])}</text>")
                : Text($"<text x=\"{x}\" y=\"{top - 8}\" text-anchor=\"middle\">{ReportPage.Html(map.Columns[c])}</text>"));
        }
        for (var r = 0; r < map.Rows.Count; r++)
        {
            var y = top + height * r;
            svg.Append(Text($"<text x=\"{left - 8}\" y=\"{y + height / 2 + 5}\" text-anchor=\"end\">{ReportPage.Html(map.Rows[r])}</text>"));
            for (var c = 0; c < map.Columns.Count; c++)
                if (map.Values[r][c] is { } value) AppendCell(svg, map, r, c, value, (left + width * c, y, width, height), Share(value, least, greatest), hasNumbers);
        }
        return svg.Append("</svg>").ToString();
    }

    private static void AppendCell(StringBuilder svg, HeatMapBlock map, int row, int column, double value, (int X, int Y, int Width, int Height) place, double share, bool hasNumbers)
    {
        var (r, g, b) = Colour(share);
        var shown = map.IsShare ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + " %" : value.ToString("G4", CultureInfo.InvariantCulture);
        svg.Append(Text($"<g><title>{ReportPage.Html($"{map.Rows[row]}, {map.Columns[column]}: {shown}")}</title><rect x=\"{place.X}\" y=\"{place.Y}\" width=\"{place.Width}\" height=\"{place.Height}\" fill=\"rgb({r},{g},{b})\"/>"));
        if (hasNumbers) svg.Append(Text($"<text x=\"{place.X + place.Width / 2}\" y=\"{place.Y + place.Height / 2 + 5}\" text-anchor=\"middle\" style=\"fill:{(share > .55 ? "#000" : "#fff")}\">{shown}</text>"));
        svg.Append("</g>");
    }

    private static double Share(double value, double least, double greatest) =>
        greatest > least ? Math.Clamp((value - least) / (greatest - least), 0, 1) : .5;

    private static (int R, int G, int B) Colour(double share)
    {
        var place = share * (s_colours.Length - 1);
        var below = Math.Min((int)place, s_colours.Length - 2);
        var (from, to, part) = (s_colours[below], s_colours[below + 1], place - below);
        return (Mix(from.R, to.R), Mix(from.G, to.G), Mix(from.B, to.B));

        int Mix(int a, int b) => (int)Math.Round(a + (b - a) * part);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
