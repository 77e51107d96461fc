using System.Collections.Generic;
using System.Linq;

namespace Vsml;

/// <summary>One thing wrong with an architecture.</summary>
/// <param name="Id">The diagnostic's number, for example "VSML0101".</param>
/// <param name="Path">Where, by JSON names: for example "layers[1].inputs" or "schedule.microTicks".</param>
/// <param name="Message">What is wrong and what to write instead, in one line.</param>
/// <param name="IsWarning">True where the architecture still works.</param>
public sealed record ArchitectureProblem(string Id, string Path, string Message, bool IsWarning = false);

/// <summary>The rules that every architecture must keep, whether declared by attributes or by JSON.</summary>
public static class ArchitectureRules
{
    /// <summary>Largest N and M.</summary>
    public const int MaxSize = 128;

    /// <summary>Largest number of micro ticks, and of ticks per example.</summary>
    public const int MaxTicks = 64;

    // What a .NET array holds, less the cache line by which it is aligned.
    private const long MaxArrayFloats = 0x7FFFFFC7 - 16;
    private const long WarnStateBytes = 1L << 30;

    /// <summary>Checks an architecture.</summary>
    /// <param name="architecture">What was declared.</param>
    /// <returns>All problems, in the order of the declaration; empty if it is valid.</returns>
    public static IReadOnlyList<ArchitectureProblem> Check(Architecture architecture)
    {
        var problems = new List<ArchitectureProblem>();
        void Error(string id, string path, string message) => problems.Add(new(id, path, message));

        if (architecture.StateSize is < 1 or > MaxSize)
            Error("VSML0201", "stateSize", $"State size {architecture.StateSize} is outside 1..{MaxSize}.");
        if (architecture.MessageSize is < 1 or > MaxSize)
            Error("VSML0202", "messageSize", $"Message size {architecture.MessageSize} is outside 1..{MaxSize}.");
        else
        {
            if (architecture.MessageSize < 2 && architecture.LabelFeedback)
                Error("VSML0203", "messageSize", "Message size is 1, but label feedback needs a second entry beside the error. Use at least 2, or switch label feedback off.");
            if (architecture.OutputIndex < 0 || architecture.OutputIndex >= architecture.MessageSize)
                Error("VSML0204", "outputIndex", $"Output index {architecture.OutputIndex} does not exist; messages have entries 0..{architecture.MessageSize - 1}.");
        }
        if (!(architecture.OutputBound >= 0) || float.IsInfinity(architecture.OutputBound))
            Error("VSML0205", "outputBound", "The output bound must be a finite number of at least 0; 0 switches it off.");
        if (!(architecture.InitialRandomFraction is >= 0 and <= 1))
            Error("VSML0206", "initialRandomFraction", "The initial random fraction must lie in 0..1.");

        CheckInitialCells(architecture, Error);
        if (architecture.MessageScale is < MessageScale.Mean or > MessageScale.Root)
            Error("VSML0212", "messageScale", $"Message scale {(int)architecture.MessageScale} does not exist; use mean or root.");

        CheckSchedule(architecture, Error);
        CheckLayers(architecture, Error);
        if (problems.Count == 0) CheckSize(architecture, problems);
        return problems;
    }

    private static void CheckInitialCells(Architecture architecture, System.Action<string, string, string> error)
    {
        var scales = architecture.InitialCellScale;
        for (var l = 0; l < scales.Count; l++)
            if (scales[l].Value is { } value && !(value >= 0 && value <= float.MaxValue))
                error("VSML0211", scales.Count == 1 ? "initialCellScale" : $"initialCellScale[{l}]", "The initial cell scale must be a finite number of at least 0, or be left out for that of the fan-in.");
        if (scales.Count != 1 && architecture.Layers.Count > 0 && scales.Count != architecture.Layers.Count)
            error("VSML0211", "initialCellScale", $"There are {scales.Count} initial cell scales for {architecture.Layers.Count} layers; give one, or one per layer.");
    }

