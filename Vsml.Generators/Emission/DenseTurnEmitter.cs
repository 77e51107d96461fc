using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the turn of a dense layer: one pass over its state. For each block of 16 places along the lane axis and each place of
/// the other axis, all micro ticks run in the first-level cache, and the new states join the sums that make the outgoing messages.
/// </summary>
internal sealed class DenseTurnEmitter(SourceWriter writer, SimdDialect dialect, NetworkPlan plan)
{
    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(TurnPlan turn)
    {
        var layer = turn.Layer;
        writer.Line(
            $"""

            // Layer {layer.Index}, {(turn.IsBackward ? "backward" : "forward")} sweep: {layer.Spec.ToString()}, lanes over {(layer.Axis == LaneAxis.Inputs ? "inputs" : "outputs")}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {turn.Name}(ref float theta, NetworkState source, NetworkState target, SweepWorkspace workspace{(turn.IsBackward ? "" : ", bool merge")})
            """);
        using var body = writer.Body();
        WriteLocals(turn);
        writer.Line();
        WriteLoopGates(turn);
        if (turn.LoopSending != Sending.Nothing)
            writer.Line("MemoryMarshal.CreateSpan(ref loopSums, (int)(batch * loops * SumFloats)).Clear();");
        writer.Line();
        using (writer.Block("for (nuint block = 0; block < blocks; block++)"))
            WriteBlock(turn);
        if (turn.LoopSending == Sending.Nothing) return;
        writer.Line();
        WriteSendLoop(turn);
    }

    private void WriteLocals(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        writer.Line(
            $"""
            const int blocks = {turn.Layer.Blocks}, loops = {turn.Layer.Loops};
            var batch = (nuint)source.Batch;
            ref var hidden = ref source.Hidden[{l}].First;
            ref var cell = ref source.Cell[{l}].First;
            ref var newHidden = ref target.Hidden[{l}].First;
            ref var newCell = ref target.Cell[{l}].First;
            ref var h0 = ref workspace.Scratch.First;
            """);
        if (turn.MicroTicks > 2) writer.Line("ref var h1 = ref Unsafe.Add(ref h0, BlockFloats);");
        writer.Line(
            """
            ref var c = ref Unsafe.Add(ref h0, 2 * BlockFloats);
            ref var z = ref Unsafe.Add(ref c, BlockFloats);
            ref var laneGates = ref Unsafe.Add(ref h0, FixedScratchFloats);
            ref var laneSums = ref Unsafe.Add(ref laneGates, batch * LaneGateFloats);
            ref var loopGates = ref Unsafe.Add(ref laneSums, batch * SumFloats);
            ref var loopSums = ref Unsafe.Add(ref loopGates, batch * loops * PaddedColumns);
            """);
    }

    private (string Lane, string Loop) Messages(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        var forward = $"workspace.Forward[{l}]";
        // In a backward sweep the layer above has just sent its message; the last layer's is the error.
        var backward = $"{(turn.IsBackward && l < plan.Layers.Count - 1 ? "target" : "source")}.Backward[{l + 1}]";
        return turn.Layer.Axis == LaneAxis.Inputs ? (forward, backward) : (backward, forward);
    }

    private (int Lane, int Loop) Weights(TurnPlan turn) => turn.Layer.Axis == LaneAxis.Inputs
        ? (plan.Parameters.ForwardInput, plan.Parameters.BackwardInput)
        : (plan.Parameters.BackwardInput, plan.Parameters.ForwardInput);

    /// <summary>Floats of one example's messages at the boundary that the turn reads, along either axis.</summary>
    private (int Lane, int Loop) Strides(TurnPlan turn) => (LayerPlan.Pad(turn.Layer.Lanes), LayerPlan.Pad(turn.Layer.Loops));

    private int StoredChannels(TurnPlan turn, bool lane)
    {
        var forward = lane == (turn.Layer.Axis == LaneAxis.Inputs);
        return forward ? plan.ForwardChannels(turn.Layer.Index) : plan.BackwardChannels(turn.Layer.Index + 1);
    }

