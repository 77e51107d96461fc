using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the reverse of a convolution's turn: for each sub-RNN, the micro ticks run again with the gates of all positions kept,
/// then backwards. Gradients of theta are summed over the turn and then join those of the episode.
/// </summary>
internal sealed class ConvAdjointTurnEmitter(SourceWriter writer, CpuPlan plan)
{
    private readonly bool _norm = plan.Normalises;
    private readonly ConvGeometryEmitter _geometry = new(writer, "packed");

    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(CpuTurn turn)
    {
        var l = turn.Plan.Layer.Index;
        writer.Line(
            $"""

            // Reverse of layer {l} in the {(turn.IsBackward ? "backward" : "forward")} sweep: {turn.Plan.Layer.Spec.ToString()}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {turn.Name}Adjoint(
                ref float packed, ref float theta, ref float gradient, NetworkState source, {(turn.IsBackward ? "NetworkState target, " : "")}AlignedFloats[] forward, AdjointWorkspace adjoint{(turn.IsBackward ? "" : ", bool merge")})
            """);
        using var body = writer.Body();
        _geometry.WriteSizes(turn);
        WriteLocals(turn);
        writer.Line();
        WriteTransposed(turn);
        using (writer.Block("for (nuint example = 0; example < batch; example++)"))
            WriteExample(turn);
        WriteGradients(turn);
        if (turn.MergesBatch) WriteMerge();
    }

    private void WriteLocals(CpuTurn turn)
    {
        var l = turn.Plan.Layer.Index;
        var scratch = ConvAdjointScratch.Of(plan, turn);
        writer.Line(
            $"""
            const int ticks = {turn.Plan.MicroTicks};
            var batch = (nuint)source.Batch;
            ref var hidden = ref source.Hidden[{l}].First;
            ref var cell = ref source.Cell[{l}].First;
            ref var hiddenAdjoint = ref adjoint.State.Hidden[{l}].First;
            ref var cellAdjoint = ref adjoint.State.Cell[{l}].First;
            ref var scratch = ref adjoint.Scratch.First;
            """);
        Local("stateGates", scratch.Turn.StateGates);
        Local("inputGates", scratch.Turn.InputGates);
        Local("outputGates", scratch.Turn.OutputGates);
        Local("hiddenAt", scratch.Turn.Hidden);
        Local("gates", scratch.Gates);
        Local("states", scratch.States);
        Local("inputAdjoint", scratch.InputAdjoint);
        Local("outputAdjoint", scratch.OutputAdjoint);
        Local("hiddenAtAdjoint", scratch.HiddenAdjoint);
        Local("gateAdjoint", scratch.StateGates);
        Local("zero", scratch.Zero);
        Local("message", scratch.Turn.Message);
        Local("recurrentColumns", scratch.RecurrentColumns);
        Local("backwardColumns", scratch.BackwardColumns);
        Local("recurrentGradient", scratch.RecurrentGradient);
        Local("forwardInputGradient", scratch.ForwardInputGradient);
        Local("backwardInputGradient", scratch.BackwardInputGradient);
        Local("biasGradient", scratch.BiasGradient);
        if (turn.Inputs.Reads.GradientWanted) Local("forwardColumns", scratch.ForwardColumns);
        if (plan.HasPositions)
        {
            Local("startGates", scratch.Turn.StartGates);
            Local("positionGradient", scratch.PositionGradient);
        }
        if (_norm && Sends(turn))
        {
            Local("normalised", scratch.Turn.Normalised);
            Local("messageAdjoint", scratch.MessageAdjoint);
        }
        if (turn.Outputs.Sends.IsRead)
        {
            Local("outputSums", scratch.Turn.OutputSums);
            Local("outputSpread", scratch.OutputSpread);
            Local("forwardMessenger", scratch.ForwardMessenger);
            Local("forwardMessengerGradient", scratch.ForwardMessengerGradient);
        }
        if (turn.Inputs.Sends.IsRead)
        {
            Local("inputSums", scratch.Turn.InputSums);
            Local("inputSpread", scratch.InputSpread);
            Local("backwardMessenger", scratch.BackwardMessenger);
            Local("backwardMessengerGradient", scratch.BackwardMessengerGradient);
        }
        // What comes in from the sweeps after this one is read off before the turn adds what it gives to the sweeps before.
        if (!turn.IsBackward) writer.Line($"{CpuWords.Adjoint(turn.Outputs.Reads)}.Span.Clear();");
        writer.Line($"MemoryMarshal.CreateSpan(ref recurrentGradient, {scratch.Length - scratch.RecurrentGradient}).Clear();");
        writer.Line("MemoryMarshal.CreateSpan(ref zero, PaddedEntries).Clear();");

        void Local(string name, int offset) => writer.Line($"ref var {name} = ref Unsafe.Add(ref scratch, {offset});");
    }

