using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the reverse of a convolution's turn: for each sub-RNN, the micro ticks run again with the gates of all positions kept,
/// then backwards. Gradients of theta are summed over the turn and then join those of the episode.
/// </summary>
internal sealed class ConvAdjointTurnEmitter(SourceWriter writer, NetworkPlan plan)
{
    private readonly bool _norm = plan.Architecture.MessageLayerNorm;
    private readonly ConvGeometryEmitter _geometry = new(writer, plan, "packed");

    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        writer.Line(
            $"""

            // Reverse of layer {l} in the {(turn.IsBackward ? "backward" : "forward")} sweep: {turn.Layer.Spec.ToString()}.
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
        if (!turn.IsBackward) WriteMerge();
    }

    private void WriteLocals(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        var scratch = ConvAdjointScratch.Of(plan, turn.Layer);
        writer.Line(
            $"""
            const int ticks = {turn.MicroTicks};
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
        if (l > 0) Local("forwardColumns", scratch.ForwardColumns);
        if (plan.Architecture.PositionFeatures)
        {
            Local("startGates", scratch.Turn.StartGates);
            Local("positionGradient", scratch.PositionGradient);
        }
        if (_norm && Sends(turn))
        {
            Local("normalised", scratch.Turn.Normalised);
            Local("messageAdjoint", scratch.MessageAdjoint);
        }
        if (turn.SendsForward != Sending.Nothing)
        {
            Local("outputSums", scratch.Turn.OutputSums);
            Local("outputSpread", scratch.OutputSpread);
            Local("forwardMessenger", scratch.ForwardMessenger);
            Local("forwardMessengerGradient", scratch.ForwardMessengerGradient);
        }
        if (turn.SendsBackward)
        {
            Local("inputSums", scratch.Turn.InputSums);
            Local("inputSpread", scratch.InputSpread);
            Local("backwardMessenger", scratch.BackwardMessenger);
            Local("backwardMessengerGradient", scratch.BackwardMessengerGradient);
        }
        // What comes in from the sweeps after this one is read off before the turn adds what it gives to the sweeps before.
        if (!turn.IsBackward) writer.Line($"adjoint.State.Backward[{l + 1}].Span.Clear();");
        writer.Line($"MemoryMarshal.CreateSpan(ref recurrentGradient, {scratch.Length - scratch.Gradient}).Clear();");
        writer.Line("MemoryMarshal.CreateSpan(ref zero, PaddedEntries).Clear();");

        void Local(string name, int offset) => writer.Line($"ref var {name} = ref Unsafe.Add(ref scratch, {offset});");
    }

    private static bool Sends(TurnPlan turn) => turn.SendsForward != Sending.Nothing || turn.SendsBackward;

    private void WriteTransposed(TurnPlan turn)
    {
        writer.Line("TransposeRows(ref Unsafe.Add(ref theta, RecurrentTheta), StateSize, PaddedEntries, ref recurrentColumns);");
        writer.Line("TransposeRows(ref Unsafe.Add(ref theta, BackwardInputTheta), MessageSize, PaddedMessage, ref backwardColumns);");
        if (turn.Layer.Index > 0)
            writer.Line("TransposeRows(ref Unsafe.Add(ref theta, ForwardInputTheta), MessageSize, PaddedMessage, ref forwardColumns);");
        if (turn.SendsForward != Sending.Nothing)
            writer.Line("TransposeMessenger(ref Unsafe.Add(ref packed, EntryForwardWeights), ref forwardMessenger);");
        if (turn.SendsBackward)
            writer.Line("TransposeMessenger(ref Unsafe.Add(ref packed, EntryBackwardWeights), ref backwardMessenger);");
    }

