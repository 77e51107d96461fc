using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the turn of a convolution. Messages are projected onto the gates once per position, P of its inputs and Q of its
/// outputs; each sub-RNN then steps at all positions with its one state, whose mean over positions is its state in the next micro
/// tick. Forward messages lie with a border of zeros, so that windows need no bounds.
/// </summary>
internal sealed class ConvTurnEmitter(SourceWriter writer, NetworkPlan plan)
{
    private readonly ConvGeometryEmitter _geometry = new(writer, plan, "theta");

    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(TurnPlan turn)
    {
        var layer = turn.Layer;
        writer.Line(
            $"""

            // Layer {layer.Index}, {(turn.IsBackward ? "backward" : "forward")} sweep: {layer.Spec.ToString()}, lanes over entries.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {turn.Name}(ref float theta, NetworkState source, NetworkState target, SweepWorkspace workspace{(turn.IsBackward ? "" : ", bool merge")})
            """);
        using var body = writer.Body();
        _geometry.WriteSizes(turn);
        WriteLocals(turn);
        writer.Line();
        if (!turn.IsBackward) WriteMerge();
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        // In a backward sweep the layer after this one, which there always is, has just sent its messages.
        _geometry.WriteOutputGates(turn, $"{(turn.IsBackward ? "target" : "source")}.Backward[{CodeText.Literal(turn.Layer.Index + 1)}]");
        if (turn.SendsForward != Sending.Nothing)
            writer.Line("MemoryMarshal.CreateSpan(ref outputSums, outputChannels * positions * PlaceSums).Clear();");
        using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
        {
            _geometry.WriteInputGates(turn, $"workspace.Forward[{CodeText.Literal(turn.Layer.Index)}]");
            if (turn.SendsBackward)
                writer.Line("MemoryMarshal.CreateSpan(ref inputSums, paddedHeight * paddedWidth * PlaceSums).Clear();");
            using (writer.Block("for (nuint slot = 0; slot < kernel * kernel; slot++)"))
            {
                writer.Line("var corner = slot / kernel * paddedWidth + slot % kernel;");
                using (writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)"))
                {
                    WriteTicks(turn);
                    WriteSums(turn);
                }
            }
            if (turn.SendsBackward) WriteSendBackward(turn);
        }
        if (turn.SendsForward != Sending.Nothing) WriteSendForward(turn);
    }

    private void WriteLocals(TurnPlan turn)
    {
        var l = turn.Layer.Index;
        var scratch = ConvScratch.Of(plan, turn.Layer);
        writer.Line(
            $"""
            var batch = (nuint)source.Batch;
            ref var hidden = ref source.Hidden[{l}].First;
            ref var cell = ref source.Cell[{l}].First;
            ref var newHidden = ref target.Hidden[{l}].First;
            ref var newCell = ref target.Cell[{l}].First;
            ref var scratch = ref workspace.Scratch.First;
            ref var stateGates = ref Unsafe.Add(ref scratch, {scratch.StateGates});
            ref var inputGates = ref Unsafe.Add(ref scratch, {scratch.InputGates});
            ref var outputGates = ref Unsafe.Add(ref scratch, {scratch.OutputGates});
            ref var hiddenAt = ref Unsafe.Add(ref scratch, {scratch.Hidden});
            """);
        if (plan.Architecture.PositionFeatures) writer.Line($"ref var startGates = ref Unsafe.Add(ref scratch, {scratch.StartGates});");
        if (turn.SendsForward == Sending.Nothing && !turn.SendsBackward) return;
        writer.Line($"ref var message = ref Unsafe.Add(ref scratch, {scratch.Message});");
        if (plan.Architecture.MessageLayerNorm) writer.Line($"ref var normalised = ref Unsafe.Add(ref scratch, {scratch.Normalised});");
        if (turn.SendsBackward) writer.Line($"ref var inputSums = ref Unsafe.Add(ref scratch, {scratch.InputSums});");
        if (turn.SendsForward != Sending.Nothing) writer.Line($"ref var outputSums = ref Unsafe.Add(ref scratch, {scratch.OutputSums});");
    }

    private void WriteMerge()
    {
        using (writer.Block("if (merge)"))
        using (writer.Block("for (nuint subRnn = 0; subRnn < kernel * kernel * channels * outputChannels; subRnn++)"))
        {
            writer.Line("MergeEntries(ref Unsafe.Add(ref hidden, subRnn * batch * PaddedEntries), batch);");
            writer.Line("MergeEntries(ref Unsafe.Add(ref cell, subRnn * batch * PaddedEntries), batch);");
        }
    }

