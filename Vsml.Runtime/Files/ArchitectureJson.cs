using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Vsml.Files;

/// <summary>Architectures as JSON (schemas/architecture.schema.json): strict reading, and writing in one canonical form.</summary>
public static class ArchitectureJson
{
    /// <summary>Reads an architecture from a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A valid architecture.</returns>
    /// <exception cref="VsmlException">The file is unreadable, not JSON, or breaks a rule; names the file and the field.</exception>
    public static Architecture Read(string path) => Parse(StrictJson.ReadText(path), path);

    /// <summary>Writes an architecture to a file in the canonical form.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="architecture">The architecture.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void Write(string path, Architecture architecture) => AtomicFile.WriteAllText(path, Format(architecture));

    /// <summary>Reads an architecture from JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What to call the text in errors, usually the file's name.</param>
    /// <returns>A valid architecture.</returns>
    /// <exception cref="VsmlException">The text is not JSON or breaks a rule; names the source and the field.</exception>
    public static Architecture Parse(string json, string source) => StrictJson.Parse(json, source, root => Read(root, source, ""));

    /// <summary>Reads an architecture from a part of a JSON file.</summary>
    /// <param name="element">The object that describes the architecture.</param>
    /// <param name="source">What to call the file in errors.</param>
    /// <param name="path">Path of the object in the file; empty for the whole file.</param>
    /// <returns>A valid architecture.</returns>
    /// <exception cref="VsmlException">The object breaks a rule; names the source and the field.</exception>
    public static Architecture Read(JsonElement element, string source, string path)
    {
        var standard = new Architecture();
        var fields = new StrictJson(element, source, path, "stateSize", "messageSize", "layers", "schedule", "layerwiseParameters", "labelFeedback",
            "messageLayerNorm", "positionFeatures", "outputIndex", "outputBound", "initialRandomFraction", "learnedInitialCell", "initialCellScale", "messageScale");
        var layers = ReadLayers(fields, source);
        var architecture = new Architecture
        {
            StateSize = fields.Int32("stateSize", standard.StateSize),
            MessageSize = fields.Int32("messageSize", standard.MessageSize),
            Layers = new(FreeSizes.Complete(layers)),
            Schedule = fields.Has("schedule") ? ReadSchedule(fields.Element("schedule"), source, fields.PathOf("schedule"), layers.Count) : standard.Schedule,
            LayerwiseParameters = fields.Boolean("layerwiseParameters", standard.LayerwiseParameters),
            LabelFeedback = fields.Boolean("labelFeedback", standard.LabelFeedback),
            MessageLayerNorm = fields.Boolean("messageLayerNorm", standard.MessageLayerNorm),
            PositionFeatures = fields.Boolean("positionFeatures", standard.PositionFeatures),
            OutputIndex = fields.Int32("outputIndex", standard.OutputIndex),
            OutputBound = (float)fields.Double("outputBound", standard.OutputBound),
            InitialRandomFraction = fields.Double("initialRandomFraction", standard.InitialRandomFraction),
            LearnedInitialCell = fields.Boolean("learnedInitialCell", standard.LearnedInitialCell),
            InitialCellScale = fields.Has("initialCellScale") ? new(ReadCellScales(fields, source, layers.Count)) : standard.InitialCellScale,
            MessageScale = fields.String("messageScale", "mean") switch
            {
                "mean" => MessageScale.Mean,
                "root" => MessageScale.Root,
                var other => throw StrictJson.Error(source, fields.PathOf("messageScale"), $"there is no message scale '{other}'; there are mean and root."),
            },
        };
        if (ArchitectureRules.Check(architecture).FirstOrDefault(problem => !problem.IsWarning) is { } wrong)
            throw StrictJson.Error(source, fields.PathOf(wrong.Path), wrong.Message);
        return architecture;
    }

    /// <summary>The canonical form: every field, in the order of the schema, one layer a line.</summary>
    /// <param name="architecture">The architecture.</param>
    public static string Format(Architecture architecture)
    {
        var schedule = architecture.Schedule;
        var text = new StringBuilder("{\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"stateSize\": {architecture.StateSize},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"messageSize\": {architecture.MessageSize},\n");
        text.Append("  \"layers\": [\n    ").AppendJoin(",\n    ", architecture.Layers.Select(Format)).Append("\n  ],\n");
        var microTicks = string.Join(", ", schedule.MicroTicks.Select(ticks => ticks.ToString(CultureInfo.InvariantCulture)));
        if (schedule.MicroTicks.Count != 1) microTicks = $"[{microTicks}]";
        text.Append("  \"schedule\": {\n");
        text.Append(CultureInfo.InvariantCulture, $"    \"microTicks\": {microTicks},\n");
        text.Append(CultureInfo.InvariantCulture, $"    \"ticksPerExample\": {schedule.TicksPerExample},\n");
        text.Append(CultureInfo.InvariantCulture, $"    \"backwardSweep\": \"{schedule.BackwardSweep.ToString().ToLowerInvariant()}\"\n  }},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"layerwiseParameters\": {Text(architecture.LayerwiseParameters)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"labelFeedback\": {Text(architecture.LabelFeedback)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"messageLayerNorm\": {Text(architecture.MessageLayerNorm)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"positionFeatures\": {Text(architecture.PositionFeatures)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"outputIndex\": {architecture.OutputIndex},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"outputBound\": {Text(architecture.OutputBound.ToString("R", CultureInfo.InvariantCulture))},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"initialRandomFraction\": {Text(architecture.InitialRandomFraction.ToString("R", CultureInfo.InvariantCulture))},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"learnedInitialCell\": {Text(architecture.LearnedInitialCell)},\n");
        var scales = string.Join(", ", architecture.InitialCellScale.Select(Format));
        text.Append(CultureInfo.InvariantCulture, $"  \"initialCellScale\": {(architecture.InitialCellScale.Count == 1 ? scales : $"[{scales}]")},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"messageScale\": \"{architecture.MessageScale.ToString().ToLowerInvariant()}\"\n}}\n");
        return text.ToString();
    }