    private void WriteLoopGates(TurnPlan turn)
    {
        var stride = Strides(turn).Loop;
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        writer.Line($"ref var gates = ref Unsafe.Add(ref loopGates, example * loops * PaddedColumns);");
        writer.Line(
            $"""
            ProjectLoop(
                ref Unsafe.Add(ref theta, Bias), ref Unsafe.Add(ref theta, {WeightName(turn, lane: false)}),
                ref Unsafe.Add(ref {Messages(turn).Loop}.First, example * {StoredChannels(turn, lane: false) * stride}), {stride}, {turn.LoopChannels}, loops, ref gates);
            """);
        if (!plan.Architecture.PositionFeatures) return;
        var layers = plan.Layers.Count;
        var layerPosition = layers > 1 ? $"{CodeText.Literal(turn.Layer.Index)}f / {CodeText.Literal(layers - 1)}f" : "0f";
        writer.Line($"AddLoopPositions(ref Unsafe.Add(ref theta, Position + {PositionRow(turn, lane: false)} * Columns), ref Unsafe.Add(ref theta, Position + 2 * Columns), {layerPosition}, loops, ref gates);");
    }

    private static string PositionRow(TurnPlan turn, bool lane) => lane == (turn.Layer.Axis == LaneAxis.Inputs) ? "0" : "1";

    private static string WeightName(TurnPlan turn, bool lane) =>
        lane == (turn.Layer.Axis == LaneAxis.Inputs) ? "ForwardInput" : "BackwardInput";

    private void WriteBlock(TurnPlan turn)
    {
        var stride = Strides(turn).Lane;
        if (turn.Layer.HasPadding)
        {
            writer.Line($"var lanes = block == blocks - 1 ? {turn.Layer.Lanes - (turn.Layer.Blocks - 1) * LayerPlan.BlockLanes}f : 16f;");
            if (turn.LoopSending != Sending.Nothing && !plan.Architecture.MessageLayerNorm)
                for (var piece = 0; piece < dialect.Pieces; piece++)
                    writer.Line($"var counts{piece} = {dialect.Vector}.LessThan({dialect.Vector}.CreateSequence({(float)(piece * dialect.Width)}, 1f), {dialect.Broadcast("lanes")});");
        }
        using (writer.Block("for (nuint example = 0; example < batch; example++)"))
        {
            writer.Line("ref var gates = ref Unsafe.Add(ref laneGates, example * LaneGateFloats);");
            writer.Line(
                $"""
                ProjectLanes(
                    ref Unsafe.Add(ref theta, {WeightName(turn, lane: true)}),
                    ref Unsafe.Add(ref {Messages(turn).Lane}.First, example * {StoredChannels(turn, lane: true) * stride} + block * BlockLanes), {stride}, {turn.LaneChannels}, ref gates);
                """);
            if (plan.Architecture.PositionFeatures)
                writer.Line($"AddLanePositions(ref Unsafe.Add(ref theta, Position + {PositionRow(turn, lane: true)} * Columns), block * BlockLanes, {turn.Layer.Lanes}, ref gates);");
        }
        if (turn.LaneSending != Sending.Nothing)
            writer.Line("MemoryMarshal.CreateSpan(ref laneSums, (int)(batch * SumFloats)).Clear();");
        using (writer.Block("for (nuint loop = 0; loop < loops; loop++)"))
        {
            writer.Line("var first = (block * loops + loop) * batch * BlockFloats;");
            if (!turn.IsBackward)
                using (writer.Block("if (merge)"))
                {
                    writer.Line("Merge(ref Unsafe.Add(ref hidden, first), batch);");
                    writer.Line("Merge(ref Unsafe.Add(ref cell, first), batch);");
                }
            using (writer.Block("for (nuint example = 0; example < batch; example++)"))
                WriteSubRnns(turn);
        }
        if (turn.LaneSending != Sending.Nothing) WriteSendLanes(turn);
    }

    private void WriteSubRnns(TurnPlan turn)
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
        switch (turn.MicroTicks)
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
                using (writer.Block($"for (var tick = 2; tick < {turn.MicroTicks}; tick++)"))
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
    private bool FusedInPlace(TurnPlan turn) => turn.MicroTicks == 1 && dialect.FusesTick;

