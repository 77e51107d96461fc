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
    public static string Emit(ModelDeclaration model, CpuPlan plan, SimdDialect dialect)
    {
        var writer = new SourceWriter();
        using (KernelFile.Begin(writer, model, plan, $"{dialect.Title} adjoint kernels"))
        using (writer.Block($"sealed partial class {dialect.ClassName}"))
        {
            WriteConstants(writer, dialect, plan);
            WriteSweeps(writer, plan);
            var dense = new DenseAdjointTurnEmitter(writer, dialect, plan);
            var conv = new ConvAdjointTurnEmitter(writer, plan);
            foreach (var turn in plan.Turns)
                if (turn.Layer.Axis == LaneAxis.Entries) conv.Write(turn);
                else dense.Write(turn);
            writer.Line();
            new DenseTickEmitter(writer, dialect, plan, storesGates: true).Write();
            new DenseAdjointTickEmitter(writer, dialect, plan).Write();
            new DenseAdjointMessageEmitter(writer, dialect, plan).Write();
            if (plan.HasConvolutions)
            {
                new ConvTickEmitter(writer, dialect, plan, storesGates: true).Write();
                var entries = ConvTickEmitter.Entries(dialect, plan.StateSize);
                new ConvAdjointTickEmitter(writer, entries, plan).Write();
                new ConvAdjointMessageEmitter(writer, entries, plan).Write();
            }
        }
        return writer.ToString();
    }

    private static void WriteConstants(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
    {
        var theta = plan.Network.Theta;
        writer.Line(
            $"""
            // Gates kept of each micro tick (i, g, f, o, tanh c'), which their gradients replace.
            private const int GateFloats = 5 * BlockFloats;

            // h of one lane in whole vectors. Sums of a place lie a cache line apart from multiples of their size: else all would fall into the
            // same few cache sets.
            private const int PaddedState = {DenseAdjointTickEmitter.PaddedState(dialect, plan.StateSize)}, LoopAdjointFloats = {DenseAdjointScratch.LoopAdjointFloats(plan)};

            // Where the tensors of a group lie in flat theta.
            private const int ForwardInputTheta = {theta.ForwardRows}, BackwardInputTheta = {theta.BackwardRows}, RecurrentTheta = {theta.RecurrentRows}, BiasTheta = {theta.Bias};
            """);
        if (plan.HasPositions) writer.Line($"private const int PositionTheta = {theta.PositionRows};");
        foreach (var (name, tensors) in new[] { ("ForwardMessenger", theta.Forward), ("BackwardMessenger", theta.Backward) })
        {
            writer.Line($"private const int {name}ThetaWeights = {tensors.Weights}, {name}ThetaBias = {tensors.Bias};");
            if (tensors.Scale >= 0) writer.Line($"private const int {name}ThetaScale = {tensors.Scale}, {name}ThetaOffset = {tensors.Offset};");
        }
    }

    private static void WriteSweeps(SourceWriter writer, CpuPlan plan)
    {
        writer.Line(
            """

            /// <inheritdoc/>
            public override void AdjointForwardSweep(AlignedFloats packed, NetworkState source, AlignedFloats[] forward, AdjointWorkspace adjoint, bool merge)
            """);
        using (writer.Body())
            foreach (var turn in plan.ForwardTurns.Reverse())
                writer.Line($"{KernelsEmitter.Condition(turn)}{turn.Name}Adjoint({Groups(turn)}, source, forward, adjoint, merge{KernelsEmitter.Sizes(turn)});");
        if (plan.BackwardTurns.Count == 0) return;
        writer.Line(
            """

            /// <inheritdoc/>
            public override void AdjointBackwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, AlignedFloats[] forward, AdjointWorkspace adjoint)
            """);
        using (writer.Body())
            foreach (var turn in plan.BackwardTurns.Reverse())
                writer.Line($"{KernelsEmitter.Condition(turn)}{turn.Name}Adjoint({Groups(turn)}, source, target, forward, adjoint{KernelsEmitter.Sizes(turn)});");

        string Groups(CpuTurn turn)
        {
            var start = plan.Network.Theta.Groups[turn.Plan.Group].Offset;
            return turn.Plan.Group == 0
                ? "ref packed.First, ref adjoint.Theta.First, ref adjoint.ThetaSums.First"
                : $"ref Unsafe.Add(ref packed.First, {CodeText.Literal(turn.Plan.Group)} * GroupFloats), ref Unsafe.Add(ref adjoint.Theta.First, {CodeText.Literal(start)}), ref Unsafe.Add(ref adjoint.ThetaSums.First, {CodeText.Literal(start)} * BlockLanes)";
        }
    }
}