    private static string Format(InitialCellScale scale) =>
        scale.Value is { } value ? Text(value.ToString("R", CultureInfo.InvariantCulture)) : "\"fan-in\"";

    private static string Format(LayerSpec layer) => layer switch
    {
        ConvLayerSpec conv => string.Create(CultureInfo.InvariantCulture,
            $"{{ \"type\": \"conv2d\", \"height\": {conv.Height}, \"width\": {conv.Width}, \"channels\": {conv.Channels}, \"outputChannels\": {conv.OutputChannels}, \"kernel\": {conv.Kernel}, \"stride\": {conv.Stride} }}"),
        _ => $"{{ \"type\": \"dense\"{Size("inputs", layer.GivenInputs)}{Size("outputs", layer.GivenOutputs)} }}",
    };

    // A free size is left out.
    private static string Size(string name, int? size) => size is { } number ? string.Create(CultureInfo.InvariantCulture, $", \"{name}\": {number}") : "";

    private static string Text(bool value) => value ? "true" : "false";

    // A number that may have a fraction shows one.
    private static string Text(string number) => number.All(c => char.IsAsciiDigit(c) || c == '-') ? number + ".0" : number;

    private static List<LayerSpec> ReadLayers(StrictJson fields, string source)
    {
        var layers = new List<LayerSpec>();
        foreach (var (element, path) in fields.List("layers"))
        {
            var type = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : throw StrictJson.Error(source, path, "a layer is an object with \"type\": \"dense\" or \"conv2d\".");
            layers.Add(type switch
            {
                "dense" => ReadDense(new StrictJson(element, source, path, "type", "inputs", "outputs")),
                "conv2d" => ReadConv(new StrictJson(element, source, path, "type", "height", "width", "channels", "outputChannels", "kernel", "stride")),
                _ => throw StrictJson.Error(source, $"{path}.type", $"there is no layer type '{type}'; there are dense and conv2d."),
            });
        }
        return layers;
    }

    private static DenseLayerSpec ReadDense(StrictJson fields) =>
        new(fields.Has("inputs") ? fields.Int32("inputs") : null, fields.Has("outputs") ? fields.Int32("outputs") : null);

    private static ConvLayerSpec ReadConv(StrictJson fields) => new(fields.Int32("height"), fields.Int32("width"), fields.Int32("channels"),
        fields.Int32("outputChannels"), fields.Int32("kernel"), fields.Int32("stride"));

    private static InitialCellScale[] ReadCellScales(StrictJson fields, string source, int layers)
    {
        var (element, path) = (fields.Element("initialCellScale"), fields.PathOf("initialCellScale"));
        if (element.ValueKind != JsonValueKind.Array) return [ReadCellScale(element, path)];
        var scales = fields.List("initialCellScale").Select(item => ReadCellScale(item.Element, item.Path)).ToArray();
        return scales.Length == layers || layers == 0
            ? scales
            : throw StrictJson.Error(source, path, $"the list has {scales.Length} scales for {layers} layers; give one per layer, or one alone.");

        InitialCellScale ReadCellScale(JsonElement scale, string place) => scale.ValueKind switch
        {
            JsonValueKind.Number => new(scale.GetDouble()),
            JsonValueKind.String when scale.GetString() == "fan-in" => InitialCellScale.FanIn,
            _ => throw StrictJson.Error(source, place, "it must be \"fan-in\", a number, or a list of one per layer."),
        };
    }

    private static TickSchedule ReadSchedule(JsonElement element, string source, string path, int layers)
    {
        var standard = new TickSchedule();
        var fields = new StrictJson(element, source, path, "microTicks", "ticksPerExample", "backwardSweep");
        return new TickSchedule
        {
            MicroTicks = fields.Has("microTicks") ? new(ReadMicroTicks(fields, source, layers)) : standard.MicroTicks,
            TicksPerExample = fields.Int32("ticksPerExample", standard.TicksPerExample),
            BackwardSweep = fields.String("backwardSweep", "none") switch
            {
                "none" => BackwardSweep.None,
                "shared" => BackwardSweep.Shared,
                "separate" => BackwardSweep.Separate,
                var other => throw StrictJson.Error(source, fields.PathOf("backwardSweep"), $"there is no backward sweep '{other}'; there are none, shared and separate."),
            },
        };
    }

    private static int[] ReadMicroTicks(StrictJson fields, string source, int layers)
    {
        var element = fields.Element("microTicks");
        if (element.ValueKind == JsonValueKind.Number) return [fields.Int32("microTicks")];
        if (element.ValueKind != JsonValueKind.Array)
            throw StrictJson.Error(source, fields.PathOf("microTicks"), $"it must be a number or a list of one per layer, not {StrictJson.Kind(element)}.");
        var ticks = fields.List("microTicks").Select(item => StrictJson.Int32Of(item.Element, source, item.Path)).ToArray();
        // The rules let one number stand for all layers, but here it was written as a list.
        return ticks.Length == layers || layers == 0
            ? ticks
            : throw StrictJson.Error(source, fields.PathOf("microTicks"), $"the list has {ticks.Length} numbers for {layers} layers; give one per layer, or one number.");
    }
}
