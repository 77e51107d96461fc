using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Declaration;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Emits what the kernels of all SIMD levels share: sizes of memory, and how theta is packed, as data that the runtime follows.</summary>
internal static class LayoutEmitter
{
    /// <summary>Emits the file.</summary>
    /// <param name="model">A valid declaration.</param>
    /// <param name="plan">Its plan.</param>
    public static string Emit(ModelDeclaration model, CpuPlan plan)
    {
        var writer = new SourceWriter();
        using (KernelFile.Begin(writer, model, plan, "layout of memory, the same for all kernels"))
        using (writer.Block("internal static class Layout"))
        {
            WriteShape(writer, plan);
            writer.Line();
            WritePacking(writer, "public static readonly ThetaPacking Packing =", plan.Network, plan.Theta.GroupFloats, plan.Theta.GateMoves, plan.Theta.RowMoves);
        }
        return writer.ToString();
    }

    private static void WriteShape(SourceWriter writer, CpuPlan plan)
    {
        if (plan.Network.Architecture.HasFreeSizes)
        {
            WriteShapeOf(writer, plan);
            return;
        }
        writer.Line("public static readonly NetworkShape Shape = new(");
        using var arguments = writer.Indent();
        writer.Line($"[{string.Join(", ", plan.Layers.Select(layer => Storage(layer, plan)))}],");
        writer.Line($"BoundaryUnits: [{List(plan.Network.Boundaries.Select(boundary => boundary.Places.Number))}],");
        WriteChannels(writer, plan);
        writer.Line($"ScratchFloatsPerExample: {plan.ScratchFloatsPerExample}, ScratchFloats: {plan.ScratchFloats});");
    }

    private static void WriteChannels(SourceWriter writer, CpuPlan plan)
    {
        writer.Line($"ForwardChannels: [{List(plan.Network.Boundaries.Select(boundary => boundary.ForwardEntries))}],");
        writer.Line($"BackwardChannels: [{List(plan.Network.Boundaries.Select(boundary => boundary.BackwardEntries))}],");
    }

    private static void WriteShapeOf(SourceWriter writer, CpuPlan plan)
    {
        var layers = plan.Layers.GroupBy(layer => layer.Layer.Index).Select(ways => ways.First()).ToArray();
        writer.Line("/// <summary>The shape for given sizes at all boundaries.</summary>");
        using var body = writer.Block("public static NetworkShape ShapeOf(global::System.Collections.Generic.IReadOnlyList<int> sizes)");
        foreach (var boundary in plan.Network.Boundaries.Where(boundary => boundary.Places.IsFree))
            writer.Line($"var {boundary.Places} = sizes[{boundary.Index}];");
        writer.Line($"LayerStorage[] layers = [{string.Join(", ", layers.Select(layer => Storage(layer, plan)))}];");
        writer.Line("var perExample = 0;");
        foreach (var layer in layers)
        {
            var index = CodeText.Literal(layer.Layer.Index);
            var loops = layer.IsFree ? Extent.Named($"layers[{index}].Loops") : layer.Loops;
            writer.Line($"perExample = Math.Max(perExample, checked({plan.ScratchFloatsPerExampleOf(layer, loops)}));");
        }
        writer.Line("return new(");
        using var arguments = writer.Indent();
        writer.Line("layers,");
        writer.Line("BoundaryUnits: sizes,");
        WriteChannels(writer, plan);
        writer.Line($"ScratchFloatsPerExample: perExample, ScratchFloats: {plan.ScratchFloats});");
    }

    private static string Storage(CpuLayer layer, CpuPlan plan) => layer.IsFree
        ? $"LayerStorage.Dense({layer.Layer.Inputs}, {layer.Layer.Outputs}, {CodeText.Literal(plan.StateSize)})"
        : $"new LayerStorage(LaneAxis.{layer.Axis}, {List(Axes(layer.Layer).Append(plan.StateSize))})";

    private static int[] Axes(LayerPlan layer) => layer.Geometry is { } conv
        ? [checked(conv.Kernel * conv.Kernel * conv.Channels), conv.OutputChannels]
        : [layer.Inputs.Number, layer.Outputs.Number];

    /// <summary>Writes how theta is packed.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="member">What the packing is assigned to.</param>
    /// <param name="network">The network.</param>
    /// <param name="groupFloats">Floats of a packed group.</param>
    /// <param name="gates">How weights and biases of gates get to their places.</param>
    /// <param name="rows">How all others get there.</param>
    internal static void WritePacking(SourceWriter writer, string member, NetworkPlan network, int groupFloats, IEnumerable<GateMove> gates, IEnumerable<RowMove> rows)
    {
        writer.Line("// sigmoid(x) = 1 / (1 + 2^(-x log2 e)) and tanh(x) = (1 - 2^(-2 x log2 e)) / (1 + ...): the factors go into the weights of i, g, f and o.");
        writer.Line($"{member} new(");
        using var arguments = writer.Indent();
        writer.Line($"GroupStarts: [{List(network.Theta.Groups.Select(group => group.Offset))}], GroupFloats: {groupFloats}, StateSize: {network.Architecture.StateSize},");
        writer.Line($"GateFactors: Vector128.Create({List(CpuTheta.GateFactors)}), GateOffsets: Vector128.Create({List(CpuTheta.GateOffsets)}),");
        using (writer.Block("Gates:", open: "[", close: "],"))
            foreach (var move in gates)
                writer.Line($"new PackedGates(From: {move.From}, Rows: {move.Rows}, To: {move.To}, RowStep: {move.RowStep}, GateStep: {move.GateStep}, UnitStep: {move.UnitStep}{(move.AddsOffsets ? ", AddsOffsets: true" : "")}), // {move.Name}");
        using (writer.Block("Rows:", open: "[", close: "]);"))
            foreach (var move in rows)
                writer.Line($"new PackedRows(From: {move.From}, Rows: {move.Rows}, Columns: {move.Columns}, To: {move.To}, RowStep: {move.RowStep}{(move.IsCentred ? ", IsCentred: true" : "")}), // {move.Name}");
    }

    private static string List(IEnumerable<int> numbers) => string.Join(", ", numbers.Select(number => CodeText.Literal(number)));

    private static string List(IEnumerable<float> numbers) => string.Join(", ", numbers.Select(CodeText.Literal));
}
