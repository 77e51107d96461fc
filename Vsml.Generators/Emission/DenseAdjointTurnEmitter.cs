using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the reverse of a dense layer's turn: for each block and place, the micro ticks run again with their gates kept, then
/// backwards.
/// </summary>
internal sealed class DenseAdjointTurnEmitter(SourceWriter writer, SimdDialect dialect, NetworkPlan plan)
{
    private readonly bool _norm = plan.Architecture.MessageLayerNorm;

    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(TurnPlan turn)
    {
        writer.Line(
            $"""

            // Reverse of layer {turn.Layer.Index} in the {(turn.IsBackward ? "backward" : "forward")} sweep: {turn.Layer.Spec.ToString()}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {turn.Name}Adjoint(
                ref float packed, ref float theta, ref float gradient, NetworkState source, {(turn.IsBackward ? "NetworkState target, " : "")}AlignedFloats[] forward, AdjointWorkspace adjoint{(turn.IsBackward ? "" : ", bool merge")})
            """);
        using var body = writer.Body();
        WriteLocals(turn);
        writer.Line();
        using (writer.Block("for (nuint example = 0; example < batch; example++)"))
        {
            WriteLoopBegin(turn);
            using (writer.Block("for (nuint block = 0; block < blocks; block++)"))
                WriteBlock(turn);
            WriteLoopEnd(turn);
        }
        writer.Line("AddRecurrentGradient(ref recurrentGradient, ref Unsafe.Add(ref gradient, RecurrentTheta * BlockLanes));");
        if (!turn.IsBackward) WriteMerge(turn);
    }

    private void WriteLocals(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        writer.Line(
            $"""
            const int blocks = {turn.Layer.Blocks}, loops = {turn.Layer.Loops}, chunk = {AdjointScratchPlan.ChunkLoops(turn, plan.Architecture.StateSize)}, ticks = {turn.MicroTicks};
            var batch = (nuint)source.Batch;
            ref var hidden = ref source.Hidden[{l}].First;
            ref var cell = ref source.Cell[{l}].First;
            ref var hiddenAdjoint = ref adjoint.State.Hidden[{l}].First;
            ref var cellAdjoint = ref adjoint.State.Cell[{l}].First;
            ref var gates = ref adjoint.Scratch.First;
            ref var columns = ref Unsafe.Add(ref gates, Records * GateFloats);
            ref var cells = ref Unsafe.Add(ref columns, Records * PaddedState * BlockLanes);
            ref var hiddens = ref Unsafe.Add(ref cells, StoredTicks * BlockFloats);
            ref var dh = ref Unsafe.Add(ref hiddens, StoredTicks * BlockFloats);
            ref var messages = ref Unsafe.Add(ref dh, BlockFloats);
            ref var lane = ref Unsafe.Add(ref messages, MessageSize * BlockLanes);
            ref var laneAdjoint = ref Unsafe.Add(ref lane, LaneGateFloats);
            ref var laneSums = ref Unsafe.Add(ref laneAdjoint, LaneGateFloats);
            ref var laneSpread = ref Unsafe.Add(ref laneSums, SumFloats);
            ref var recurrentGradient = ref Unsafe.Add(ref laneSpread, SumFloats);
            ref var loopGates = ref Unsafe.Add(ref recurrentGradient, Columns * PaddedState);
            ref var loopAdjoint = ref Unsafe.Add(ref loopGates, loops * PaddedColumns);
            ref var loopSums = ref Unsafe.Add(ref loopAdjoint, loops * LoopAdjointFloats);
            ref var loopSpread = ref Unsafe.Add(ref loopSums, loops * SumFloats);
            """);
        // What comes in from the sweeps after this one is read off before the turn adds what it gives to the sweeps before.
        if (!turn.IsBackward) writer.Line($"adjoint.State.Backward[{l + 1}].Span.Clear();");
        // Entries beyond N stay zero.
        writer.Line("MemoryMarshal.CreateSpan(ref columns, Records * PaddedState * BlockLanes).Clear();");
        writer.Line("MemoryMarshal.CreateSpan(ref recurrentGradient, Columns * PaddedState).Clear();");
    }