    private static bool Sends(CpuTurn turn) => turn.Outputs.Sends.IsRead || turn.Inputs.Sends.IsRead;

    private void WriteTransposed(CpuTurn turn)
    {
        writer.Line("TransposeRows(ref Unsafe.Add(ref theta, RecurrentTheta), StateSize, PaddedEntries, ref recurrentColumns);");
        writer.Line("TransposeRows(ref Unsafe.Add(ref theta, BackwardInputTheta), MessageSize, PaddedMessage, ref backwardColumns);");
        if (turn.Inputs.Reads.GradientWanted)
            writer.Line("TransposeRows(ref Unsafe.Add(ref theta, ForwardInputTheta), MessageSize, PaddedMessage, ref forwardColumns);");
        if (turn.Outputs.Sends.IsRead)
            writer.Line("TransposeMessenger(ref Unsafe.Add(ref packed, EntryForwardWeights), ref forwardMessenger);");
        if (turn.Inputs.Sends.IsRead)
            writer.Line("TransposeMessenger(ref Unsafe.Add(ref packed, EntryBackwardWeights), ref backwardMessenger);");
    }

    private void WriteExample(CpuTurn turn)
    {
        var side = turn.Outputs;
        _geometry.WriteOutputGates(turn, CpuWords.Received(side.Reads));
        writer.Line("MemoryMarshal.CreateSpan(ref outputAdjoint, outputChannels * positions * EntryGateFloats).Clear();");
        if (turn.Outputs.Sends.IsRead)
        {
            writer.Line($"ref var sentForward = ref Unsafe.Add(ref {CpuWords.Adjoint(side.Sends)}.First, example * {side.SentFloats});");
            writer.Line("MemoryMarshal.CreateSpan(ref outputSums, outputChannels * positions * PlaceSums).Clear();");
            using var channel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
            using var position = writer.Block("for (nuint position = 0; position < positions; position++)");
            WriteSpread(side, "ref Unsafe.Add(ref sentForward, position * outputChannels + outputChannel)", "ref Unsafe.Add(ref outputSpread, (outputChannel * positions + position) * PlaceSums)");
        }
        writer.Line();
        using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
        {
            _geometry.WriteInputGates(turn, CpuWords.Received(turn.Inputs.Reads));
            writer.Line("MemoryMarshal.CreateSpan(ref inputAdjoint, paddedHeight * paddedWidth * EntryGateFloats).Clear();");
            if (turn.Inputs.Sends.IsRead) WriteInputSpread(turn);
            using (writer.Block("for (nuint slot = 0; slot < kernel * kernel; slot++)"))
            {
                writer.Line("var corner = slot / kernel * paddedWidth + slot % kernel;");
                using var outputChannel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
                WriteSubRnn(turn);
            }
            using var row = writer.Block("for (nuint row = 0; row < height; row++)");
            WriteInputs(turn);
        }
        using (writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)"))
            WriteOutputs(turn);
    }

    private void WriteSpread(CpuSide side, string sent, string spread)
    {
        var arguments = $"{sent}, {side.Stride.Factor}, {CpuWords.Share(side.Sends)}, {spread}";
        writer.Line(_norm
            ? $"ScalePlace(ref Unsafe.Add(ref packed, {CpuWords.Messenger(side.Sends)}Scale), {arguments});"
            : $"SpreadPlace(ref {Local(side.Sends)}Messenger, {arguments});");
    }

    private static string Local(SentMessages port) => port.Direction == Direction.Forward ? "forward" : "backward";

    private void WriteInputSpread(CpuTurn turn)
    {
        var side = turn.Inputs;
        writer.Line($"ref var sentBackward = ref Unsafe.Add(ref {CpuWords.Adjoint(side.Sends)}.First, example * {side.SentFloats} + channel);");
        writer.Line("MemoryMarshal.CreateSpan(ref inputSums, paddedHeight * paddedWidth * PlaceSums).Clear();");
        writer.Line("MemoryMarshal.CreateSpan(ref inputSpread, paddedHeight * paddedWidth * PlaceSums).Clear();");
        using var row = writer.Block("for (nuint row = 0; row < height; row++)");
        using var column = writer.Block("for (nuint column = 0; column < width; column++)");
        WriteSpread(side, "ref Unsafe.Add(ref sentBackward, (row * width + column) * channels)", "ref Unsafe.Add(ref inputSpread, ((row + border) * paddedWidth + column + border) * PlaceSums)");
    }

