using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits what the runtime must know of the kernels: sizes, places in memory, and how theta is packed.</summary>
internal static class ShapeEmitter
{
    /// <summary>Writes the property.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Line("/// <inheritdoc/>");
        using (writer.Block("public override DeviceShape Shape { get; } = new DeviceShape", close: "};"))
        {
            writer.Line($"SubRnnQuads = StateQuads,");
            if (!plan.Precision.IsFloat32) writer.Line($"Precision = new DevicePrecision(Arithmetic.{plan.Precision.Arithmetic.ToString()}, StateStorage.{plan.Precision.StateStorage.ToString()}),");
            writer.Line($"StateQuads = {plan.StateQuads},");
            writer.Line($"ScratchQuads = {plan.ScratchQuads},");
            writer.Line($"GradientScratchQuads = {plan.GradientScratchQuads},");
            if (plan.SharesTheta) writer.Line($"SharedQuads = {plan.Theta.Quads},");
            writer.Line($"MostThreads = {IlgpuPlan.MostThreads},");
            writer.Line($"Sweeps = {plan.Sweeps},");
            using (writer.Block("Layers = new[]", close: "},"))
                foreach (var layer in plan.Layers)
                    writer.Line($"new DeviceLayer {{ LanesAreInputs = {layer.LanesAreInputs}, Lanes = {layer.Lanes}, PaddedLanes = {layer.PaddedLanes}, Loops = {layer.Loops}, PaddedLoops = {layer.PaddedLoops}, Hidden = {layer.Hidden}, Cell = {layer.Cell} }},");
            using (writer.Block("Turns = new[]", close: "},"))
                foreach (var turn in plan.Turns) WriteTurn(writer, plan, turn);
            if (plan.Precision.IsFloat32)
                using (writer.Block("AdjointTurns = new[]", close: "},"))
                    foreach (var turn in plan.AdjointTurns)
                        writer.Line($"new AdjointTurn {{ Items = {turn.Items}, SubRnns = {turn.SubRnns}, Hidden = {turn.Hidden}, Cells = {turn.Cells}, Gates = {turn.Gates}, LaneTerms = {turn.LaneTerms}, LoopTerms = {turn.LoopTerms}, LaneSums = {turn.LaneSums}, LoopSums = {turn.LoopSums}, HiddenGradients = {turn.HiddenGradients}, TickStates = {turn.TickStates}, StateGates = {turn.StateGates}, StateSums = {turn.StateSums} }},");
        }
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        LayoutEmitter.WritePacking(writer, "public override ThetaPacking Packing { get; } =", plan.Network, 4 * plan.Theta.GroupQuads, plan.Theta.GateMoves, plan.Theta.RowMoves);
        writer.Line();
    }

    private static void WriteTurn(SourceWriter writer, IlgpuPlan plan, DeviceTurn turn)
    {
        var (layer, scratch) = (turn.Layer, turn.Scratch);
        writer.Line($"// {turn.Plan.Sweep.ToString().ToLowerInvariant()} sweep, layer {turn.Plan.Layer.Index}: {turn.Plan.Layer.Spec.ToString()}, lanes are {(layer.LanesAreInputs ? "inputs" : "outputs")}");
        using var body = writer.Block("new Turn", close: "},");
        writer.Line($"IsConvolution = {Flag(turn.Plan.Layer.Geometry is not null)}, BeginsSweep = {Flag(turn.BeginsSweep)}, EndsPrediction = {Flag(turn.EndsPrediction)}, MicroTicks = {turn.Plan.MicroTicks},");
        writer.Line($"Hidden = {layer.Hidden}, Cell = {layer.Cell}, Lanes = {layer.Lanes}, PaddedLanes = {layer.PaddedLanes}, Loops = {layer.Loops}, PaddedLoops = {layer.PaddedLoops},");
        writer.Line($"Recurrent = {turn.Theta + plan.Theta.Recurrent}, Bias = {turn.Theta + plan.Theta.Bias},");
        WritePosition(writer, plan, turn);
        writer.Line($"LaneInput = Turn.{turn.LaneInput.ToString()},");
        writer.Line($"FromLanes = {Messages(turn.FromLanes)},");
        writer.Line($"FromLoops = {Messages(turn.FromLoops)},");
        writer.Line($"ToLanes = {Messages(turn.ToLanes)},");
        writer.Line($"ToLoops = {Messages(turn.ToLoops)},");
        if (turn.Plan.Layer.Geometry is { } conv)
            writer.Line($"Windows = new Windows {{ Height = {conv.Height}, Width = {conv.Width}, Channels = {conv.Channels}, OutputChannels = {conv.OutputChannels}, Kernel = {conv.Kernel}, Stride = {conv.Stride}, Border = {conv.Border}, Rows = {conv.Rows}, Columns = {conv.Columns} }},");
        writer.Line($"LoopGates = {scratch.LoopGates}, LaneGates = {scratch.LaneGates}, StateGates = {scratch.StateGates}, SentToLanes = {scratch.SentToLanes}, SentToLoops = {scratch.SentToLoops}, NewHidden = {scratch.NewHidden},");
    }

    private static void WritePosition(SourceWriter writer, IlgpuPlan plan, DeviceTurn turn)
    {
        if (turn.Plan.Layer.Positions is not { } position)
        {
            writer.Line("Position = new PositionSteps { Rows = -1 },");
            return;
        }
        var (lanes, loops) = turn.Layer.LanesAreInputs ? (position.Inputs.Number, position.Outputs.Number) : (position.Outputs.Number, position.Inputs.Number);
        writer.Line($"Position = new PositionSteps {{ Rows = {turn.Theta + plan.Theta.PositionRows}, LaneFeature = {Flag(!turn.Layer.LanesAreInputs)}, LaneStep = {Fraction(1, lanes)}, LoopStep = {Fraction(1, loops)}, Layer = {Fraction(position.Layer, position.Layers)} }},");
    }

    private static float Fraction(int index, int count) => count == 1 ? 0f : (float)index / (count - 1);

    private static string Messages(DeviceReceived messages)
    {
        CodeText text = $"new Received {{ Origin = Received.{messages.Origin.ToString()}, Offset = {messages.Offset}, Quads = {messages.Quads}, Rows = {messages.Rows} }}";
        return text.ToString();
    }

    private static string Messages(DeviceSent messages)
    {
        if (messages.Extent == DeviceExtent.Nothing) return "new Sent { Extent = Sent.Nothing }";
        CodeText text = $"new Sent {{ Extent = Sent.{messages.Extent.ToString()}, Offset = {messages.Offset}, Quads = {messages.Quads}, Factor = {messages.Factor}, Share = {messages.Share}, Weights = {messages.Messenger.Weights}, Bias = {messages.Messenger.Bias}, Scale = {messages.Messenger.Scale}, NormOffset = {messages.Messenger.Offset} }}";
        return text.ToString();
    }

    private static string Flag(bool value) => value ? "1" : "0";
}