    private void WriteKeep(TurnPlan turn, string last)
    {
        var norm = plan.Architecture.MessageLayerNorm;
        var laneSums = turn.LaneSending != Sending.Nothing;
        var loopSums = turn.LoopSending != Sending.Nothing;
        if (laneSums) writer.Line("ref var laneSum = ref Unsafe.Add(ref laneSums, example * SumFloats);");
        if (loopSums) writer.Line("ref var loopSum = ref Unsafe.Add(ref loopSums, (example * loops + loop) * SumFloats);");
        if (last != "kept" || !norm && (laneSums || loopSums))
            using (writer.Block("for (nuint at = 0; at < BlockFloats; at += BlockLanes)"))
                for (var piece = 0; piece < dialect.Pieces; piece++)
                    WritePiece(piece);
        if (!norm) return;
        if (laneSums) AddNormalised(turn, lane: true, "laneSum", "16f");
        if (loopSums) AddNormalised(turn, lane: false, "loopSum", turn.Layer.HasPadding ? "lanes" : "16f");

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

        void AddNormalised(TurnPlan turn, bool lane, string sums, string lanes)
        {
            var messenger = MessengerName(turn, lane);
            var (first, count) = Entries(turn, lane);
            writer.Line($"AddNormalised(ref Unsafe.Add(ref theta, {messenger}Weights), ref Unsafe.Add(ref theta, {messenger}Bias), ref {last}, {lanes}, {first}, {count}, ref z, ref {sums});");
        }
    }

    /// <summary>Sums over lanes of a layer whose lanes are inputs go forward; all others likewise by symmetry.</summary>
    private static string MessengerName(TurnPlan turn, bool lane) =>
        lane == (turn.Layer.Axis == LaneAxis.Inputs) ? "BackwardMessenger" : "ForwardMessenger";

    private (int First, int Count) Entries(TurnPlan turn, bool lane) =>
        (lane ? turn.LaneSending : turn.LoopSending) == Sending.Output
            ? (plan.Architecture.OutputIndex, 1)
            : (0, plan.Architecture.MessageSize);

    private void WriteSendLanes(TurnPlan turn)
    {
        var (first, count) = Entries(turn, lane: true);
        var messenger = MessengerName(turn, lane: true);
        var stride = LayerPlan.Pad(turn.Layer.Lanes);
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        writer.Line(
            $"""
            SendLanes(
                {SendParameters(messenger)},
                ref Unsafe.Add(ref laneSums, example * SumFloats), 1f / loops, {first}, {count},
                ref Unsafe.Add(ref {Destination(turn, lane: true)}.First, example * {count * stride} + block * BlockLanes), {stride});
            """);
    }

    private void WriteSendLoop(TurnPlan turn)
    {
        var (first, count) = Entries(turn, lane: false);
        var messenger = MessengerName(turn, lane: false);
        var stride = LayerPlan.Pad(turn.Layer.Loops);
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        using var loops = writer.Block("for (nuint loop = 0; loop < loops; loop++)");
        writer.Line(
            $"""
            SendLoop(
                {SendParameters(messenger)},
                ref Unsafe.Add(ref loopSums, (example * loops + loop) * SumFloats), 1f / {turn.Layer.Lanes}f, {first}, {count},
                ref Unsafe.Add(ref {Destination(turn, lane: false)}.First, example * {count * stride} + loop), {stride});
            """);
    }

    private string SendParameters(string messenger)
    {
        var (weights, bias) = plan.Architecture.MessageLayerNorm ? ("Scale", "Offset") : ("Weights", "Bias");
        return $"ref Unsafe.Add(ref theta, {messenger}{weights}), ref Unsafe.Add(ref theta, {messenger}{bias})";
    }

    private static string Destination(TurnPlan turn, bool lane)
    {
        var isForward = MessengerName(turn, lane) == "ForwardMessenger";
        return isForward ? $"workspace.Forward[{CodeText.Literal(turn.Layer.Index + 1)}]" : $"target.Backward[{CodeText.Literal(turn.Layer.Index)}]";
    }
}
