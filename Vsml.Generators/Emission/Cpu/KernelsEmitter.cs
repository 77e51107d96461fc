using System;
using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Declaration;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Emits the kernels of one SIMD level as a class of their own, and the hook that chooses between levels.</summary>
internal static class KernelsEmitter
{
    /// <summary>Emits the file of one level.</summary>
    /// <param name="model">A valid declaration.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="dialect">The level.</param>
    public static string Emit(ModelDeclaration model, CpuPlan plan, SimdDialect dialect)
    {
        var writer = new SourceWriter();
        using (KernelFile.Begin(writer, model, plan, $"{dialect.Title} kernels"))
        {
            writer.Line($"/// <summary>Sweeps for {dialect.Title}: blocks of 16 lanes in vectors of {CodeText.Literal(dialect.Width)}.</summary>");
            using var body = BeginClass(writer, plan, dialect);
            WriteConstants(writer, plan);
            ActivationEmitter.WriteConstants(writer, dialect);
            WriteSweeps(writer, plan);
            var dense = new DenseTurnEmitter(writer, dialect, plan);
            var conv = new ConvTurnEmitter(writer, plan);
            foreach (var turn in plan.Turns)
                if (turn.Layer.Axis == LaneAxis.Entries) conv.Write(turn);
                else dense.Write(turn);
            writer.Line();
            new DenseTickEmitter(writer, dialect, plan).Write();
            new DenseMessageEmitter(writer, dialect, plan).Write();
            if (plan.HasConvolutions)
            {
                new ConvTickEmitter(writer, dialect, plan).Write();
                new ConvMessageEmitter(writer, ConvTickEmitter.Entries(dialect, plan.StateSize), plan).Write();
            }
        }
        return writer.ToString();
    }

    /// <summary>Emits the hook that makes the kernels of the level asked for.</summary>
    /// <param name="model">A valid declaration.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="dialects">The levels that there are kernels for.</param>
    public static string EmitChoice(ModelDeclaration model, CpuPlan plan, IReadOnlyList<SimdDialect> dialects)
    {
        var writer = new SourceWriter();
        var isFree = plan.Network.Architecture.HasFreeSizes;
        KernelFile.WriteHead(writer, model, plan, "choice of kernels");
        using (model.Namespace.Length == 0 ? (IDisposable?)null : writer.Block($"namespace {model.Namespace}"))
        using (writer.Block($"partial class {model.Name}"))
        using (writer.Block(SurfaceEmitter.KernelsHook(plan.Network.Architecture)))
        using (writer.Block("kernels = level switch", close: "};"))
        {
            foreach (var dialect in dialects)
                writer.Line($"global::Vsml.Contracts.SimdLevel.{dialect.Level} => new global::{KernelFile.Namespace(model)}.{dialect.ClassName}({(isFree ? $"global::{KernelFile.Namespace(model)}.Layout.ShapeOf(sizes)" : "")}),");
            writer.Line("_ => null,");
        }
        return writer.ToString();
    }

    // With free sizes it is the memory's shape that tells them.
    private static SourceWriter.Scope BeginClass(SourceWriter writer, CpuPlan plan, SimdDialect dialect)
    {
        var isFree = plan.Network.Architecture.HasFreeSizes;
        var body = writer.Block(
            $"internal sealed partial class {dialect.ClassName}({(isFree ? "NetworkShape shape" : "")}) : NetworkKernels(SimdLevel.{dialect.Level}, {(isFree ? "shape" : "Layout.Shape")}, Layout.Packing, {(isFree ? "AdjointScratch(shape)" : CodeText.Literal(plan.AdjointScratchFloats(PaddedState())))})");
        if (!isFree) return body;
        foreach (var boundary in plan.Network.Boundaries.Where(boundary => boundary.Places.IsFree))
            writer.Line($"private readonly nuint {boundary.Places} = (nuint)shape.BoundaryUnits[{boundary.Index}];");
        writer.Line();
        using (writer.Block("private static int AdjointScratch(NetworkShape shape)"))
        {
            // The scratch space of a layer is a question of its looped axis alone, whichever that is.
            writer.Line("var most = 0;");
            foreach (var turn in plan.Turns.GroupBy(turn => (turn.Layer.Layer.Index, turn.IsBackward)).Select(group => group.First()))
                if (!turn.Layer.IsFree) Most(AdjointScratch(turn));
                else
                    using (writer.Block(""))
                    {
                        writer.Line($"var loops = shape.Layers[{turn.Layer.Layer.Index}].Loops;");
                        writer.Line($"var chunk = Math.Min(loops, {DenseAdjointScratch.Of(plan, turn.Plan.MicroTicks, Extent.Named("loops"), PaddedState()).MostChunk});");
                        Most(plan.AdjointScratchFloatsOf(turn, Extent.Named("loops"), PaddedState()));
                    }
            writer.Line("return most;");
        }
        writer.Line();
        return body;

        int PaddedState() => DenseAdjointTickEmitter.PaddedState(dialect, plan.StateSize);

        Extent AdjointScratch(CpuTurn turn) => plan.AdjointScratchFloatsOf(turn, turn.Layer.Loops, PaddedState());

        void Most(Extent floats) => writer.Line($"most = Math.Max(most, checked({floats}));");
    }

