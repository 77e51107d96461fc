using System.Globalization;
using Spectre.Console;

namespace Vsml.Tool.Commands;

/// <summary>A network's sizes: a table for people, plain lines on standard error otherwise.</summary>
internal static class SizesReport
{
    /// <summary>Prints the sizes.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="context">Where to print.</param>
    public static void Print(Architecture architecture, ToolContext context)
    {
        if (context.IsInteractive) PrintTable(architecture, context.Output);
        else
            foreach (var (what, size) in Sizes(architecture)) context.Error.WriteLine($"{what}: {size}");
    }

    private static IEnumerable<(string What, string Size)> Sizes(Architecture architecture)
    {
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            var layer = architecture.Layers[l];
            var isFree = layer.GivenInputs is null || layer.GivenOutputs is null;
            yield return (Text($"layer {l}"), Text($"{layer}, {(isFree ? "" : Count(layer.SubRnnCount) + " sub-RNNs, ")}{architecture.Schedule.MicroTicksOf(l)} micro ticks"));
        }
        if (architecture.HasFreeSizes) yield return ("free sizes", string.Join(", ", FreeSizes.NamesOf(architecture)));
        else
        {
            yield return ("sub-RNNs", Count(architecture.SubRnnCount));
            yield return ("state (V_L)", $"{Count(architecture.StateFloats)} floats, {Bytes(architecture.StateFloats * sizeof(float))}");
        }
        var layout = ParameterLayout.Of(architecture);
        foreach (var group in layout.Groups)
            yield return ($"theta/{group}", Count(layout.Tensors.Where(tensor => tensor.Name.StartsWith($"theta/{group}/", StringComparison.Ordinal)).Sum(tensor => tensor.Length)) + " meta-parameters");
        yield return ("meta-parameters (V_M)", Count(layout.Count));
    }

    private static void PrintTable(Architecture architecture, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var table = new Table().AddColumn("").AddColumn("size").Border(TableBorder.Rounded).HideHeaders();
        foreach (var (what, size) in Sizes(architecture)) table.AddRow(Markup.Escape(what), Markup.Escape(size));
        console.Write(table);
    }

    private static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes < 1 << 20 ? Text($"{bytes / 1024.0:0.#} KiB") : Text($"{bytes / (1024.0 * 1024.0):0.#} MiB");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