    private void WriteSubRnn(CpuTurn turn)
    {
        writer.Line(
            """
            var from = (((slot * channels + channel) * outputChannels + outputChannel) * batch + example) * PaddedEntries;
            ref var input = ref Unsafe.Add(ref inputGates, corner * EntryGateFloats);
            ref var output = ref Unsafe.Add(ref outputGates, outputChannel * positions * EntryGateFloats);
            ref var cells = ref Unsafe.Add(ref states, ticks * PaddedEntries);
            """);
        var start = _geometry.WriteStart(turn);
        using (writer.Block("for (nuint tick = 0; tick < ticks; tick++)"))
        {
            WriteBefore();
            writer.Line(
                $"""
                RecurrentGates({start}, ref Unsafe.Add(ref packed, EntryRecurrent), ref h, ref stateGates);
                StepPositionsStored(
                    ref stateGates, ref input, ref output, ref c, columns, positions, columnStep * EntryGateFloats, rowStep * EntryGateFloats,
                    ref hiddenAt, ref Unsafe.Add(ref states, tick * PaddedEntries), ref Unsafe.Add(ref cells, tick * PaddedEntries), ref Unsafe.Add(ref gates, tick * positions * StoredGateFloats));
                """);
        }
        WriteOutgoing(turn);
        using (writer.Block("for (nuint tick = ticks; tick-- > 0;)"))
        {
            WriteBefore();
            if (Sends(turn)) writer.Line("var sent = tick == ticks - 1;");
            var given = Sends(turn) ? "ref sent ? ref hiddenAtAdjoint : ref zero, sent ? (nuint)PaddedEntries : 0" : "ref zero, 0";
            writer.Line(
                $"""
                PositionsAdjoint(
                    ref Unsafe.Add(ref gates, tick * positions * StoredGateFloats), ref c, ref Unsafe.Add(ref hiddenAdjoint, from), ref Unsafe.Add(ref cellAdjoint, from),
                    {given}, columns, positions, columnStep * EntryGateFloats, rowStep * EntryGateFloats,
                    ref Unsafe.Add(ref inputAdjoint, corner * EntryGateFloats), ref Unsafe.Add(ref outputAdjoint, outputChannel * positions * EntryGateFloats), ref gateAdjoint);
                """);
            if (turn.Plan.Layer.Positions is { } features)
                writer.Line($"PositionFeaturesAdjoint(ref gateAdjoint, {ConvGeometryEmitter.Features(features)}, ref positionGradient);");
            writer.Line("StateAdjoint(ref recurrentColumns, ref gateAdjoint, ref h, ref recurrentGradient, ref biasGradient, ref Unsafe.Add(ref hiddenAdjoint, from));");
        }
    }

    private void WriteBefore() => writer.Line(
        """
        ref var h = ref tick == 0 ? ref Unsafe.Add(ref hidden, from) : ref Unsafe.Add(ref states, (tick - 1) * PaddedEntries);
        ref var c = ref tick == 0 ? ref Unsafe.Add(ref cell, from) : ref Unsafe.Add(ref cells, (tick - 1) * PaddedEntries);
        """);

    /// <summary>What the messages of the last micro tick give back to h at each position.</summary>
    private void WriteOutgoing(CpuTurn turn)
    {
        if (!Sends(turn)) return;
        const string outputs = "outputChannel * positions * PlaceSums";
        const string inputs = "corner * PlaceSums";
        writer.Line("MemoryMarshal.CreateSpan(ref hiddenAtAdjoint, positions * PaddedEntries).Clear();");
        if (turn.Outputs.Sends.IsRead) Take(turn.Outputs.Sends, "output", outputs, "1, 0");
        if (turn.Inputs.Sends.IsRead) Take(turn.Inputs.Sends, "input", inputs, "columnStep, rowStep");

        void Take(SentMessages port, string side, string at, string steps)
        {
            var name = Local(port);
            if (!_norm)
            {
                writer.Line($"AddToPlaces(ref hiddenAt, positions, columns, {steps}, ref Unsafe.Add(ref {side}Sums, {at}));");
                writer.Line($"AddFromPlaces(ref Unsafe.Add(ref {side}Spread, {at}), positions, columns, {steps}, ref hiddenAtAdjoint);");
                return;
            }
            writer.Line(
                $"""
                NormalisedAdjoint(
                    ref Unsafe.Add(ref packed, {CpuWords.EntryMessenger(port)}Weights), ref Unsafe.Add(ref packed, {CpuWords.EntryMessenger(port)}Bias), ref {name}Messenger, ref hiddenAt, positions, columns, {steps},
                    ref Unsafe.Add(ref {side}Spread, {at}), ref normalised, ref messageAdjoint, ref hiddenAtAdjoint);
                AddMessengerGradient(ref hiddenAt, ref messageAdjoint, positions, ref {name}MessengerGradient);
                AddToPlaces(ref normalised, positions, columns, {steps}, ref Unsafe.Add(ref {side}Sums, {at}));
                """);
        }
    }