    private static void WriteConstants(SourceWriter writer, CpuPlan plan)
    {
        var (n, m, theta) = (plan.StateSize, plan.MessageSize, plan.Theta);
        writer.Line(
            $"""
            private const int StateSize = {n}, MessageSize = {m};

            // Gates i, g, f, o of every state entry; rows of gates are padded to whole blocks.
            private const int Columns = 4 * StateSize, PaddedColumns = {Blocks.Pad(4 * n)};

            // A block: 16 neighbouring sub-RNNs, entry by entry.
            private const int BlockLanes = 16, BlockFloats = StateSize * BlockLanes;
            private const int MergedEntries = {plan.Network.MergedEntries};

            // Entries as lanes, in convolutions: padded to whole blocks, messages to 8 or whole blocks.
            private const int PaddedEntries = {Blocks.Pad(n)}, PaddedMessage = {CpuTheta.PaddedMessage(m)};

            // Gates of a block, and what is summed for the messages of its places.
            private const int LaneGateFloats = Columns * BlockLanes, SumFloats = {(plan.Network.Summands == Summands.States ? "StateSize" : "MessageSize")} * BlockLanes;

            // Where the tensors of a group lie in packed theta.
            private const int GroupFloats = {theta.GroupFloats};
            private const int Recurrent = {theta.Recurrent}, ForwardInput = {theta.ForwardInput}, BackwardInput = {theta.BackwardInput}, Bias = {theta.Bias};
            """);
        if (theta.Position >= 0) writer.Line($"private const int Position = {theta.Position};");
        var entries = theta.Entries;
        writer.Line(
            $"""
            private const int EntryRecurrent = {entries.Recurrent}, EntryForwardInput = {entries.ForwardInput}, EntryBackwardInput = {entries.BackwardInput}, EntryBias = {entries.Bias};
            private const int EntryForwardWeights = {entries.ForwardWeights}, EntryForwardBias = {entries.ForwardBias};
            private const int EntryBackwardWeights = {entries.BackwardWeights}, EntryBackwardBias = {entries.BackwardBias};
            """);
        if (entries.Position >= 0) writer.Line($"private const int EntryPosition = {entries.Position};");
        WriteMessenger(writer, "ForwardMessenger", theta.Forward);
        WriteMessenger(writer, "BackwardMessenger", theta.Backward);
        writer.Line();
    }

    /// <summary>What stands before the call of a turn: with free sizes it is for one of the two axes.</summary>
    /// <param name="turn">The turn.</param>
    internal static string Condition(CpuTurn turn) =>
        turn.Layer.IsFree ? $"if (Shape.Layers[{CodeText.Literal(turn.Layer.Layer.Index)}].Axis == LaneAxis.{turn.Layer.Axis}) " : "";

    /// <summary>Free sizes of a turn's layer, as further arguments.</summary>
    /// <param name="turn">The turn.</param>
    internal static string Sizes(CpuTurn turn) => string.Concat(turn.FreeSizes.Select(size => $", {size}"));

    private static void WriteMessenger(SourceWriter writer, string name, MessengerTensors offsets)
    {
        writer.Line($"private const int {name}Weights = {offsets.Weights}, {name}Bias = {offsets.Bias};");
        if (offsets.Scale >= 0) writer.Line($"private const int {name}Scale = {offsets.Scale}, {name}Offset = {offsets.Offset};");
    }

    private static void WriteSweeps(SourceWriter writer, CpuPlan plan)
    {
        writer.Line(
            """

            /// <inheritdoc/>
            public override void ForwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, SweepWorkspace workspace, bool merge)
            """);
        using (writer.Body())
            foreach (var turn in plan.ForwardTurns)
                writer.Line($"{Condition(turn)}{turn.Name}({Group(turn)}, source, target, workspace, merge{Sizes(turn)});");
        if (plan.BackwardTurns.Count == 0) return;
        writer.Line(
            """

            /// <inheritdoc/>
            public override void BackwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, SweepWorkspace workspace)
            """);
        using (writer.Body())
            foreach (var turn in plan.BackwardTurns)
                writer.Line($"{Condition(turn)}{turn.Name}({Group(turn)}, source, target, workspace{Sizes(turn)});");

        static string Group(CpuTurn turn) =>
            turn.Plan.Group == 0 ? "ref packed.First" : $"ref Unsafe.Add(ref packed.First, {CodeText.Literal(turn.Plan.Group)} * GroupFloats)";
    }
}