    private void WriteLoopBegin(TurnPlan turn)
    {
        var side = new Side(plan, turn, Lane: false);
        writer.Line(
            $"""
            ProjectLoop(
                ref Unsafe.Add(ref packed, Bias), ref Unsafe.Add(ref packed, {side.InputName}),
                ref Unsafe.Add(ref {side.Incoming}.First, example * {side.IncomingFloats}), {side.Stride}, {side.Channels}, loops, ref loopGates);
            """);
        if (plan.Architecture.PositionFeatures)
            writer.Line($"AddLoopPositions(ref Unsafe.Add(ref packed, Position + {side.PositionRow} * Columns), ref Unsafe.Add(ref packed, Position + 2 * Columns), {LayerPosition(turn)}, loops, ref loopGates);");
        writer.Line("MemoryMarshal.CreateSpan(ref loopAdjoint, loops * LoopAdjointFloats).Clear();");
        if (!side.Sends) return;
        writer.Line("MemoryMarshal.CreateSpan(ref loopSums, loops * SumFloats).Clear();");
        if (_norm) writer.Line("MemoryMarshal.CreateSpan(ref loopSpread, loops * SumFloats).Clear();");
        writer.Line("for (nuint loop = 0; loop < loops; loop++)");
        using (writer.Indent())
            writer.Line(_norm
                ? $"ScaleLoop(ref Unsafe.Add(ref theta, {side.Messenger}ThetaScale), {side.OutgoingAdjoint("loop")}, {side.Stride}, 1f / {turn.Layer.Lanes}f, {side.Entries}, ref Unsafe.Add(ref loopSpread, loop * SumFloats));"
                : $"SpreadLoop(ref Unsafe.Add(ref theta, {side.Messenger}ThetaWeights), {side.OutgoingAdjoint("loop")}, {side.Stride}, 1f / {turn.Layer.Lanes}f, {side.Entries}, ref Unsafe.Add(ref loopSpread, loop * StateSize));");
    }

    private string LayerPosition(TurnPlan turn) =>
        plan.Layers.Count > 1 ? $"{CodeText.Literal(turn.Layer.Index)}f / {CodeText.Literal(plan.Layers.Count - 1)}f" : "0f";

    private static string Lanes(TurnPlan turn) => turn.Layer.HasPadding ? "lanes" : "16f";

    private void WriteBlock(TurnPlan turn)
    {
        var side = new Side(plan, turn, Lane: true);
        if (turn.Layer.HasPadding)
            writer.Line($"var lanes = block == blocks - 1 ? {turn.Layer.Lanes - (turn.Layer.Blocks - 1) * LayerPlan.BlockLanes}f : 16f;");
        writer.Line(
            $"""
            ProjectLanes(
                ref Unsafe.Add(ref packed, {side.InputName}),
                ref Unsafe.Add(ref {side.Incoming}.First, example * {side.IncomingFloats} + block * BlockLanes), {side.Stride}, {side.Channels}, ref lane);
            """);
        if (plan.Architecture.PositionFeatures)
            writer.Line($"AddLanePositions(ref Unsafe.Add(ref packed, Position + {side.PositionRow} * Columns), block * BlockLanes, {turn.Layer.Lanes}, ref lane);");
        writer.Line("MemoryMarshal.CreateSpan(ref laneAdjoint, LaneGateFloats).Clear();");
        if (side.Sends)
        {
            writer.Line("MemoryMarshal.CreateSpan(ref laneSums, SumFloats).Clear();");
            if (_norm) writer.Line("MemoryMarshal.CreateSpan(ref laneSpread, SumFloats).Clear();");
            writer.Line(_norm
                ? $"ScaleLanes(ref Unsafe.Add(ref theta, {side.Messenger}ThetaScale), {side.OutgoingAdjoint("block * BlockLanes")}, {side.Stride}, 1f / loops, {side.Entries}, ref laneSpread);"
                : $"SpreadLanes(ref Unsafe.Add(ref theta, {side.Messenger}ThetaWeights), {side.OutgoingAdjoint("block * BlockLanes")}, {side.Stride}, 1f / loops, {side.Entries}, ref laneSpread);");
        }
        using (writer.Block("for (nuint first = 0; first < loops; first += chunk)"))
        {
            writer.Line("var end = Math.Min(first + chunk, loops);");
            using (writer.Block("for (var loop = first; loop < end; loop++)"))
                WriteSubRnns(turn);
            writer.Line(
                """
                AddWeightGradient(ref columns, ref gates, (end - first) * ticks, ref recurrentGradient);
                AddGateSums(ref gates, end - first, ticks, ref laneAdjoint, ref Unsafe.Add(ref loopAdjoint, first * LoopAdjointFloats));
                """);
        }
        WriteBlockEnd(turn, side);
    }

