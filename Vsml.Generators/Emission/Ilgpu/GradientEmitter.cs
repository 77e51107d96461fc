using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits the kernel that goes back through examples of an episode, and through each turn of an example.</summary>
internal static class GradientEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        var hasConvolution = plan.Turns.Any(turn => turn.Plan.Layer.Geometry is not null);
        writer.Line(
            """

            /// <inheritdoc/>
            public override Action<GradientMemory> Gradient => RunBack;

            /// <summary>Goes back through examples of the group's episode, the last one first.</summary>
            """);
        writer.Line("internal static void RunBack(GradientMemory memory)");
        using (writer.Body())
        {
            writer.Line("var worker = Worker.Here();");
            EpisodeEmitter.WriteTheta(writer, plan, "memory.Episode");
            using (writer.Block("for (var t = memory.Episode.First + memory.Episode.Count - 1; t >= memory.Episode.First; t--)"))
            {
                writer.Line("for (var e = 0; e < memory.Episode.Batch; e++) ReverseExample(worker, memory, theta, t, e);");
                if (plan.Network.MergedEntries > 0)
                {
                    writer.Line("// A mean over the batch is its own adjoint.");
                    using (writer.Block("if (memory.Episode.Batch > 1)"))
                        writer.Line(
                            $"""
                            Batches.Merge(worker, memory.Episode, memory.BatchStates(), StateQuads, {plan.Network.MergedEntries});
                            Group.Barrier();
                            """);
                }
            }
        }
        writer.Line();
        WriteExample(writer, plan, hasConvolution);
        WriteDenseTurn(writer, plan);
        if (hasConvolution) WriteConvolutionTurn(writer);
    }

    private static void WriteExample(SourceWriter writer, IlgpuPlan plan, bool hasConvolution)
    {
        var (output, boundary) = (plan.Network.Output, plan.Boundaries[plan.Network.Output.Boundary]);
        writer.Line("private static void ReverseExample(Worker worker, GradientMemory memory, ArrayView<Quad> theta, int t, int e)");
        using (writer.Body())
        {
            writer.Line($"var example = memory.Example(t, {plan.Sweeps}, e);");
            writer.Line($"var sweep = {plan.Sweeps};");
            using (writer.Block($"for (var i = {plan.Turns.Count - 1}; i >= 0; i--)"))
            {
                writer.Line("var (turn, adjoint) = (memory.Episode.Turns[i], memory.Turns[i]);");
                writer.Line($"if (turn.EndsPrediction != 0) Outputs.Reverse(worker, example, memory.Episode.OutputSize, {boundary.Forward}, {output.Bound}, {boundary.Backward}, memory.Episode.Batch);");
                writer.Line(hasConvolution
                    ? """
                    if (turn.IsConvolution != 0) ReverseConvolution(worker, turn, adjoint, example, theta);
                    else ReverseDense(worker, turn, adjoint, example, theta);
                    """
                    : "ReverseDense(worker, turn, adjoint, example, theta);");
                writer.Line("if (turn.BeginsSweep == 0 || --sweep == 0) continue;");
                writer.Line("example.Values.Target = example.Values.Source;");
                writer.Line($"example.Values.Source = memory.Episode.StateAfter(t, {plan.Sweeps}, sweep - 1, e);");
            }
        }
        writer.Line();
    }

    private static void WriteDenseTurn(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Line("/// <summary>Goes back through a turn of a dense layer: chunk by chunk its sub-RNNs run once more, then backwards.</summary>");
        writer.Line("private static void ReverseDense(Worker worker, Turn turn, AdjointTurn adjoint, AdjointExample example, ArrayView<Quad> theta)");
        using (writer.Body())
        {
            writer.Line(
                """
                var (scratch, blocks) = (example.Values.Scratch, turn.PaddedLoops / SubRnns * (turn.PaddedLanes / 32));
                var afterLast = adjoint.Hidden + turn.MicroTicks * StateQuads * adjoint.Items;
                Projection.Dense(worker, turn, example.Values, theta, Units);
                PlaceSums.Clear(worker, turn, adjoint, scratch, Units);
                Group.Barrier();
                """);
            using (writer.Block("for (var first = 0; first < blocks; first += GradientMemory.Parts)"))
            {
                writer.Line("var chunk = new Chunk { First = first, Count = blocks - first < GradientMemory.Parts ? blocks - first : GradientMemory.Parts, Loops = SubRnns };");
                EpisodeEmitter.WriteChoice(writer, plan, "Reverse", "worker, turn, adjoint, chunk, example, theta");
                writer.Line(
                    """
                    Group.Barrier();
                    GradientSums.Products(worker, turn, chunk, example, adjoint.Hidden, adjoint.Gates, adjoint.Items, turn.MicroTicks, StateQuads, Units, turn.Recurrent, 1, Units);
                    GradientSums.Messenger(worker, turn, chunk, example, turn.ToLanes, afterLast, adjoint.LaneTerms, adjoint.Items, StateQuads, MessageQuads);
                    GradientSums.Messenger(worker, turn, chunk, example, turn.ToLoops, afterLast, adjoint.LoopTerms, adjoint.Items, StateQuads, MessageQuads);
                    PlaceSums.AddDense(worker, turn, adjoint, chunk, scratch, Units);
                    Group.Barrier();
                    """);
            }
            writer.Line(
                """
                PlaceSums.Finish(worker, turn, adjoint, example, theta, Units);
                Group.Barrier();
                """);
        }
        writer.Line();
    }

    private static void WriteConvolutionTurn(SourceWriter writer)
    {
        writer.Line("/// <summary>Goes back through a turn of a convolution: it runs once more with its states kept, then micro tick by micro tick backwards.</summary>");
        writer.Line("private static void ReverseConvolution(Worker worker, Turn turn, AdjointTurn adjoint, AdjointExample example, ArrayView<Quad> theta)");
        using (writer.Body())
        {
            writer.Line(
                """
                var (values, scratch) = (example.Values, example.Values.Scratch);
                Projection.Convolution(worker, turn, values, theta, Units);
                PlaceSums.Clear(worker, turn, adjoint, scratch, Units);
                for (var tick = 0; tick < turn.MicroTicks; tick++)
                {
                    var states = tick == 0 ? values.Source : values.Target;
                    turn.StateGates = adjoint.StateGates + tick * Units * turn.Loops;
                    ConvolutionGradients.Keep(worker, turn, states, scratch, adjoint.TickStates + 2 * tick * StateQuads * turn.Loops, StateQuads);
                    Projection.States(worker, turn, values, states, theta, Units);
                    Group.Barrier();
                    if (tick == turn.MicroTicks - 1) continue;
                    StepPositions(worker, turn, values, states, theta, false);
                    Group.Barrier();
                }
                for (var tick = turn.MicroTicks - 1; tick >= 0; tick--)
                {
                    turn.StateGates = adjoint.StateGates + tick * Units * turn.Loops;
                    var (before, sends) = (adjoint.TickStates + 2 * tick * StateQuads * turn.Loops, tick == turn.MicroTicks - 1);
                    for (var first = 0; first < turn.Loops; first += adjoint.SubRnns)
                    {
                        var chunk = new Chunk { First = first, Count = turn.Loops - first < adjoint.SubRnns ? turn.Loops - first : adjoint.SubRnns, Loops = 1 };
                        ReversePositions(worker, turn, adjoint, chunk, example, theta, before, sends);
                        Group.Barrier();
                        if (sends) GradientSums.Messenger(worker, turn, chunk, example, turn.ToLanes, adjoint.Hidden, adjoint.LaneTerms, adjoint.Items, StateQuads, MessageQuads);
                        if (sends) GradientSums.Messenger(worker, turn, chunk, example, turn.ToLoops, adjoint.Hidden, adjoint.LoopTerms, adjoint.Items, StateQuads, MessageQuads);
                        ConvolutionGradients.SumPositions(worker, turn, adjoint, chunk, example, StateQuads);
                        PlaceSums.AddConvolution(worker, turn, adjoint, chunk, scratch, Units);
                        Group.Barrier();
                    }
                    ConvolutionGradients.Finish(worker, turn, adjoint, example, theta, before, StateQuads);
                    Group.Barrier();
                }
                PlaceSums.Finish(worker, turn, adjoint, example, theta, Units);
                Group.Barrier();
                """);
        }
        writer.Line();
    }
}
