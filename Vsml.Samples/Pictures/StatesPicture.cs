namespace Vsml.Samples.Pictures;

/// <summary>One entry of c of every sub-RNN over an episode: what the network learns while it runs. The entry is the one in which outputs differ most.</summary>
internal static class StatesPicture
{
    private const int Inputs = 6, Classes = 3, Examples = 60, CellWidth = 11, CellHeight = 11, Left = 96, Top = 150, Gap = 12;

    /// <summary>The drawing.</summary>
    public static string Draw()
    {
        var episode = new ObservedEpisode(Inputs, Classes);
        var (probabilities, shown, cells) = (new double[Examples], new int[Examples], new double[Examples][]);
        for (var t = 0; t < Examples; t++)
        {
            probabilities[t] = episode.Step();
            (shown[t], cells[t]) = (episode.Class, episode.Network.Cells(0).ToArray());
        }
        var n = episode.Network.Architecture.StateSize;
        var entry = Enumerable.Range(0, n).MaxBy(i => cells.Sum(all => Enumerable.Range(0, Inputs).Sum(a => Spread([.. Enumerable.Range(0, Classes).Select(b => all[(a * Classes + b) * n + i])]))));
        var drawing = new Drawing(Left + Examples * CellWidth + 20, Top + Classes * (Inputs * CellHeight + Gap) + 40, "States of all sub-RNNs of a layer over an episode");
        drawing.Text(20, 28, $"Entry {entry} of c of all {Inputs * Classes} sub-RNNs of a layer, after each of {Examples} examples", size: 16);
        DrawExamples(drawing, shown, probabilities);
        var most = cells.Max(all => all.Where((_, at) => at % n == entry).Max(Math.Abs));
        for (var b = 0; b < Classes; b++)
        {
            var y = Top + b * (Inputs * CellHeight + Gap);
            drawing.Text(Left - 8, y + Inputs * CellHeight / 2 + 5, $"output {b}", "end");
            for (var a = 0; a < Inputs; a++)
                for (var t = 0; t < Examples; t++)
                    drawing.Box(Left + t * CellWidth, y + a * CellHeight, CellWidth, CellHeight, Drawing.Colour(cells[t][(a * Classes + b) * n + entry] / most));
        }
        drawing.Text(Left, Top + Classes * (Inputs * CellHeight + Gap) + 14,
            FormattableString.Invariant($"A row is a sub-RNN: one for each of {Inputs} inputs and {Classes} outputs. White is 0, full blue {-most:0.0}, full orange {most:0.0}."), colour: Drawing.Quiet, size: 13);
        return drawing.ToString();
    }

    private static void DrawExamples(Drawing drawing, int[] shown, double[] probabilities)
    {
        const int Height = 40;
        drawing.Text(Left - 8, 66, "probability of", "end", size: 12);
        drawing.Text(Left - 8, 82, "the right class", "end", size: 12);
        drawing.Text(Left - 8, 118, "class shown", "end", size: 12);
        for (var t = 0; t < Examples; t++)
        {
            var height = (int)Math.Round(Height * probabilities[t]);
            drawing.Box(Left + t * CellWidth, 50, CellWidth - 1, Height, "#eee");
            drawing.Box(Left + t * CellWidth, 50 + Height - height, CellWidth - 1, height, Drawing.Forward);
            drawing.Text(Left + t * CellWidth + CellWidth / 2, 118, $"{shown[t]}", "middle", size: 11);
        }
    }

    private static double Spread(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }
}