    private void WriteExample(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        var (m, outputs, inputs) = (plan.Architecture.MessageSize, LayerPlan.Pad(turn.Layer.Spec.Outputs), LayerPlan.Pad(turn.Layer.Spec.Inputs));
        _geometry.WriteOutputGates(turn, $"{(turn.IsBackward ? "target" : "source")}.Backward[{CodeText.Literal(l + 1)}]");
        writer.Line("MemoryMarshal.CreateSpan(ref outputAdjoint, outputChannels * positions * EntryGateFloats).Clear();");
        if (turn.SendsForward != Sending.Nothing)
        {
            writer.Line($"ref var sentForward = ref Unsafe.Add(ref adjoint.Forward[{l + 1}].First, example * {m * outputs});");
            writer.Line("MemoryMarshal.CreateSpan(ref outputSums, outputChannels * positions * PlaceSums).Clear();");
            using var channel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
            using var position = writer.Block("for (nuint position = 0; position < positions; position++)");
            WriteSpread("Forward", $"ref Unsafe.Add(ref sentForward, position * outputChannels + outputChannel), {outputs}, 1f / (kernel * kernel * channels)", "ref Unsafe.Add(ref outputSpread, (outputChannel * positions + position) * PlaceSums)");
        }
        writer.Line();
        using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
        {
            _geometry.WriteInputGates(turn, $"forward[{CodeText.Literal(l)}]");
            writer.Line("MemoryMarshal.CreateSpan(ref inputAdjoint, paddedHeight * paddedWidth * EntryGateFloats).Clear();");
            if (turn.SendsBackward) WriteInputSpread(turn);
            using (writer.Block("for (nuint slot = 0; slot < kernel * kernel; slot++)"))
            {
                writer.Line("var corner = slot / kernel * paddedWidth + slot % kernel;");
                using var outputChannel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
                WriteSubRnn(turn);
            }
            using var row = writer.Block("for (nuint row = 0; row < height; row++)");
            WriteInputs(turn, inputs);
        }
        using (writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)"))
            WriteOutputs(turn, outputs);
    }

    private void WriteSpread(string messenger, string sent, string spread) => writer.Line(_norm
        ? $"ScalePlace(ref Unsafe.Add(ref packed, {messenger}MessengerScale), {sent}, {spread});"
        : $"SpreadPlace(ref {char.ToLowerInvariant(messenger[0]) + messenger.Substring(1)}Messenger, {sent}, {spread});");

    private void WriteInputSpread(TurnPlan turn)
    {
        var stride = LayerPlan.Pad(turn.Layer.Spec.Inputs);
        writer.Line($"ref var sentBackward = ref Unsafe.Add(ref adjoint.State.Backward[{turn.Layer.Index}].First, example * {plan.Architecture.MessageSize * stride} + channel);");
        writer.Line("MemoryMarshal.CreateSpan(ref inputSums, paddedHeight * paddedWidth * PlaceSums).Clear();");
        writer.Line("MemoryMarshal.CreateSpan(ref inputSpread, paddedHeight * paddedWidth * PlaceSums).Clear();");
        using var row = writer.Block("for (nuint row = 0; row < height; row++)");
        using var column = writer.Block("for (nuint column = 0; column < width; column++)");
        WriteSpread("Backward", $"ref Unsafe.Add(ref sentBackward, (row * width + column) * channels), {stride}, 1f / (kernel * kernel * outputChannels)", "ref Unsafe.Add(ref inputSpread, ((row + border) * paddedWidth + column + border) * PlaceSums)");
    }

