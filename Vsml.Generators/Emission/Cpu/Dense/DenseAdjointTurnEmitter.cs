using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the reverse of a dense layer's turn: for each block and place, the micro ticks run again with their gates kept, then
/// backwards.
/// </summary>
internal sealed class DenseAdjointTurnEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private readonly bool _norm = plan.Normalises;

    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(CpuTurn turn)
    {
        writer.Line(
            $"""

            // Reverse of layer {turn.Plan.Layer.Index} in the {(turn.IsBackward ? "backward" : "forward")} sweep: {turn.Plan.Layer.Spec.ToString()}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {turn.Name}Adjoint(
                ref float packed, ref float theta, ref float gradient, NetworkState source, {(turn.IsBackward ? "NetworkState target, " : "")}AlignedFloats[] forward, AdjointWorkspace adjoint{(turn.IsBackward ? "" : ", bool merge")}{CpuWords.SizeParameters(turn)})
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
        if (turn.MergesBatch) WriteMerge();
    }

    private void WriteLocals(CpuTurn turn)
    {
        var l = turn.Plan.Layer.Index;
        var scratch = DenseAdjointScratch.Of(plan, turn.Plan.MicroTicks, turn.Layer.NamedLoops, DenseAdjointTickEmitter.PaddedState(dialect, plan.StateSize));
        var ticks = CodeText.Literal(turn.Plan.MicroTicks);
        CpuWords.WriteExtents(writer, turn, $", chunk = {scratch.Chunk}, ticks = {ticks}", $", chunk = {(scratch.Chunk.IsFree ? $"Math.Min(loops, {CodeText.Literal(scratch.MostChunk)})" : scratch.Chunk)}, ticks = {ticks}");
        writer.Line(
            $"""
            var batch = (nuint)source.Batch;
            ref var hidden = ref source.Hidden[{l}].First;
            ref var cell = ref source.Cell[{l}].First;
            ref var hiddenAdjoint = ref adjoint.State.Hidden[{l}].First;
            ref var cellAdjoint = ref adjoint.State.Cell[{l}].First;
            ref var scratch = ref adjoint.Scratch.First;
            """);
        Local("gates", scratch.Gates);
        Local("columns", scratch.Columns);
        Local("cells", scratch.Cells);
        Local("hiddens", scratch.Hiddens);
        Local("dh", scratch.HiddenAdjoint);
        Local("lane", scratch.Lane);
        Local("laneAdjoint", scratch.LaneAdjoint);
        if (turn.Lane.Sends.IsRead)
        {
            Local("laneSums", scratch.LaneSums);
            Local("laneSpread", scratch.LaneSpread);
        }
        Local("recurrentGradient", scratch.RecurrentGradient);
        Local("loopGates", scratch.LoopGates);
        Local("loopAdjoint", scratch.LoopAdjoint);
        if (turn.Loop.Sends.IsRead)
        {
            Local("loopSums", scratch.LoopSums);
            Local("loopSpread", scratch.LoopSpread);
        }
        if (_norm && (turn.Lane.Sends.IsRead || turn.Loop.Sends.IsRead)) Local("messages", scratch.Messages);
        // What comes in from the sweeps after this one is read off before the turn adds what it gives to the sweeps before.
        if (!turn.IsBackward) writer.Line($"{CpuWords.Adjoint(turn.Outputs.Reads)}.Span.Clear();");
        // Entries beyond N stay zero.
        writer.Line($"MemoryMarshal.CreateSpan(ref columns, {CpuWords.Count(scratch.ColumnFloats)}).Clear();");
        writer.Line($"MemoryMarshal.CreateSpan(ref recurrentGradient, {scratch.RecurrentFloats}).Clear();");

        void Local(string name, Extent offset) => writer.Line($"ref var {name} = ref Unsafe.Add(ref scratch, {offset});");
    }

    private void WriteLoopBegin(CpuTurn turn)
    {
        var side = turn.Loop;
        writer.Line(
            $"""
            ProjectLoop(
                ref Unsafe.Add(ref packed, Bias), ref Unsafe.Add(ref packed, {CpuWords.Rows(side.Reads)}),
                ref Unsafe.Add(ref {CpuWords.Received(side.Reads)}.First, example * {side.ReadFloats.Factor}), {side.Stride}, {side.Reads.Entries}, loops, ref loopGates);
            """);
        if (turn.Plan.Layer.Positions is { } features)
            writer.Line($"AddLoopPositions(ref Unsafe.Add(ref packed, Position + {CpuWords.FeatureRow(side)} * Columns), ref Unsafe.Add(ref packed, Position + 2 * Columns), {CpuWords.LayerFeature(features)}, loops, ref loopGates);");
        writer.Line($"MemoryMarshal.CreateSpan(ref loopAdjoint, {OfPlaces(turn, "LoopAdjointFloats")}).Clear();");
        if (!side.Sends.IsRead) return;
        writer.Line($"MemoryMarshal.CreateSpan(ref loopSums, {OfPlaces(turn, "SumFloats")}).Clear();");
        if (_norm) writer.Line($"MemoryMarshal.CreateSpan(ref loopSpread, {OfPlaces(turn, "SumFloats")}).Clear();");
        writer.Line("for (nuint loop = 0; loop < loops; loop++)");
        using (writer.Indent())
            writer.Line(_norm
                ? $"ScaleLoop(ref Unsafe.Add(ref theta, {CpuWords.Messenger(side.Sends)}ThetaScale), {OutgoingAdjoint(side, "loop")}, {side.Stride}, {CpuWords.Share(side.Sends)}, {CpuWords.Entries(side.Sends)}, ref Unsafe.Add(ref loopSpread, loop * SumFloats));"
                : $"SpreadLoop(ref Unsafe.Add(ref theta, {CpuWords.Messenger(side.Sends)}ThetaWeights), {OutgoingAdjoint(side, "loop")}, {side.Stride}, {CpuWords.Share(side.Sends)}, {CpuWords.Entries(side.Sends)}, ref Unsafe.Add(ref loopSpread, loop * StateSize));");
    }

    // Where loops is no constant it is a nuint.
    private static string OfPlaces(CpuTurn turn, string floats) => turn.Layer.IsFree ? $"(int)(loops * {floats})" : $"loops * {floats}";

    private static string Lanes(CpuTurn turn) => turn.Layer.HasPadding ? "lanes" : "16f";

    private void WriteBlock(CpuTurn turn)
    {
        var side = turn.Lane;
        if (turn.Layer.HasPadding)
            writer.Line($"var lanes = {CpuWords.LanesOfBlock(turn.Layer)};");
        writer.Line(
            $"""
            ProjectLanes(
                ref Unsafe.Add(ref packed, {CpuWords.Rows(side.Reads)}),
                ref Unsafe.Add(ref {CpuWords.Received(side.Reads)}.First, example * {side.ReadFloats.Factor} + block * BlockLanes), {side.Stride}, {side.Reads.Entries}, ref lane);
            """);
        if (turn.Plan.Layer.Positions is { } features)
            writer.Line($"AddLanePositions(ref Unsafe.Add(ref packed, Position + {CpuWords.FeatureRow(side)} * Columns), block * BlockLanes, {features.Places(side.Reads.Direction)}, ref lane);");
        writer.Line("MemoryMarshal.CreateSpan(ref laneAdjoint, LaneGateFloats).Clear();");
        if (side.Sends.IsRead)
        {
            writer.Line("MemoryMarshal.CreateSpan(ref laneSums, SumFloats).Clear();");
            if (_norm) writer.Line("MemoryMarshal.CreateSpan(ref laneSpread, SumFloats).Clear();");
            writer.Line(_norm
                ? $"ScaleLanes(ref Unsafe.Add(ref theta, {CpuWords.Messenger(side.Sends)}ThetaScale), {OutgoingAdjoint(side, "block * BlockLanes")}, {side.Stride}, {CpuWords.Share(side.Sends)}, {CpuWords.Entries(side.Sends)}, ref laneSpread);"
                : $"SpreadLanes(ref Unsafe.Add(ref theta, {CpuWords.Messenger(side.Sends)}ThetaWeights), {OutgoingAdjoint(side, "block * BlockLanes")}, {side.Stride}, {CpuWords.Share(side.Sends)}, {CpuWords.Entries(side.Sends)}, ref laneSpread);");
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

    private void WriteSubRnns(CpuTurn turn)
    {
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
        WriteOutgoing(turn);
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
    private void WriteOutgoing(CpuTurn turn)
    {
        var w = dialect.Width;
        var spreads = !_norm && (turn.Lane.Sends.IsRead || turn.Loop.Sends.IsRead);
        using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {w})"))
        {
            writer.Line("var at = k * BlockLanes + piece;");
            writer.Line($"var sum = {dialect.Load("hiddenAdjoint", "from + at")};");
            if (spreads)
            {
                if (turn.Layer.HasPadding) writer.Line($"var counts = {dialect.Vector}.LessThan({dialect.Vector}.CreateSequence((float)piece, 1f), {dialect.Broadcast("lanes")});");
                writer.Line($"var y = {dialect.Load("last", "at")};");
                if (turn.Lane.Sends.IsRead)
                {
                    writer.Line($"sum += {Counted(dialect.Load("laneSpread", "at"))};");
                    writer.Line($"({dialect.Load("laneSums", "at")} + y).StoreUnsafe(ref laneSums, at);");
                }
                if (turn.Loop.Sends.IsRead)
                {
                    writer.Line($"sum += {Counted(dialect.Broadcast("Unsafe.Add(ref loopSpread, loop * StateSize + k)"))};");
                    writer.Line($"({dialect.Load("loopSums", "loop * SumFloats + at")} + {Counted("y")}).StoreUnsafe(ref loopSums, loop * SumFloats + at);");
                }
            }
            writer.Line("sum.StoreUnsafe(ref dh, at);");
        }
        if (!_norm) return;
        if (turn.Lane.Sends.IsRead) Normalised(turn.Lane.Sends, "laneSpread", "laneSums");
        if (turn.Loop.Sends.IsRead) Normalised(turn.Loop.Sends, "Unsafe.Add(ref loopSpread, loop * SumFloats)", "Unsafe.Add(ref loopSums, loop * SumFloats)");

        string Counted(string value) => turn.Layer.HasPadding ? $"({value} & counts)" : value;

        void Normalised(SentMessages port, string spread, string sums)
        {
            var messenger = CpuWords.Messenger(port);
            writer.Line(
                $"""
                NormalisedAdjoint(
                    ref Unsafe.Add(ref theta, {messenger}ThetaWeights), ref Unsafe.Add(ref theta, {messenger}ThetaBias), ref last, {Lanes(turn)},
                    ref {spread}, ref messages, ref {sums}, ref dh,
                    ref Unsafe.Add(ref gradient, {messenger}ThetaWeights * BlockLanes), ref Unsafe.Add(ref gradient, {messenger}ThetaBias * BlockLanes));
                """);
        }
    }

    private void WriteBlockEnd(CpuTurn turn, CpuSide side)
    {
        writer.Line(
            $"""
            LaneMessagesAdjoint(
                ref Unsafe.Add(ref theta, {CpuWords.Rows(side.Reads)}Theta), ref Unsafe.Add(ref gradient, {CpuWords.Rows(side.Reads)}Theta * BlockLanes),
                ref Unsafe.Add(ref {CpuWords.Received(side.Reads)}.First, example * {side.ReadFloats.Factor} + block * BlockLanes),
                ref Unsafe.Add(ref {CpuWords.Adjoint(side.Reads)}.First, example * {side.ReadFloats.Factor} + block * BlockLanes), {side.Reads.GradientWanted}, {side.Stride}, {side.Reads.Entries}, ref laneAdjoint);
            """);
        if (turn.Plan.Layer.Positions is { } features)
            writer.Line($"PositionAdjoint(ref Unsafe.Add(ref gradient, (PositionTheta + {CpuWords.FeatureRow(side)} * Columns) * BlockLanes), ref laneAdjoint, (float)(block * BlockLanes), 1f, {Last(features.Places(side.Reads.Direction))});");
        if (!side.Sends.IsRead) return;
        writer.Line(
            _norm
                ? $"""
                ScaleLanesGradient(
                    ref laneSums, ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaScale * BlockLanes), ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaOffset * BlockLanes),
                    {OutgoingAdjoint(side, "block * BlockLanes")}, {side.Stride}, {CpuWords.Share(side.Sends)}{CpuWords.ConstantArgument(plan, side.Sends)}, {Lanes(turn)}, {CpuWords.Entries(side.Sends)});
                """
                : $"""
                MessengerLanesGradient(
                    ref laneSums, ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaWeights * BlockLanes), ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaBias * BlockLanes),
                    {OutgoingAdjoint(side, "block * BlockLanes")}, {side.Stride}, {CpuWords.Share(side.Sends)}{CpuWords.ConstantArgument(plan, side.Sends)}, {Lanes(turn)}, {CpuWords.Entries(side.Sends)});
                """);
    }

    private void WriteLoopEnd(CpuTurn turn)
    {
        var side = turn.Loop;
        using var loops = writer.Block("for (nuint loop = 0; loop < loops; loop++)");
        writer.Line(
            $"""
            ref var dz = ref Unsafe.Add(ref loopAdjoint, loop * LoopAdjointFloats);
            LoopMessageAdjoint(
                ref Unsafe.Add(ref theta, {CpuWords.Rows(side.Reads)}Theta), ref Unsafe.Add(ref gradient, {CpuWords.Rows(side.Reads)}Theta * BlockLanes), ref Unsafe.Add(ref gradient, BiasTheta * BlockLanes),
                ref Unsafe.Add(ref {CpuWords.Received(side.Reads)}.First, example * {side.ReadFloats.Factor} + loop),
                ref Unsafe.Add(ref {CpuWords.Adjoint(side.Reads)}.First, example * {side.ReadFloats.Factor} + loop), {side.Reads.GradientWanted}, {side.Stride}, {side.Reads.Entries}, ref dz);
            """);
        if (turn.Plan.Layer.Positions is { } features)
        {
            writer.Line($"PositionAdjoint(ref Unsafe.Add(ref gradient, (PositionTheta + {CpuWords.FeatureRow(side)} * Columns) * BlockLanes), ref dz, (float)loop, 0f, {Last(features.Places(side.Reads.Direction))});");
            if (features.Layers > 1)
                writer.Line($"PositionAdjoint(ref Unsafe.Add(ref gradient, (PositionTheta + 2 * Columns) * BlockLanes), ref dz, {features.Layer}f, 0f, {features.Layers - 1}f);");
        }
        if (!side.Sends.IsRead) return;
        writer.Line(
            _norm
                ? $"""
                ScaleLoopGradient(
                    ref Unsafe.Add(ref loopSums, loop * SumFloats), ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaScale * BlockLanes), ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaOffset * BlockLanes),
                    {OutgoingAdjoint(side, "loop")}, {side.Stride}, {CpuWords.Share(side.Sends)}{CpuWords.ConstantArgument(plan, side.Sends)}, {CpuWords.Entries(side.Sends)});
                """
                : $"""
                MessengerLoopGradient(
                    ref Unsafe.Add(ref loopSums, loop * SumFloats), ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaWeights * BlockLanes), ref Unsafe.Add(ref gradient, {CpuWords.Messenger(side.Sends)}ThetaBias * BlockLanes),
                    {OutgoingAdjoint(side, "loop")}, {side.Stride}, {CpuWords.Share(side.Sends)}{CpuWords.ConstantArgument(plan, side.Sends)}, {CpuWords.Entries(side.Sends)});
                """);
    }

    // One place has position 0, whatever it is divided by.
    private static string Last(Extent places) =>
        places.IsFree ? $"{places} > 1 ? (float)({places} - 1) : 1f"
        : places.Number > 1 ? CodeText.Literal(places.Number - 1) + "f" : "1f";

    private void WriteMerge()
    {
        writer.Line("if (!merge) return;");
        using (writer.Block("for (nuint place = 0; place < blocks * loops; place++)"))
        {
            writer.Line("Merge(ref Unsafe.Add(ref hiddenAdjoint, place * batch * BlockFloats), batch);");
            writer.Line("Merge(ref Unsafe.Add(ref cellAdjoint, place * batch * BlockFloats), batch);");
        }
    }

    private static string OutgoingAdjoint(CpuSide side, string place) =>
        $"ref Unsafe.Add(ref {CpuWords.Adjoint(side.Sends)}.First, example * {side.SentFloats.Factor} + {place})";
}
