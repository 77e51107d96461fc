using System.Globalization;
using Spectre.Console;

namespace Vsml.Tool.Commands;

/// <summary>A network's sizes: a table for people, plain lines on standard error otherwise.</summary>
internal static class SizesReport
{
    /// <summary>Prints the sizes.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="precision">How exactly kernels for ILGPU compute.</param>
    /// <param name="context">Where to print.</param>
    public static void Print(Architecture architecture, DevicePrecision precision, ToolContext context)
    {
        if (context.IsInteractive) PrintTable(architecture, precision, context.Output);
        else
            foreach (var (what, size) in Sizes(architecture, precision)) context.Error.WriteLine($"{what}: {size}");
    }

    private static IEnumerable<(string What, string Size)> Sizes(Architecture architecture, DevicePrecision precision)
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
        if (!precision.IsFloat32) yield return ("kernels for ILGPU", precision.ToString());
    }

    private static void PrintTable(Architecture architecture, DevicePrecision precision, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var table = new Table().AddColumn("").AddColumn("size").Border(TableBorder.Rounded).HideHeaders();
        foreach (var (what, size) in Sizes(architecture, precision)) table.AddRow(Markup.Escape(what), Markup.Escape(size));
        console.Write(table);
    }

    private static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes < 1 << 20 ? Text($"{bytes / 1024.0:0.#} KiB") : Text($"{bytes / (1024.0 * 1024.0):0.#} MiB");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