    private void WriteTicks(TurnPlan turn)
    {
        writer.Line(
            """
            var from = (((slot * channels + channel) * outputChannels + outputChannel) * batch + example) * PaddedEntries;
            var to = from * target.StateStep;
            ref var h = ref Unsafe.Add(ref hidden, from);
            ref var c = ref Unsafe.Add(ref cell, from);
            """);
        var start = _geometry.WriteStart(turn);
        using var ticks = writer.Block($"for (var tick = 0; tick < {turn.MicroTicks}; tick++)");
        writer.Line(
            $"""
            RecurrentGates({start}, ref Unsafe.Add(ref theta, EntryRecurrent), ref h, ref stateGates);
            StepPositions(
                ref stateGates, ref Unsafe.Add(ref inputGates, corner * EntryGateFloats), ref Unsafe.Add(ref outputGates, outputChannel * positions * EntryGateFloats), ref c,
                columns, positions, columnStep * EntryGateFloats, rowStep * EntryGateFloats, ref hiddenAt, ref Unsafe.Add(ref newHidden, to), ref Unsafe.Add(ref newCell, to));
            h = ref Unsafe.Add(ref newHidden, to);
            c = ref Unsafe.Add(ref newCell, to);
            """);
    }

    private void WriteSums(TurnPlan turn)
    {
        if (turn.SendsForward != Sending.Nothing)
            Add("Forward", "columns, 1, 0, ref Unsafe.Add(ref outputSums, outputChannel * positions * PlaceSums)");
        if (turn.SendsBackward)
            Add("Backward", "columns, columnStep, rowStep, ref Unsafe.Add(ref inputSums, corner * PlaceSums)");

        void Add(string messenger, string to)
        {
            var from = "hiddenAt";
            if (plan.Architecture.MessageLayerNorm)
            {
                writer.Line($"NormalisePositions(ref Unsafe.Add(ref theta, Entry{messenger}Weights), ref Unsafe.Add(ref theta, Entry{messenger}Bias), ref hiddenAt, positions, ref normalised);");
                from = "normalised";
            }
            writer.Line($"AddToPlaces(ref {from}, positions, {to});");
        }
    }

    private void WriteSendForward(TurnPlan turn)
    {
        var stride = LayerPlan.Pad(turn.Layer.Spec.Outputs);
        using var channel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
        using var position = writer.Block("for (nuint position = 0; position < positions; position++)");
        writer.Line(
            $"""
            SendPlace(
                {SendParameters("Forward")}, ref Unsafe.Add(ref outputSums, (outputChannel * positions + position) * PlaceSums), 1f / (kernel * kernel * channels), 1f, ref message,
                ref Unsafe.Add(ref workspace.Forward[{turn.Layer.Index + 1}].First, example * {plan.Architecture.MessageSize * stride} + position * outputChannels + outputChannel), {stride});
            """);
    }

    private void WriteSendBackward(TurnPlan turn)
    {
        var stride = LayerPlan.Pad(turn.Layer.Spec.Inputs);
        using var row = writer.Block("for (nuint row = 0; row < height; row++)");
        writer.Line("var rowReaders = Readers((int)row, rows, kernel, stride);");
        using var column = writer.Block("for (nuint column = 0; column < width; column++)");
        writer.Line(
            $"""
            var readers = rowReaders * Readers((int)column, columns, kernel, stride);
            SendPlace(
                {SendParameters("Backward")}, ref Unsafe.Add(ref inputSums, ((row + border) * paddedWidth + column + border) * PlaceSums),
                1f / (kernel * kernel * outputChannels), (float)readers / (kernel * kernel), ref message,
                ref Unsafe.Add(ref target.Backward[{turn.Layer.Index}].First, example * {plan.Architecture.MessageSize * stride} + (row * width + column) * channels + channel), {stride});
            """);
    }

    private string SendParameters(string messenger) => plan.Architecture.MessageLayerNorm
        ? $"ref Unsafe.Add(ref theta, {messenger}MessengerScale), ref Unsafe.Add(ref theta, {messenger}MessengerOffset)"
        : $"ref Unsafe.Add(ref theta, Entry{messenger}Weights), ref Unsafe.Add(ref theta, Entry{messenger}Bias)";
}