    private static void CheckSchedule(Architecture architecture, System.Action<string, string, string> error)
    {
        var schedule = architecture.Schedule;
        for (var l = 0; l < schedule.MicroTicks.Count; l++)
            if (schedule.MicroTicks[l] is < 1 or > MaxTicks)
                error("VSML0207", schedule.MicroTicks.Count == 1 ? "schedule.microTicks" : $"schedule.microTicks[{l}]", $"Micro ticks are {schedule.MicroTicks[l]}; a layer's turn takes 1..{MaxTicks}.");
        if (schedule.MicroTicks.Count != 1 && architecture.Layers.Count > 0 && schedule.MicroTicks.Count != architecture.Layers.Count)
            error("VSML0208", "schedule.microTicks", $"There are {schedule.MicroTicks.Count} micro tick counts for {architecture.Layers.Count} layers; give one number, or one per layer.");
        if (schedule.TicksPerExample is < 1 or > MaxTicks)
            error("VSML0209", "schedule.ticksPerExample", $"Ticks per example are {schedule.TicksPerExample}; an example takes 1..{MaxTicks}.");
        if (schedule.BackwardSweep is < BackwardSweep.None or > BackwardSweep.Separate)
            error("VSML0210", "schedule.backwardSweep", $"Backward sweep {(int)schedule.BackwardSweep} does not exist; use none, shared or separate.");
    }

