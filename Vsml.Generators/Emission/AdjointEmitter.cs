using System.Linq;
using Vsml.Generators.Declaration;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Emits the adjoint kernels of one SIMD level: the other part of the class of <see cref="KernelsEmitter"/>.</summary>
internal static class AdjointEmitter
{
    /// <summary>Emits the file of one level.</summary>
    /// <param name="model">A valid declaration.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="dialect">The level.</param>
    public static string Emit(ModelDeclaration model, NetworkPlan plan, SimdDialect dialect)
    {
        var writer = new SourceWriter();
        using (KernelsEmitter.BeginFile(writer, model, plan, $"{dialect.Title} adjoint kernels"))
        using (writer.Block($"sealed partial class {dialect.ClassName}"))
        {
            WriteConstants(writer, dialect, plan);
            WriteSweeps(writer, plan);
            var dense = new DenseAdjointTurnEmitter(writer, dialect, plan);
            var conv = new ConvAdjointTurnEmitter(writer, plan);
            foreach (var turn in plan.Turns)
                if (turn.Layer.Spec is ConvLayerSpec) conv.Write(turn);
                else dense.Write(turn);
            writer.Line();
            new MicroTickEmitter(writer, dialect, plan, storesGates: true).Write();
            new AdjointKernelEmitter(writer, dialect, plan).Write();
            new AdjointMessageEmitter(writer, dialect, plan).Write();
            if (plan.Layers.Any(layer => layer.Spec is ConvLayerSpec))
            {
                new ConvTickEmitter(writer, dialect, plan, storesGates: true).Write();
                new ConvAdjointKernelEmitter(writer, dialect, plan).Write();
                new ConvAdjointMessageEmitter(writer, dialect, plan).Write();
            }
        }
        return writer.ToString();
    }

    private static void WriteConstants(SourceWriter writer, SimdDialect dialect, NetworkPlan plan)
    {
        var theta = ThetaOffsets.Of(plan.Architecture);
        writer.Line(
            $"""
            // Gates kept of each micro tick of a few places (i, g, f, o, tanh c'), which their gradients replace.
            private const int GateFloats = 5 * BlockFloats, Records = {AdjointScratchPlan.Records(plan)}, StoredTicks = {AdjointScratchPlan.MicroTicks(plan)};
            private const int MostLoops = {AdjointScratchPlan.Loops(plan)};

            // h of one lane in whole vectors. Sums of a place lie a cache line apart from multiples of their size: else all would fall into the
            // same few cache sets.
            private const int PaddedState = {AdjointKernelEmitter.PaddedState(dialect, plan.Architecture.StateSize)}, LoopAdjointFloats = LaneGateFloats + BlockLanes;

            // Where the tensors of a group lie in flat theta.
            private const int ForwardInputTheta = {theta.ForwardInput}, BackwardInputTheta = {theta.BackwardInput}, RecurrentTheta = {theta.Recurrent}, BiasTheta = {theta.Bias};
            """);
        if (plan.Architecture.PositionFeatures) writer.Line($"private const int PositionTheta = {theta.Position};");
        foreach (var (name, offsets) in new[] { ("ForwardMessenger", theta.Forward), ("BackwardMessenger", theta.Backward) })
        {
            writer.Line($"private const int {name}ThetaWeights = {offsets.Weights}, {name}ThetaBias = {offsets.Bias};");
            if (offsets.Scale >= 0) writer.Line($"private const int {name}ThetaScale = {offsets.Scale}, {name}ThetaOffset = {offsets.Offset};");
        }
        writer.Line(
            $"""

            /// <inheritdoc/>
            public override int AdjointScratchFloats(int batch) => Math.Max(
                {ConvAdjointScratch.MostFloats(plan)},
                Records * (GateFloats + PaddedState * BlockLanes) + StoredTicks * 2 * BlockFloats + BlockFloats + MessageSize * BlockLanes
                + 2 * LaneGateFloats + 2 * SumFloats + Columns * PaddedState
                + MostLoops * (PaddedColumns + LoopAdjointFloats + 2 * SumFloats));
            """);
    }

    private static void WriteSweeps(SourceWriter writer, NetworkPlan plan)
    {
        writer.Line(
            """

            /// <inheritdoc/>
            public override void AdjointForwardSweep(AlignedFloats packed, NetworkState source, AlignedFloats[] forward, AdjointWorkspace adjoint, bool merge)
            """);
        using (writer.Body())
            foreach (var turn in plan.ForwardTurns.Reverse())
                writer.Line($"{turn.Name}Adjoint({Groups(turn)}, source, forward, adjoint, merge);");
        if (plan.BackwardTurns.Count == 0) return;
        writer.Line(
            """

            /// <inheritdoc/>
            public override void AdjointBackwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, AlignedFloats[] forward, AdjointWorkspace adjoint)
            """);
        using (writer.Body())
            foreach (var turn in plan.BackwardTurns.Reverse())
                writer.Line($"{turn.Name}Adjoint({Groups(turn)}, source, target, forward, adjoint);");

        string Groups(TurnPlan turn)
        {
            var start = ThetaOffsets.Of(plan.Architecture).GroupStart(turn);
            return turn.Group == 0
                ? "ref packed.First, ref adjoint.Theta.First, ref adjoint.ThetaSums.First"
                : $"ref Unsafe.Add(ref packed.First, {CodeText.Literal(turn.Group)} * GroupFloats), ref Unsafe.Add(ref adjoint.Theta.First, {CodeText.Literal(start)}), ref Unsafe.Add(ref adjoint.ThetaSums.First, {CodeText.Literal(start)} * BlockLanes)";
        }
    }
}