    private void WriteInputs(CpuTurn turn)
    {
        var side = turn.Inputs;
        writer.Line("var first = (row + border) * paddedWidth + border;");
        writer.Line($"AddInputGradient(ref Unsafe.Add(ref received, row * width * channels), channels, {side.Stride}, {side.Reads.Entries}, ref Unsafe.Add(ref inputAdjoint, first * EntryGateFloats), width, ref forwardInputGradient);");
        if (side.Reads.GradientWanted)
            using (writer.Block("for (nuint column = 0; column < width; column++)"))
                writer.Line(
                    $"""
                    PlaceAdjoint(
                        ref forwardColumns, ref Unsafe.Add(ref inputAdjoint, (first + column) * EntryGateFloats), {side.Reads.Entries}, ref message,
                        ref Unsafe.Add(ref {CpuWords.Adjoint(side.Reads)}.First, example * {side.ReadFloats} + (row * width + column) * channels + channel), {side.Stride});
                    """);
        if (!side.Sends.IsRead) return;
        writer.Line("var rowReaders = Readers((int)row, rows, kernel, stride);");
        using var columns = writer.Block("for (nuint column = 0; column < width; column++)");
        writer.Line("var readers = rowReaders * Readers((int)column, columns, kernel, stride);");
        WriteSent(side, "input", "first + column", "ref Unsafe.Add(ref sentBackward, (row * width + column) * channels)", "(float)readers / (kernel * kernel)");
    }

    private void WriteOutputs(CpuTurn turn)
    {
        var side = turn.Outputs;
        writer.Line($"AddInputGradient(ref Unsafe.Add(ref backward, outputChannel), outputChannels, {side.Stride}, {side.Reads.Entries}, ref Unsafe.Add(ref outputAdjoint, outputChannel * positions * EntryGateFloats), positions, ref backwardInputGradient);");
        using var positions = writer.Block("for (nuint position = 0; position < positions; position++)");
        writer.Line(
            $"""
            var place = outputChannel * positions + position;
            PlaceAdjoint(
                ref backwardColumns, ref Unsafe.Add(ref outputAdjoint, place * EntryGateFloats), {side.Reads.Entries}, ref message,
                ref Unsafe.Add(ref {CpuWords.Adjoint(side.Reads)}.First, example * {side.ReadFloats} + position * outputChannels + outputChannel), {side.Stride});
            """);
        if (side.Sends.IsRead) WriteSent(side, "output", "place", "ref Unsafe.Add(ref sentForward, position * outputChannels + outputChannel)", CpuWords.ConstantShare(side.Sends));
    }

    private void WriteSent(CpuSide side, string sums, string place, string sent, string readers) =>
        writer.Line($"SendPlaceAdjoint(ref Unsafe.Add(ref {sums}Sums, ({place}) * PlaceSums), {sent}, {side.Stride}, {CpuWords.Share(side.Sends)}, {readers}, ref {Local(side.Sends)}MessengerGradient);");

    private void WriteGradients(CpuTurn turn)
    {
        Rows("recurrent", "StateSize", "RecurrentTheta");
        Rows("forwardInput", CodeText.Literal(turn.Inputs.Reads.Entries), "ForwardInputTheta");
        Rows("backwardInput", CodeText.Literal(turn.Outputs.Reads.Entries), "BackwardInputTheta");
        Rows("bias", "1", "BiasTheta");
        if (plan.HasPositions) Rows("position", "3", "PositionTheta");
        if (turn.Outputs.Sends.IsRead) Messenger("forward", "Forward");
        if (turn.Inputs.Sends.IsRead) Messenger("backward", "Backward");

        void Rows(string name, string count, string offset) =>
            writer.Line($"AddRowsGradient(ref {name}Gradient, {count}, ref Unsafe.Add(ref gradient, {offset} * BlockLanes));");

        void Messenger(string name, string messenger)
        {
            string At(string tensor) => $"ref Unsafe.Add(ref gradient, {messenger}MessengerTheta{tensor} * BlockLanes)";
            writer.Line($"AddMessengerToTheta(ref {name}MessengerGradient, {At("Weights")}, {At("Bias")}{(_norm ? $", {At("Scale")}, {At("Offset")}" : "")});");
        }
    }

    private void WriteMerge()
    {
        writer.Line("if (!merge) return;");
        using var subRnns = writer.Block("for (nuint subRnn = 0; subRnn < kernel * kernel * channels * outputChannels; subRnn++)");
        writer.Line("MergeEntries(ref Unsafe.Add(ref hiddenAdjoint, subRnn * batch * PaddedEntries), batch);");
        writer.Line("MergeEntries(ref Unsafe.Add(ref cellAdjoint, subRnn * batch * PaddedEntries), batch);");
    }
}
