using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the turn of a dense layer: one pass over its state. For each block of 16 places along the lane axis and each place of
/// the other axis, all micro ticks run in the first-level cache, and the new states join the sums that make the outgoing messages.
/// </summary>
internal sealed class DenseTurnEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(CpuTurn turn)
    {
        var (layer, storage) = (turn.Plan.Layer, turn.Layer);
        writer.Line(
            $"""

            // Layer {layer.Index}, {(turn.IsBackward ? "backward" : "forward")} sweep: {layer.Spec.ToString()}, lanes over {(storage.Axis == LaneAxis.Inputs ? "inputs" : "outputs")}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {turn.Name}(ref float theta, NetworkState source, NetworkState target, SweepWorkspace workspace{(turn.IsBackward ? "" : ", bool merge")}{CpuWords.SizeParameters(turn)})
            """);
        using var body = writer.Body();
        WriteLocals(turn);
        writer.Line();
        WriteLoopGates(turn);
        if (turn.Loop.Sends.IsRead)
            writer.Line("MemoryMarshal.CreateSpan(ref loopSums, (int)(batch * loops * SumFloats)).Clear();");
        writer.Line();
        using (writer.Block("for (nuint block = 0; block < blocks; block++)"))
            WriteBlock(turn);
        if (!turn.Loop.Sends.IsRead) return;
        writer.Line();
        WriteSendLoop(turn);
    }

    private void WriteLocals(CpuTurn turn)
    {
        var l = turn.Plan.Layer.Index;
        var scratch = DenseScratch.Of(plan, turn.Layer.NamedLoops);
        CpuWords.WriteExtents(writer, turn);
        writer.Line(
            $"""
            var batch = (nuint)source.Batch;
            ref var hidden = ref source.Hidden[{l}].First;
            ref var cell = ref source.Cell[{l}].First;
            ref var newHidden = ref target.Hidden[{l}].First;
            ref var newCell = ref target.Cell[{l}].First;
            ref var scratch = ref workspace.Scratch.First;
            ref var h0 = ref Unsafe.Add(ref scratch, {scratch.Hidden});
            """);
        if (turn.Plan.MicroTicks > 2) writer.Line($"ref var h1 = ref Unsafe.Add(ref scratch, {scratch.OtherHidden});");
        writer.Line(
            $"""
            ref var c = ref Unsafe.Add(ref scratch, {scratch.Cell});
            ref var z = ref Unsafe.Add(ref scratch, {scratch.Work});
            ref var laneGates = ref Unsafe.Add(ref scratch, {Offset(scratch.LaneGates)});
            ref var laneSums = ref Unsafe.Add(ref scratch, {Offset(scratch.LaneSums)});
            ref var loopGates = ref Unsafe.Add(ref scratch, {Offset(scratch.LoopGates)});
            ref var loopSums = ref Unsafe.Add(ref scratch, {Offset(scratch.LoopSums)});
            """);

        static string Offset(BatchOffset offset) =>
            offset.PerExample == (Extent)0 ? CodeText.Literal(offset.Fixed) : $"{CodeText.Literal(offset.Fixed)} + batch * {offset.PerExample.Factor}";
    }

    private void WriteLoopGates(CpuTurn turn)
    {
        var side = turn.Loop;
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        writer.Line($"ref var gates = ref Unsafe.Add(ref loopGates, example * loops * PaddedColumns);");
        writer.Line(
            $"""
            ProjectLoop(
                ref Unsafe.Add(ref theta, Bias), ref Unsafe.Add(ref theta, {CpuWords.Rows(side.Reads)}),
                ref Unsafe.Add(ref {CpuWords.Incoming(side.Reads)}.First, example * {side.ReadFloats.Factor}), {side.Stride}, {side.Reads.Entries}, loops, ref gates);
            """);
        if (turn.Plan.Layer.Positions is { } features)
            writer.Line($"AddLoopPositions(ref Unsafe.Add(ref theta, Position + {CpuWords.FeatureRow(side)} * Columns), ref Unsafe.Add(ref theta, Position + 2 * Columns), {CpuWords.LayerFeature(features)}, loops, ref gates);");
    }

    private void WriteBlock(CpuTurn turn)
    {
        var side = turn.Lane;
        if (turn.Layer.HasPadding)
        {
            writer.Line($"var lanes = {CpuWords.LanesOfBlock(turn.Layer)};");
            if (turn.Loop.Sends.IsRead && !plan.Normalises)
                for (var piece = 0; piece < dialect.Pieces; piece++)
                    writer.Line($"var counts{piece} = {dialect.Vector}.LessThan({dialect.Vector}.CreateSequence({(float)(piece * dialect.Width)}, 1f), {dialect.Broadcast("lanes")});");
        }
        using (writer.Block("for (nuint example = 0; example < batch; example++)"))
        {
            writer.Line("ref var gates = ref Unsafe.Add(ref laneGates, example * LaneGateFloats);");
            writer.Line(
                $"""
                ProjectLanes(
                    ref Unsafe.Add(ref theta, {CpuWords.Rows(side.Reads)}),
                    ref Unsafe.Add(ref {CpuWords.Incoming(side.Reads)}.First, example * {side.ReadFloats.Factor} + block * BlockLanes), {side.Stride}, {side.Reads.Entries}, ref gates);
                """);
            if (turn.Plan.Layer.Positions is { } features)
                writer.Line($"AddLanePositions(ref Unsafe.Add(ref theta, Position + {CpuWords.FeatureRow(side)} * Columns), block * BlockLanes, {features.Places(side.Reads.Direction)}, ref gates);");
        }
        if (turn.Lane.Sends.IsRead)
            writer.Line("MemoryMarshal.CreateSpan(ref laneSums, (int)(batch * SumFloats)).Clear();");
        using (writer.Block("for (nuint loop = 0; loop < loops; loop++)"))
        {
            writer.Line("var first = (block * loops + loop) * batch * BlockFloats;");
            if (turn.MergesBatch)
                using (writer.Block("if (merge)"))
                {
                    writer.Line("Merge(ref Unsafe.Add(ref hidden, first), batch);");
                    writer.Line("Merge(ref Unsafe.Add(ref cell, first), batch);");
                }
            using (writer.Block("for (nuint example = 0; example < batch; example++)"))
                WriteSubRnns(turn);
        }
        if (turn.Lane.Sends.IsRead) WriteSendLanes(turn);
    }

    private void WriteSubRnns(CpuTurn turn)
    {
        writer.Line(
            """
            var from = first + example * BlockFloats;
            var to = from * target.StateStep;
            ref var lane = ref Unsafe.Add(ref laneGates, example * LaneGateFloats);
            ref var gates = ref Unsafe.Add(ref loopGates, (example * loops + loop) * PaddedColumns);
            ref var recurrent = ref Unsafe.Add(ref theta, Recurrent);
            """);
        const string source = "ref Unsafe.Add(ref hidden, from), ref Unsafe.Add(ref cell, from)";
        var kept = FusedInPlace(turn) ? "last" : "kept";
        var keep = $"ref {kept}, ref Unsafe.Add(ref newCell, to)";
        writer.Line("ref var kept = ref Unsafe.Add(ref newHidden, to);");
        if (kept == "last") writer.Line("ref var last = ref h0;");
        switch (turn.Plan.MicroTicks)
        {
            case 1:
                Tick(source, keep);
                break;
            case 2:
                Tick(source, "ref h0, ref c");
                Tick("ref h0, ref c", keep);
                break;
            default:
                writer.Line("ref var h = ref h0;");
                writer.Line("ref var next = ref h1;");
                Tick(source, "ref h, ref c");
                using (writer.Block($"for (var tick = 2; tick < {turn.Plan.MicroTicks}; tick++)"))
                {
                    Tick("ref h, ref c", "ref next, ref c");
                    writer.Line(
                        """
                        ref var swapped = ref h;
                        h = ref next;
                        next = ref swapped;
                        """);
                }
                Tick("ref h, ref c", keep);
                break;
        }
        WriteKeep(turn, kept);

        void Tick(string from, string to) => writer.Line($"MicroTick(ref recurrent, ref lane, ref gates, {from}, {to}, ref z);");
    }

    /// <summary>
    /// Whether the only micro tick would overwrite state that it has yet to read: tiles of the fused form write new h while others
    /// still need the old.
    /// </summary>
    private bool FusedInPlace(CpuTurn turn) => turn.Plan.MicroTicks == 1 && dialect.FusesTick;

    private void WriteKeep(CpuTurn turn, string last)
    {
        var norm = plan.Normalises;
        var laneSums = turn.Lane.Sends.IsRead;
        var loopSums = turn.Loop.Sends.IsRead;
        if (laneSums) writer.Line("ref var laneSum = ref Unsafe.Add(ref laneSums, example * SumFloats);");
        if (loopSums) writer.Line("ref var loopSum = ref Unsafe.Add(ref loopSums, (example * loops + loop) * SumFloats);");
        if (last != "kept" || !norm && (laneSums || loopSums))
            using (writer.Block("for (nuint at = 0; at < BlockFloats; at += BlockLanes)"))
                for (var piece = 0; piece < dialect.Pieces; piece++)
                    WritePiece(piece);
        if (!norm) return;
        if (laneSums) AddNormalised(turn.Lane.Sends, "laneSum", "16f");
        if (loopSums) AddNormalised(turn.Loop.Sends, "loopSum", turn.Layer.HasPadding ? "lanes" : "16f");

        void WritePiece(int piece)
        {
            var at = piece == 0 ? "at" : $"at + {CodeText.Literal(piece * dialect.Width)}";
            writer.Line($"var y{piece} = {dialect.Load(last, at)};");
            if (last != "kept") writer.Line($"y{piece}.StoreUnsafe(ref kept, {at});");
            if (norm) return;
            if (laneSums) writer.Line($"({dialect.Load("laneSum", at)} + y{CodeText.Literal(piece)}).StoreUnsafe(ref laneSum, {at});");
            if (!loopSums) return;
            var counted = turn.Layer.HasPadding ? $"(y{CodeText.Literal(piece)} & counts{CodeText.Literal(piece)})" : $"y{CodeText.Literal(piece)}";
            writer.Line($"({dialect.Load("loopSum", at)} + {counted}).StoreUnsafe(ref loopSum, {at});");
        }

        void AddNormalised(SentMessages port, string sums, string lanes)
        {
            var messenger = CpuWords.Messenger(port);
            writer.Line($"AddNormalised(ref Unsafe.Add(ref theta, {messenger}Weights), ref Unsafe.Add(ref theta, {messenger}Bias), ref {last}, {lanes}, {CpuWords.Entries(port)}, ref z, ref {sums});");
        }
    }

    private void WriteSendLanes(CpuTurn turn)
    {
        var side = turn.Lane;
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        writer.Line(
            $"""
            SendLanes(
                {SendParameters(side.Sends)},
                ref Unsafe.Add(ref laneSums, example * SumFloats), {CpuWords.Share(side.Sends)}{CpuWords.ConstantArgument(plan, side.Sends)}, {CpuWords.Entries(side.Sends)},
                ref Unsafe.Add(ref {CpuWords.Outgoing(side.Sends)}.First, example * {side.SentFloats.Factor} + block * BlockLanes), {side.Stride});
            """);
    }

    private void WriteSendLoop(CpuTurn turn)
    {
        var side = turn.Loop;
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        using var loops = writer.Block("for (nuint loop = 0; loop < loops; loop++)");
        writer.Line(
            $"""
            SendLoop(
                {SendParameters(side.Sends)},
                ref Unsafe.Add(ref loopSums, (example * loops + loop) * SumFloats), {CpuWords.Share(side.Sends)}{CpuWords.ConstantArgument(plan, side.Sends)}, {CpuWords.Entries(side.Sends)},
                ref Unsafe.Add(ref {CpuWords.Outgoing(side.Sends)}.First, example * {side.SentFloats.Factor} + loop), {side.Stride});
            """);
    }

    private string SendParameters(SentMessages port)
    {
        var messenger = CpuWords.Messenger(port);
        var (weights, bias) = plan.Normalises ? ("Scale", "Offset") : ("Weights", "Bias");
        return $"ref Unsafe.Add(ref theta, {messenger}{weights}), ref Unsafe.Add(ref theta, {messenger}{bias})";
    }
}