    private void WriteSubRnn(TurnPlan turn)
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
            if (plan.Architecture.PositionFeatures)
                writer.Line($"PositionFeaturesAdjoint(ref gateAdjoint, {ConvGeometryEmitter.Feature("channel", "channels")}, {ConvGeometryEmitter.Feature("outputChannel", "outputChannels")}, {_geometry.LayerFeature(turn)}, ref positionGradient);");
            writer.Line("StateAdjoint(ref recurrentColumns, ref gateAdjoint, ref h, ref recurrentGradient, ref biasGradient, ref Unsafe.Add(ref hiddenAdjoint, from));");
        }
    }

    private void WriteBefore() => writer.Line(
        """
        ref var h = ref tick == 0 ? ref Unsafe.Add(ref hidden, from) : ref Unsafe.Add(ref states, (tick - 1) * PaddedEntries);
        ref var c = ref tick == 0 ? ref Unsafe.Add(ref cell, from) : ref Unsafe.Add(ref cells, (tick - 1) * PaddedEntries);
        """);

    /// <summary>What the messages of the last micro tick give back to h at each position.</summary>
    private void WriteOutgoing(TurnPlan turn)
    {
        if (!Sends(turn)) return;
        const string outputs = "outputChannel * positions * PlaceSums";
        const string inputs = "corner * PlaceSums";
        writer.Line("MemoryMarshal.CreateSpan(ref hiddenAtAdjoint, positions * PaddedEntries).Clear();");
        if (turn.SendsForward != Sending.Nothing) Take("Forward", "forward", "output", outputs, "1, 0");
        if (turn.SendsBackward) Take("Backward", "backward", "input", inputs, "columnStep, rowStep");

        void Take(string messenger, string name, string side, string at, string steps)
        {
            if (!_norm)
            {
                writer.Line($"AddToPlaces(ref hiddenAt, positions, columns, {steps}, ref Unsafe.Add(ref {side}Sums, {at}));");
                writer.Line($"AddFromPlaces(ref Unsafe.Add(ref {side}Spread, {at}), positions, columns, {steps}, ref hiddenAtAdjoint);");
                return;
            }
            writer.Line(
                $"""
                NormalisedAdjoint(
                    ref Unsafe.Add(ref packed, Entry{messenger}Weights), ref Unsafe.Add(ref packed, Entry{messenger}Bias), ref {name}Messenger, ref hiddenAt, positions, columns, {steps},
                    ref Unsafe.Add(ref {side}Spread, {at}), ref normalised, ref messageAdjoint, ref hiddenAtAdjoint);
                AddMessengerGradient(ref hiddenAt, ref messageAdjoint, positions, ref {name}MessengerGradient);
                AddToPlaces(ref normalised, positions, columns, {steps}, ref Unsafe.Add(ref {side}Sums, {at}));
                """);
        }
    }

    private void WriteInputs(TurnPlan turn, int stride)
    {
        writer.Line("var first = (row + border) * paddedWidth + border;");
        writer.Line($"AddInputGradient(ref Unsafe.Add(ref received, row * width * channels), channels, {stride}, {turn.ForwardChannels}, ref Unsafe.Add(ref inputAdjoint, first * EntryGateFloats), width, ref forwardInputGradient);");
        if (turn.Layer.Index > 0)
            using (writer.Block("for (nuint column = 0; column < width; column++)"))
                writer.Line(
                    $"""
                    PlaceAdjoint(
                        ref forwardColumns, ref Unsafe.Add(ref inputAdjoint, (first + column) * EntryGateFloats), {turn.ForwardChannels}, ref message,
                        ref Unsafe.Add(ref adjoint.Forward[{turn.Layer.Index}].First, example * {plan.ForwardChannels(turn.Layer.Index) * stride} + (row * width + column) * channels + channel), {stride});
                    """);
        if (!turn.SendsBackward) return;
        writer.Line("var rowReaders = Readers((int)row, rows, kernel, stride);");
        using var columns = writer.Block("for (nuint column = 0; column < width; column++)");
        writer.Line("var readers = rowReaders * Readers((int)column, columns, kernel, stride);");
        WriteSent("backward", "input", "first + column", $"ref Unsafe.Add(ref sentBackward, (row * width + column) * channels), {CodeText.Literal(stride)}, 1f / (kernel * kernel * outputChannels), (float)readers / (kernel * kernel)");
    }

    private void WriteOutputs(TurnPlan turn, int stride)
    {
        var l = turn.Layer.Index + 1;
        var floats = plan.BackwardChannels(l) * stride;
        writer.Line($"AddInputGradient(ref Unsafe.Add(ref backward, outputChannel), outputChannels, {stride}, {turn.BackwardChannels}, ref Unsafe.Add(ref outputAdjoint, outputChannel * positions * EntryGateFloats), positions, ref backwardInputGradient);");
        using var positions = writer.Block("for (nuint position = 0; position < positions; position++)");
        writer.Line(
            $"""
            var place = outputChannel * positions + position;
            PlaceAdjoint(
                ref backwardColumns, ref Unsafe.Add(ref outputAdjoint, place * EntryGateFloats), {turn.BackwardChannels}, ref message,
                ref Unsafe.Add(ref adjoint.State.Backward[{l}].First, example * {floats} + position * outputChannels + outputChannel), {stride});
            """);
        if (turn.SendsForward != Sending.Nothing)
            WriteSent("forward", "output", "place", $"ref Unsafe.Add(ref sentForward, position * outputChannels + outputChannel), {CodeText.Literal(stride)}, 1f / (kernel * kernel * channels), 1f");
    }

    private void WriteSent(string messenger, string side, string place, string sent) =>
        writer.Line($"SendPlaceAdjoint(ref Unsafe.Add(ref {side}Sums, ({place}) * PlaceSums), {sent}, ref {messenger}MessengerGradient);");

    private void WriteGradients(TurnPlan turn)
    {
        Rows("recurrent", "StateSize", "RecurrentTheta");
        Rows("forwardInput", CodeText.Literal(turn.ForwardChannels), "ForwardInputTheta");
        Rows("backwardInput", CodeText.Literal(turn.BackwardChannels), "BackwardInputTheta");
        Rows("bias", "1", "BiasTheta");
        if (plan.Architecture.PositionFeatures) Rows("position", "3", "PositionTheta");
        if (turn.SendsForward != Sending.Nothing) Messenger("forward", "Forward");
        if (turn.SendsBackward) Messenger("backward", "Backward");

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