    private void WriteSubRnns(TurnPlan turn)
    {
        var (lane, loop) = (new Side(plan, turn, Lane: true), new Side(plan, turn, Lane: false));
        writer.Line(
            """
            var from = ((block * loops + loop) * batch + example) * BlockFloats;
            ref var placeGates = ref Unsafe.Add(ref gates, (loop - first) * ticks * GateFloats);
            ref var placeColumns = ref Unsafe.Add(ref columns, (loop - first) * ticks * PaddedState * BlockLanes);
            for (nuint tick = 0; tick < ticks; tick++)
            {
                ref var h = ref tick == 0 ? ref Unsafe.Add(ref hidden, from) : ref Unsafe.Add(ref hiddens, (tick - 1) * BlockFloats);
                TransposeState(ref h, ref Unsafe.Add(ref placeColumns, tick * PaddedState * BlockLanes));
                MicroTickStored(
                    ref Unsafe.Add(ref packed, Recurrent), ref lane, ref Unsafe.Add(ref loopGates, loop * PaddedColumns),
                    ref h, ref tick == 0 ? ref Unsafe.Add(ref cell, from) : ref Unsafe.Add(ref cells, (tick - 1) * BlockFloats),
                    ref Unsafe.Add(ref hiddens, tick * BlockFloats), ref Unsafe.Add(ref cells, tick * BlockFloats), ref Unsafe.Add(ref placeGates, tick * GateFloats));
            }
            ref var last = ref Unsafe.Add(ref hiddens, (ticks - 1) * BlockFloats);

            """);
        WriteOutgoing(turn, lane, loop);
        writer.Line(
            """

            for (nuint tick = ticks; tick-- > 0;)
            {
                CellAdjoint(
                    ref Unsafe.Add(ref placeGates, tick * GateFloats), ref tick == 0 ? ref Unsafe.Add(ref cell, from) : ref Unsafe.Add(ref cells, (tick - 1) * BlockFloats),
                    ref dh, ref Unsafe.Add(ref cellAdjoint, from));
                RecurrentAdjoint(
                    ref Unsafe.Add(ref theta, RecurrentTheta), ref Unsafe.Add(ref placeGates, tick * GateFloats),
                    ref tick == 0 ? ref Unsafe.Add(ref hiddenAdjoint, from) : ref dh);
            }
            """);
    }

    /// <summary>dh of the last micro tick: from the sweeps after this one, and from the messages that went out.</summary>
    private void WriteOutgoing(TurnPlan turn, Side lane, Side loop)
    {
        var w = dialect.Width;
        var spreads = !_norm && (lane.Sends || loop.Sends);
        using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {w})"))
        {
            writer.Line("var at = k * BlockLanes + piece;");
            writer.Line($"var sum = {dialect.Load("hiddenAdjoint", "from + at")};");
            if (spreads)
            {
                if (turn.Layer.HasPadding) writer.Line($"var counts = {dialect.Vector}.LessThan({dialect.Vector}.CreateSequence((float)piece, 1f), {dialect.Broadcast("lanes")});");
                writer.Line($"var y = {dialect.Load("last", "at")};");
                if (lane.Sends)
                {
                    writer.Line($"sum += {Counted(dialect.Load("laneSpread", "at"))};");
                    writer.Line($"({dialect.Load("laneSums", "at")} + y).StoreUnsafe(ref laneSums, at);");
                }
                if (loop.Sends)
                {
                    writer.Line($"sum += {Counted(dialect.Broadcast("Unsafe.Add(ref loopSpread, loop * StateSize + k)"))};");
                    writer.Line($"({dialect.Load("loopSums", "loop * SumFloats + at")} + {Counted("y")}).StoreUnsafe(ref loopSums, loop * SumFloats + at);");
                }
            }
            writer.Line("sum.StoreUnsafe(ref dh, at);");
        }
        if (!_norm) return;
        if (lane.Sends) Normalised(lane, "laneSpread", "laneSums");
        if (loop.Sends) Normalised(loop, "Unsafe.Add(ref loopSpread, loop * SumFloats)", "Unsafe.Add(ref loopSums, loop * SumFloats)");

