using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the turn of a convolution. Messages are projected onto the gates once per position, P of its inputs and Q of its
/// outputs; each sub-RNN then steps at all positions with its one state, whose mean over positions is its state in the next micro
/// tick. Forward messages lie with a border of zeros, so that windows need no bounds.
/// </summary>
internal sealed class ConvTurnEmitter(SourceWriter writer, CpuPlan plan)
{
    private readonly ConvGeometryEmitter _geometry = new(writer, "theta");

    /// <summary>Writes one turn.</summary>
    /// <param name="turn">The turn.</param>
    public void Write(CpuTurn turn)
    {
        var layer = turn.Plan.Layer;
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
        if (turn.MergesBatch) WriteMerge();
        using var examples = writer.Block("for (nuint example = 0; example < batch; example++)");
        _geometry.WriteOutputGates(turn, CpuWords.Incoming(turn.Outputs.Reads));
        if (turn.Outputs.Sends.IsRead)
            writer.Line("MemoryMarshal.CreateSpan(ref outputSums, outputChannels * positions * PlaceSums).Clear();");
        using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
        {
            _geometry.WriteInputGates(turn, CpuWords.Incoming(turn.Inputs.Reads));
            if (turn.Inputs.Sends.IsRead)
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
            if (turn.Inputs.Sends.IsRead) WriteSendBackward(turn);
        }
        if (turn.Outputs.Sends.IsRead) WriteSendForward(turn);
    }

    private void WriteLocals(CpuTurn turn)
    {
        var l = turn.Plan.Layer.Index;
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
        if (plan.HasPositions) writer.Line($"ref var startGates = ref Unsafe.Add(ref scratch, {scratch.StartGates});");
        if (!turn.Outputs.Sends.IsRead && !turn.Inputs.Sends.IsRead) return;
        writer.Line($"ref var message = ref Unsafe.Add(ref scratch, {scratch.Message});");
        if (plan.Normalises) writer.Line($"ref var normalised = ref Unsafe.Add(ref scratch, {scratch.Normalised});");
        if (turn.Inputs.Sends.IsRead) writer.Line($"ref var inputSums = ref Unsafe.Add(ref scratch, {scratch.InputSums});");
        if (turn.Outputs.Sends.IsRead) writer.Line($"ref var outputSums = ref Unsafe.Add(ref scratch, {scratch.OutputSums});");
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

    private void WriteTicks(CpuTurn turn)
    {
        writer.Line(
            """
            var from = (((slot * channels + channel) * outputChannels + outputChannel) * batch + example) * PaddedEntries;
            var to = from * target.StateStep;
            ref var h = ref Unsafe.Add(ref hidden, from);
            ref var c = ref Unsafe.Add(ref cell, from);
            """);
        var start = _geometry.WriteStart(turn);
        using var ticks = writer.Block($"for (var tick = 0; tick < {turn.Plan.MicroTicks}; tick++)");
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

    private void WriteSums(CpuTurn turn)
    {
        if (turn.Outputs.Sends.IsRead)
            Add(turn.Outputs.Sends, "columns, 1, 0, ref Unsafe.Add(ref outputSums, outputChannel * positions * PlaceSums)");
        if (turn.Inputs.Sends.IsRead)
            Add(turn.Inputs.Sends, "columns, columnStep, rowStep, ref Unsafe.Add(ref inputSums, corner * PlaceSums)");

        void Add(SentMessages port, string to)
        {
            var from = "hiddenAt";
            if (plan.Normalises)
            {
                writer.Line($"NormalisePositions(ref Unsafe.Add(ref theta, {CpuWords.EntryMessenger(port)}Weights), ref Unsafe.Add(ref theta, {CpuWords.EntryMessenger(port)}Bias), ref hiddenAt, positions, ref normalised);");
                from = "normalised";
            }
            writer.Line($"AddToPlaces(ref {from}, positions, {to});");
        }
    }

    private void WriteSendForward(CpuTurn turn)
    {
        var side = turn.Outputs;
        using var channel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
        using var position = writer.Block("for (nuint position = 0; position < positions; position++)");
        writer.Line(
            $"""
            SendPlace(
                {SendParameters(side.Sends)}, ref Unsafe.Add(ref outputSums, (outputChannel * positions + position) * PlaceSums), {CpuWords.Share(side.Sends)}, {CpuWords.ConstantShare(side.Sends)}, ref message,
                ref Unsafe.Add(ref {CpuWords.Outgoing(side.Sends)}.First, example * {side.SentFloats} + position * outputChannels + outputChannel), {side.Stride});
            """);
    }

    private void WriteSendBackward(CpuTurn turn)
    {
        var side = turn.Inputs;
        using var row = writer.Block("for (nuint row = 0; row < height; row++)");
        writer.Line("var rowReaders = Readers((int)row, rows, kernel, stride);");
        using var column = writer.Block("for (nuint column = 0; column < width; column++)");
        writer.Line(
            $"""
            var readers = rowReaders * Readers((int)column, columns, kernel, stride);
            SendPlace(
                {SendParameters(side.Sends)}, ref Unsafe.Add(ref inputSums, ((row + border) * paddedWidth + column + border) * PlaceSums),
                {CpuWords.Share(side.Sends)}, (float)readers / (kernel * kernel), ref message,
                ref Unsafe.Add(ref {CpuWords.Outgoing(side.Sends)}.First, example * {side.SentFloats} + (row * width + column) * channels + channel), {side.Stride});
            """);
    }

    private string SendParameters(SentMessages port) => plan.Normalises
        ? $"ref Unsafe.Add(ref theta, {CpuWords.Messenger(port)}Scale), ref Unsafe.Add(ref theta, {CpuWords.Messenger(port)}Offset)"
        : $"ref Unsafe.Add(ref theta, {CpuWords.EntryMessenger(port)}Weights), ref Unsafe.Add(ref theta, {CpuWords.EntryMessenger(port)}Bias)";
}
