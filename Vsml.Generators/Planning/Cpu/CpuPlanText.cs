using System.Globalization;
using System.Linq;
using System.Text;

namespace Vsml.Generators.Planning;

/// <summary>Prints how CPUs store a network.</summary>
internal static class CpuPlanText
{
    /// <summary>The text, with LF line ends.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(CpuPlan plan)
    {
        var text = new StringBuilder();
        Line(0, $"CPU: blocks of {Blocks.Lanes} lanes");
        foreach (var layer in plan.Layers) Line(1, $"layer {layer.Layer.Index}: {Layer(layer)}");
        Line(1, $"scratch space: {plan.ScratchFloats} floats, {plan.ScratchFloatsPerExample} more for each example of a batch");
        WriteTheta(plan.Theta);
        return text.ToString();

        void Line(int depth, System.FormattableString line) => text.Append(' ', 2 * depth).Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void WriteTheta(CpuTheta theta)
        {
            Line(1, $"packed theta: groups of {theta.GroupFloats} floats, gates times {Numbers(CpuTheta.GateFactors)}, biases plus {Numbers(CpuTheta.GateOffsets)}");
            foreach (var move in theta.GateMoves)
                Line(2, $"{move.Name}: {move.From} [{move.Rows}, 4, {plan.StateSize}] to {move.To}, steps {move.RowStep} {move.GateStep} {move.UnitStep}{(move.AddsOffsets ? ", offsets added" : "")}");
            foreach (var move in theta.RowMoves)
                Line(2, $"{move.Name}: {move.From} [{move.Rows}, {move.Columns}] to {move.To}, step {move.RowStep}{(move.IsCentred ? ", less its mean" : "")}");
        }
    }

    private static string Numbers(EquatableArray<float> numbers) => string.Join(" ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Layer(CpuLayer layer) => layer.Axis == LaneAxis.Entries
        ? "lanes over state entries"
        : System.FormattableString.Invariant($"lanes over {(layer.Axis == LaneAxis.Inputs ? "inputs" : "outputs")}, {layer.BlockCount} blocks (the last of {layer.LastLanes} lanes) x {layer.Loops} places");
}