        string Counted(string value) => turn.Layer.HasPadding ? $"({value} & counts)" : value;

        void Normalised(Side side, string spread, string sums) => writer.Line(
            $"""
            NormalisedAdjoint(
                ref Unsafe.Add(ref theta, {side.Messenger}ThetaWeights), ref Unsafe.Add(ref theta, {side.Messenger}ThetaBias), ref last, {Lanes(turn)},
                ref {spread}, ref messages, ref {sums}, ref dh,
                ref Unsafe.Add(ref gradient, {side.Messenger}ThetaWeights * BlockLanes), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaBias * BlockLanes));
            """);
    }

    private void WriteBlockEnd(TurnPlan turn, Side side)
    {
        writer.Line(
            $"""
            LaneMessagesAdjoint(
                ref Unsafe.Add(ref theta, {side.InputName}Theta), ref Unsafe.Add(ref gradient, {side.InputName}Theta * BlockLanes),
                ref Unsafe.Add(ref {side.Incoming}.First, example * {side.IncomingFloats} + block * BlockLanes),
                ref Unsafe.Add(ref {side.IncomingAdjoint}.First, example * {side.IncomingFloats} + block * BlockLanes), {side.IncomingWanted}, {side.Stride}, {side.Channels}, ref laneAdjoint);
            """);
        if (plan.Architecture.PositionFeatures)
            writer.Line($"PositionAdjoint(ref Unsafe.Add(ref gradient, (PositionTheta + {side.PositionRow} * Columns) * BlockLanes), ref laneAdjoint, (float)(block * BlockLanes), 1f, {Last(turn.Layer.Lanes)});");
        if (!side.Sends) return;
        writer.Line(
            _norm
                ? $"""
                ScaleLanesGradient(
                    ref laneSums, ref Unsafe.Add(ref gradient, {side.Messenger}ThetaScale * BlockLanes), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaOffset * BlockLanes),
                    {side.OutgoingAdjoint("block * BlockLanes")}, {side.Stride}, 1f / loops, {Lanes(turn)}, {side.Entries});
                """
                : $"""
                MessengerLanesGradient(
                    ref laneSums, ref Unsafe.Add(ref gradient, {side.Messenger}ThetaWeights * BlockLanes), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaBias * BlockLanes),
                    {side.OutgoingAdjoint("block * BlockLanes")}, {side.Stride}, 1f / loops, {Lanes(turn)}, {side.Entries});
                """);
    }

    private void WriteLoopEnd(TurnPlan turn)
    {
        var side = new Side(plan, turn, Lane: false);
        using var loops = writer.Block("for (nuint loop = 0; loop < loops; loop++)");
        writer.Line(
            $"""
            ref var dz = ref Unsafe.Add(ref loopAdjoint, loop * LoopAdjointFloats);
            LoopMessageAdjoint(
                ref Unsafe.Add(ref theta, {side.InputName}Theta), ref Unsafe.Add(ref gradient, {side.InputName}Theta * BlockLanes), ref Unsafe.Add(ref gradient, BiasTheta * BlockLanes),
                ref Unsafe.Add(ref {side.Incoming}.First, example * {side.IncomingFloats} + loop),
                ref Unsafe.Add(ref {side.IncomingAdjoint}.First, example * {side.IncomingFloats} + loop), {side.IncomingWanted}, {side.Stride}, {side.Channels}, ref dz);
            """);
        if (plan.Architecture.PositionFeatures)
        {
            writer.Line($"PositionAdjoint(ref Unsafe.Add(ref gradient, (PositionTheta + {side.PositionRow} * Columns) * BlockLanes), ref dz, (float)loop, 0f, {Last(turn.Layer.Loops)});");
            if (plan.Layers.Count > 1)
                writer.Line($"PositionAdjoint(ref Unsafe.Add(ref gradient, (PositionTheta + 2 * Columns) * BlockLanes), ref dz, {turn.Layer.Index}f, 0f, {plan.Layers.Count - 1}f);");
        }
        if (!side.Sends) return;
        writer.Line(
            _norm
                ? $"""
                ScaleLoopGradient(
                    ref Unsafe.Add(ref loopSums, loop * SumFloats), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaScale * BlockLanes), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaOffset * BlockLanes),
                    {side.OutgoingAdjoint("loop")}, {side.Stride}, 1f / {turn.Layer.Lanes}f, {side.Entries});
                """
                : $"""
                MessengerLoopGradient(
                    ref Unsafe.Add(ref loopSums, loop * SumFloats), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaWeights * BlockLanes), ref Unsafe.Add(ref gradient, {side.Messenger}ThetaBias * BlockLanes),
                    {side.OutgoingAdjoint("loop")}, {side.Stride}, 1f / {turn.Layer.Lanes}f, {side.Entries});
                """);
    }

    // One place has position 0, whatever it is divided by.
    private static string Last(int places) => places > 1 ? CodeText.Literal(places - 1) + "f" : "1f";

    private void WriteMerge(TurnPlan turn)
    {
        writer.Line("if (!merge) return;");
        using (writer.Block("for (nuint place = 0; place < blocks * loops; place++)"))
        {
            writer.Line("Merge(ref Unsafe.Add(ref hiddenAdjoint, place * batch * BlockFloats), batch);");
            writer.Line("Merge(ref Unsafe.Add(ref cellAdjoint, place * batch * BlockFloats), batch);");
        }
    }

    /// <summary>What a turn receives and sends along one of its axes, in the words of emitted code.</summary>
    private sealed record Side(NetworkPlan Plan, TurnPlan Turn, bool Lane)
    {
        /// <summary>Whether messages along this axis come in from below: lanes over inputs, or a loop over them.</summary>
        private bool ComesForward => Lane == (Turn.Layer.Axis == LaneAxis.Inputs);

        private int Index => Turn.Layer.Index;

        private Sending Sending => Lane ? Turn.LaneSending : Turn.LoopSending;

        public bool Sends => Sending != Sending.Nothing;

        public int Stride => LayerPlan.Pad(Lane ? Turn.Layer.Lanes : Turn.Layer.Loops);

        public int Channels => Lane ? Turn.LaneChannels : Turn.LoopChannels;

        public string InputName => ComesForward ? "ForwardInput" : "BackwardInput";

        public string PositionRow => ComesForward ? "0" : "1";

        public string Incoming => ComesForward
            ? $"forward[{CodeText.Literal(Index)}]"
            : $"{(Turn.IsBackward && Index < Plan.Layers.Count - 1 ? "target" : "source")}.Backward[{CodeText.Literal(Index + 1)}]";

        public string IncomingAdjoint => ComesForward ? $"adjoint.Forward[{CodeText.Literal(Index)}]" : $"adjoint.State.Backward[{CodeText.Literal(Index + 1)}]";

        public int IncomingFloats => Stride * (ComesForward ? Plan.ForwardChannels(Index) : Plan.BackwardChannels(Index + 1));

        /// <summary>Nobody asks for the gradient of the network's input.</summary>
        public string IncomingWanted => ComesForward && Index == 0 ? "false" : "true";

        /// <summary>Messages sent to the places of an axis travel against those that come in along it.</summary>
        public string Messenger => ComesForward ? "BackwardMessenger" : "ForwardMessenger";

        public string Entries => Sending == Sending.Output
            ? $"{CodeText.Literal(Plan.Architecture.OutputIndex)}, 1"
            : $"0, {CodeText.Literal(Plan.Architecture.MessageSize)}";

        public string OutgoingAdjoint(string place)
        {
            var entries = Sending == Sending.Output ? 1 : Plan.Architecture.MessageSize;
            var array = ComesForward ? $"adjoint.State.Backward[{CodeText.Literal(Index)}]" : $"adjoint.Forward[{CodeText.Literal(Index + 1)}]";
            return $"ref Unsafe.Add(ref {array}.First, example * {CodeText.Literal(entries * Stride)} + {place})";
        }
    }
}