    private static void CheckLayers(Architecture architecture, System.Action<string, string, string> error)
    {
        if (architecture.Layers.Count == 0)
            error("VSML0003", "layers", "There are no layers. Add at least one dense layer.");
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            var path = $"layers[{l}]";
            var positive = true;
            foreach (var (name, size) in Sizes(architecture.Layers[l]))
                if (size is { } value && value < 1)
                {
                    error("VSML0102", $"{path}.{name}", $"{name} of layer {l} is {value}; it must be at least 1.");
                    positive = false;
                }
            if (!positive) continue;
            if (!HasSizes(architecture.Layers[l]))
            {
                error("VSML0106", path, $"Layer {l} ({architecture.Layers[l]}) has more inputs, outputs or sub-RNNs than one array can hold. Use smaller sizes.");
                continue;
            }
            if (architecture.Layers[l] is ConvLayerSpec conv && conv.Kernel % 2 == 0)
                error("VSML0104", $"{path}.kernel", $"Kernel {conv.Kernel} of layer {l} is even; use an odd one, so that every output position has a centre.");
            if (l > 0) CheckChain(architecture.Layers[l - 1], architecture.Layers[l], l, error);
        }
        if (architecture.Layers.Count > 0 && architecture.Layers[architecture.Layers.Count - 1] is ConvLayerSpec)
            error("VSML0105", $"layers[{architecture.Layers.Count - 1}]", "The last layer is a convolution; end with a dense layer, which gives one message per class.");
    }

    private static void CheckChain(LayerSpec before, LayerSpec layer, int l, System.Action<string, string, string> error)
    {
        if (!HasSizes(before)) return;
        if (layer is ConvLayerSpec conv)
        {
            if (before is not ConvLayerSpec previous)
                error("VSML0101", $"layers[{l}]", $"Layer {l} is a convolution after a dense layer, which has no rows and columns. Put convolutions first.");
            else if ((conv.Height, conv.Width, conv.Channels) != (previous.OutputHeight, previous.OutputWidth, previous.OutputChannels))
                error("VSML0101", $"layers[{l}]", $"Layer {l} takes {conv.Height}x{conv.Width}x{conv.Channels}, but layer {l - 1} gives {previous.OutputHeight}x{previous.OutputWidth}x{previous.OutputChannels}. Write the latter.");
        }
        else if (layer.GivenInputs != before.GivenOutputs)
            error("VSML0101", $"layers[{l}].inputs", before.GivenOutputs is { } given
                ? $"Layer {l} takes {Text(layer.GivenInputs)} inputs, but layer {l - 1} gives {given}. Write {given}, or leave the inputs out."
                : $"Layer {l} takes {Text(layer.GivenInputs)} inputs, but the outputs of layer {l - 1} are free. Give both or neither.");

        static string Text(int? size) => size is { } value ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "free";
    }

    private static void CheckSize(Architecture architecture, List<ArchitectureProblem> problems)
    {
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            // Free sizes are checked once they are given; here they are at least 1.
            var layer = architecture.Layers[l] is DenseLayerSpec { InputCount: var a, OutputCount: var b } ? new DenseLayerSpec(a ?? 1, b ?? 1) : architecture.Layers[l];
            // One array holds h of a layer, or c, with one axis padded to whole blocks of 16 lanes: at most one lane in 64 more than the
            // least. Scratch space then is smaller, since it grows with one axis alone.
            var least = System.Math.Min(Pad(layer.Inputs) * layer.Outputs, layer.Inputs * Pad(layer.Outputs));
            var padded = layer is DenseLayerSpec ? least + least / 64 : layer.SubRnnCount;
            if (padded > MaxArrayFloats / architecture.StateSize)
            {
                problems.Add(new("VSML0106", $"layers[{l}]", $"Layer {l} has {layer.SubRnnCount} sub-RNNs of {architecture.StateSize} entries, more than one array can hold. Use fewer inputs or outputs."));
                return;
            }
            if (Pad(System.Math.Max(layer.Inputs, layer.Outputs)) > MaxArrayFloats / architecture.MessageSize)
            {
                problems.Add(new("VSML0106", $"layers[{l}]", $"Layer {l} sends {System.Math.Max(layer.Inputs, layer.Outputs)} messages of {architecture.MessageSize} entries, more than one array can hold. Use fewer inputs or outputs."));
                return;
            }
            if (layer is ConvLayerSpec conv && WorkFloats(architecture, conv, l) > MaxArrayFloats)
            {
                problems.Add(new("VSML0106", $"layers[{l}]", $"The states or gates of layer {l} ({layer}) are more than one array can hold. Use a smaller image, fewer channels or a smaller kernel."));
                return;
            }
        }
        var most = MaxArrayFloats / ParameterFloats(architecture);
        if (architecture.LayerwiseParameters && architecture.Layers.Count > most)
        {
            problems.Add(new("VSML0106", "layers", $"There are {architecture.Layers.Count} layers with meta-parameters of their own; at most {most} are possible. Share them, or use fewer layers."));
            return;
        }
        if (architecture.HasFreeSizes) return;
        var bytes = architecture.StateFloats * sizeof(float);
        if (bytes > WarnStateBytes)
            problems.Add(new("VSML0107", "layers", $"The state of one learner takes {bytes / (1L << 20)} MiB.", IsWarning: true));
    }

    private static long Pad(int count) => (count + 15L) / 16 * 16;

    /// <summary>No less than the floats that a layer with meta-parameters of its own adds to packed theta, or to the 16 partial sums of theta's gradient.</summary>
    private static long ParameterFloats(Architecture architecture)
    {
        var (n, m) = (architecture.StateSize, architecture.MessageSize);
        var group = (architecture.SubRnnInputs + 1) * 4 * n + 2 * (n + 3) * m + n;
        return (architecture.Schedule.BackwardSweep == BackwardSweep.Separate ? 2 : 1) * 16L * (group + 64);
    }

    /// <summary>No less than the floats of the largest array that a convolution works on: its states, or the gates at all positions that its reverse keeps.</summary>
    private static double WorkFloats(Architecture architecture, ConvLayerSpec conv, int layer)
    {
        // Doubles, whose products do not overflow. Entries of states and messages are padded to 16.
        double entries = (architecture.StateSize + 15) / 16 * 16, message = (architecture.MessageSize + 15) / 16 * 16;
        var places = (conv.Height + conv.Kernel - 1.0) * (conv.Width + conv.Kernel - 1.0);
        var positions = 4.0 + (double)conv.OutputHeight * conv.OutputWidth;
        var gates = 2 * (5 * entries + message) * (places + conv.Outputs)
            + positions * (2 * (entries + message) + 5 * entries * architecture.Schedule.MicroTicksOf(layer));
        // What does not depend on the image, at the largest N and M.
        const double weights = 1 << 21;
        return System.Math.Max(conv.SubRnnCount * entries, gates + weights);
    }

    /// <summary>Whether a layer's sizes are positive or free, and their products small enough for its derived properties to be right.</summary>
    /// <param name="layer">A layer, valid or not.</param>
    public static bool HasSizes(LayerSpec layer) => Sizes(layer).All(size => size.Value is null or >= 1) && layer switch
    {
        DenseLayerSpec dense => IsArrayLength(dense.InputCount ?? 1, dense.OutputCount ?? 1),
        ConvLayerSpec conv => IsArrayLength(conv.Height, conv.Width, conv.Channels)
            && IsArrayLength(conv.OutputHeight, conv.OutputWidth, conv.OutputChannels)
            && IsArrayLength(conv.Kernel, conv.Kernel, conv.Channels, conv.OutputChannels),
        _ => true,
    };

    private static bool IsArrayLength(params int[] sizes)
    {
        var room = MaxArrayFloats;
        foreach (var size in sizes) room /= size;
        return room > 0;
    }

    private static IEnumerable<(string Name, int? Value)> Sizes(LayerSpec layer) => layer switch
    {
        DenseLayerSpec dense => new (string, int?)[] { ("inputs", dense.InputCount), ("outputs", dense.OutputCount) },
        ConvLayerSpec conv => new (string, int?)[]
        {
            ("height", conv.Height), ("width", conv.Width), ("channels", conv.Channels),
            ("outputChannels", conv.OutputChannels), ("kernel", conv.Kernel), ("stride", conv.Stride),
        },
        _ => [],
    };
}
