using System.Text.Json.Nodes;
using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Files;

public class ArchitectureJsonTests
{
    private const string Full = """
        { "stateSize": 16, "messageSize": 8,
          "layers": [ {"type": "conv2d", "height": 28, "width": 28, "channels": 1, "outputChannels": 8, "kernel": 3, "stride": 2},
                      {"type": "dense", "inputs": 1568, "outputs": 10} ],
          "schedule": { "microTicks": [2, 3], "ticksPerExample": 2, "backwardSweep": "separate" },
          "layerwiseParameters": true, "labelFeedback": true, "messageLayerNorm": true,
          "positionFeatures": true, "outputIndex": 0, "outputBound": 12.5, "initialRandomFraction": 0.25, "learnedInitialCell": true,
          "initialCellScale": ["fan-in", 0.5], "messageScale": "root" }
        """;

    private static readonly JsonSchemaValidator Schema = JsonSchemaValidator.Of("architecture.schema.json");

    [Fact]
    public void EveryFieldIsRead()
    {
        var architecture = ArchitectureJson.Parse(Full, "A.json");
        architecture.ShouldBe(new Architecture
        {
            StateSize = 16,
            MessageSize = 8,
            Layers = new(new LayerSpec[] { new ConvLayerSpec(28, 28, 1, 8, 3, 2), new DenseLayerSpec(1568, 10) }),
            Schedule = new TickSchedule { MicroTicks = new([2, 3]), TicksPerExample = 2, BackwardSweep = BackwardSweep.Separate },
            LayerwiseParameters = true,
            LabelFeedback = true,
            MessageLayerNorm = true,
            PositionFeatures = true,
            OutputIndex = 0,
            OutputBound = 12.5f,
            InitialRandomFraction = 0.25,
            LearnedInitialCell = true,
            InitialCellScale = new([InitialCellScale.FanIn, new(0.5)]),
            MessageScale = MessageScale.Root,
        });
        ArchitectureJson.Parse(ArchitectureJson.Format(architecture), "again").ShouldBe(architecture);
        Schema.Problems(Full).ShouldBeEmpty();
    }

    [Fact]
    public void WhatIsLeftOutHasItsDefault()
    {
        var architecture = ArchitectureJson.Parse("""{"layers": [{"type": "dense", "inputs": 5, "outputs": 4}, {"type": "dense", "outputs": 3}]}""", "A.json");
        architecture.ShouldBe(new Architecture { Layers = new(new LayerSpec[] { new DenseLayerSpec(5, 4), new DenseLayerSpec(4, 3) }) });
        ArchitectureJson.Format(architecture).ShouldBe("""
            {
              "stateSize": 16,
              "messageSize": 8,
              "layers": [
                { "type": "dense", "inputs": 5, "outputs": 4 },
                { "type": "dense", "inputs": 4, "outputs": 3 }
              ],
              "schedule": {
                "microTicks": 2,
                "ticksPerExample": 1,
                "backwardSweep": "none"
              },
              "layerwiseParameters": false,
              "labelFeedback": false,
              "messageLayerNorm": false,
              "positionFeatures": false,
              "outputIndex": 1,
              "outputBound": 100.0,
              "initialRandomFraction": 0.5,
              "learnedInitialCell": false,
              "initialCellScale": "fan-in",
              "messageScale": "mean"
            }

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void GoldenArchitecturesAreRead()
    {
        foreach (var name in GoldenFiles.Names)
        {
            var text = File.ReadAllText(Path.Combine(GoldenFiles.Folder, name + ".json"));
            Schema.Problems(text).ShouldBeEmpty(name);
            var architecture = ArchitectureJson.Parse(text, name);
            var formatted = ArchitectureJson.Format(architecture);
            Schema.Problems(formatted).ShouldBeEmpty(name);
            ArchitectureJson.Parse(formatted, name).ShouldBe(architecture);
        }
    }

    /// <summary>A change to one place of the full architecture, as path and JSON text (null removes), and the error.</summary>
    public static TheoryData<string, string?, string, bool> Mistakes => new()
    {
        // The last column says whether the schema alone sees it.
        { "stateSize", "0", "stateSize: State size 0 is outside 1..128", true },
        { "stateSize", "129", "stateSize: State size 129", true },
        { "stateSize", "16.5", "stateSize: 16.5 is not a whole number", true },
        { "stateSize", "99999999999", "stateSize: 99999999999 is not a whole number of at most", true },
        { "stateSize", "\"16\"", "stateSize: it must be a whole number, not a string", true },
        { "stateSize", "null", "stateSize: it must be a whole number, not null", true },
        { "messageSize", "1", "messageSize: Message size is 1, but label feedback", false },
        { "layers", null, "layers: the field is missing", true },
        { "layers", "[]", "layers: There are no layers", true },
        { "layers", "{}", "layers: it must be a list, not an object", true },
        { "layers.0", "7", "layers[0]: a layer is an object with", true },
        { "layers.0.type", "\"conv3d\"", "layers[0].type: there is no layer type 'conv3d'", true },
        { "layers.0.kernel", "4", "layers[0].kernel: Kernel 4 of layer 0 is even", true },
        { "layers.0.kernel", null, "layers[0].kernel: the field is missing", true },
        { "layers.0.stride", "0", "layers[0].stride: stride of layer 0 is 0", true },
        { "layers.0.inputs", "784", "layers[0].inputs: there is no such field", true },
        { "layers.0.height", "2000000000", "layers[0]: Layer 0 (conv 2000000000x28x1", false },
        { "layers.1.inputs", "1569", "layers[1].inputs: Layer 1 takes 1569 inputs, but layer 0 gives 1568", false },
        { "layers.1.outputs", "2000000000", "layers[1]: Layer 1 (dense 1568 -> 2000000000) has more", false },
        { "layers.1", """{"type": "conv2d", "height": 14, "width": 14, "channels": 8, "outputChannels": 2, "kernel": 3, "stride": 1}""", "layers[1]: The last layer is a convolution", false },
        { "schedule", "[]", "schedule: it must be an object, not a list", true },
        { "schedule.microTicks", "[2]", "schedule.microTicks: the list has 1 numbers for 2 layers", false },
        { "schedule.microTicks", "[]", "schedule.microTicks: the list has 0 numbers", true },
        { "schedule.microTicks", "[2, 65]", "schedule.microTicks[1]: Micro ticks are 65", true },
        { "schedule.microTicks", "[2, true]", "schedule.microTicks[1]: it must be a whole number, not true or false", true },
        { "schedule.microTicks", "\"2\"", "schedule.microTicks: it must be a number or a list", true },
        { "schedule.ticksPerExample", "0", "schedule.ticksPerExample: Ticks per example are 0", true },
        { "schedule.backwardSweep", "\"both\"", "schedule.backwardSweep: there is no backward sweep 'both'", true },
        { "schedule.backwards", "1", "schedule.backwards: there is no such field", true },
        { "labelFeedback", "1", "labelFeedback: it must be true or false, not a number", true },
        { "outputIndex", "8", "outputIndex: Output index 8 does not exist", false },
        { "outputIndex", "-1", "outputIndex: Output index -1 does not exist", true },
        { "outputBound", "-1", "outputBound: The output bound must be", true },
        { "outputBound", "1e39", "outputBound: The output bound must be", true },
        { "initialRandomFraction", "1.5", "initialRandomFraction: The initial random fraction", true },
        { "initialCellScale", "-1", "initialCellScale: The initial cell scale must be", true },
        { "initialCellScale", "[1, 1e39]", "initialCellScale[1]: The initial cell scale must be", true },
        { "initialCellScale", "[1]", "initialCellScale: the list has 1 scales for 2 layers", false },
        { "initialCellScale", "\"fan-out\"", "initialCellScale: it must be \"fan-in\", a number", true },
        { "initialCellScale", "[1, true]", "initialCellScale[1]: it must be \"fan-in\"", true },
        { "messageScale", "\"sum\"", "messageScale: there is no message scale 'sum'", true },
        { "bound", "1", "bound: there is no such field", true },
    };

    [Theory]
    [InlineData("""{ "layers": [{ "type": "dense" }] }""", "dense free -> free")]
    [InlineData("""{ "layers": [{ "type": "dense", "outputs": 3 }] }""", "dense free -> 3")]
    [InlineData("""{ "layers": [{ "type": "dense" }, { "type": "dense", "inputs": 32 }] }""", "dense free -> 32, dense 32 -> free")]
    [InlineData("""{ "layers": [{ "type": "dense", "inputs": 5 }, { "type": "dense" }, { "type": "dense", "outputs": 2 }] }""", "dense 5 -> free, dense free -> free, dense free -> 2")]
    [InlineData("""{ "layers": [{ "type": "conv2d", "height": 2, "width": 2, "channels": 1, "outputChannels": 3, "kernel": 3, "stride": 1 }, { "type": "dense" }] }""", "conv 2x2x1 -> 2x2x3, kernel 3, stride 1, dense 12 -> free")]
    public void Sizes_that_nobody_gives_are_free_and_stay_so_when_written(string json, string layers)
    {
        var architecture = ArchitectureJson.Parse(json, "A.json");
        string.Join(", ", architecture.Layers).ShouldBe(layers);
        architecture.HasFreeSizes.ShouldBeTrue();
        ArchitectureJson.Parse(ArchitectureJson.Format(architecture), "B.json").ShouldBe(architecture);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void AMistakeIsNamedWithItsPath(string path, string? value, string message, bool seenBySchema)
    {
        var root = JsonNode.Parse(Full)!;
        Set(root, path.Split('.'), value);
        var text = root.ToJsonString();
        Should.Throw<VsmlException>(() => ArchitectureJson.Parse(text, "A.json")).Message.ShouldStartWith("A.json: " + message);
        Schema.Problems(text).Any().ShouldBe(seenBySchema);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "it must be an object, not a list")]
    [InlineData("{\"layers\": [],}", "not valid JSON")]
    [InlineData("{\"stateSize\": 1, \"stateSize\": 2}", "stateSize: the field stands twice")]
    [InlineData("{\"\\ud800\": 1}", "not valid JSON")]
    [InlineData("{\"layers\": [{\"type\": \"dense\", \"inputs\": 2, \"outputs\": 1, \"outputs\": 2}]}", "layers[0].outputs: the field stands twice")]
    [InlineData("{\"layers\": [{\"type\": \"dense\"}, {\"type\": \"conv2d\", \"height\": 2, \"width\": 2, \"channels\": 1, \"outputChannels\": 1, \"kernel\": 3, \"stride\": 1}, {\"type\": \"dense\"}]}", "layers[1]: Layer 1 is a convolution after a dense layer")]
    [InlineData("{\"layers\": [{\"type\": \"conv2d\", \"width\": 2, \"channels\": 1, \"outputChannels\": 1, \"kernel\": 3, \"stride\": 1}, {\"type\": \"dense\"}]}", "layers[0].height: the field is missing")]
    [InlineData("{\"layers\": [{\"type\": \"dense\", \"inputs\": null}]}", "layers[0].inputs: it must be a whole number")]
    [InlineData("{\"layers\": [{\"type\": \"dense\", \"inputs\": 0, \"outputs\": 3}, {\"type\": \"dense\", \"outputs\": 3}]}", "layers[0].inputs: inputs of layer 0 is 0")]
    [InlineData("{\"stateSize\": 128, \"messageSize\": 128, \"layers\": [{\"type\": \"dense\", \"inputs\": 2000000000, \"outputs\": 1}]}", "layers[0]: Layer 0 has 2000000000 sub-RNNs")]
    [InlineData("{\"stateSize\": 1, \"messageSize\": 128, \"layers\": [{\"type\": \"dense\", \"inputs\": 100000000, \"outputs\": 1}]}", "layers[0]: Layer 0 sends 100000000 messages")]
    public void BrokenTextIsRefusedInOneLine(string text, string message)
    {
        var error = Should.Throw<VsmlException>(() => ArchitectureJson.Parse(text, "A.json")).Message;
        error.ShouldContain(message);
        error.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("1.6e1")]
    [InlineData("16.0")]
    [InlineData("160e-1")]
    [InlineData("16.000")]
    public void AWholeNumberMayBeWrittenInAnyWay(string sixteen)
    {
        var text = Full.Replace("\"stateSize\": 16", $"\"stateSize\": {sixteen}", StringComparison.Ordinal);
        text.ShouldContain(sixteen);
        Schema.Problems(text).ShouldBeEmpty();
        ArchitectureJson.Parse(text, "A.json").ShouldBe(ArchitectureJson.Parse(Full, "A.json"));
    }

    [Theory]
    [InlineData("", "line 1, column 1")]
    [InlineData("{", "line 1, column 2")]
    [InlineData("{\"layers\": [],}", "line 1, column 15")]
    [InlineData("{\n  \"é\": 1,,\n}", "line 2, column 10: ',' is")]
    [InlineData("{\r\n  \"𝄞\": tru\r\n}", "line 2, column")]
    public void AFaultOfTheTextIsGivenByLineAndColumnFromOne(string text, string place)
    {
        var error = Should.Throw<VsmlException>(() => ArchitectureJson.Parse(text, "A.json")).Message;
        error.ShouldStartWith("A.json: not valid JSON at " + place);
        foreach (var word in new[] { "BytePosition", "reader options", "isFinalBlock" }) error.ShouldNotContain(word);
    }

    [Fact]
    public void MutatedTextIsReadOrRefusedInOneLine()
    {
        var random = new Random(12);
        string[] parts = ["0", "-1", "99999999999", "1e999", "2147483647", "null", "true", "\"\"", "[", "]", "{", "}", ",", ":", "\"", "\\u", "\ud83d", "type", "\n"];
        var refused = 0;
        for (var round = 0; round < 2000; round++)
        {
            var text = Full;
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var start = random.Next(text.Length);
                var length = random.Next(Math.Min(6, text.Length - start));
                text = text.Remove(start, length).Insert(start, parts[random.Next(parts.Length)]);
            }
            try
            {
                ArchitectureRules.Check(ArchitectureJson.Parse(text, "A.json")).ShouldAllBe(problem => problem.IsWarning);
            }
            catch (VsmlException error)
            {
                error.Message.ShouldStartWith("A.json: ");
                error.Message.ShouldNotContain("\n");
                refused++;
            }
        }
        refused.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void ManyLayersOfTheirOwnAreCountedWithoutOverflow()
    {
        var layers = string.Join(",", Enumerable.Repeat("""{"type": "dense", "inputs": 1, "outputs": 1}""", 20_000));
        Should.Throw<VsmlException>(() => ArchitectureJson.Parse($$"""{"stateSize": 128, "messageSize": 128, "layerwiseParameters": true, "layers": [{{layers}}]}""", "A.json"))
            .Message.ShouldContain("20000 layers with meta-parameters of their own");
    }

    [Fact]
    public void TheSchemaNamesTheFieldsAndDefaultsOfTheWriter()
    {
        var schema = JsonNode.Parse(File.ReadAllText(RepositoryPaths.InRepository("schemas", "architecture.schema.json")))!;
        var written = JsonNode.Parse(ArchitectureJson.Format(new Architecture { Layers = new(new LayerSpec[] { new DenseLayerSpec(2, 1) }) }))!.AsObject();
        Compare(schema["properties"]!.AsObject(), written);
        Compare(schema["definitions"]!["schedule"]!["properties"]!.AsObject(), written["schedule"]!.AsObject());

        static void Compare(JsonObject properties, JsonObject written)
        {
            properties.Select(property => property.Key).ShouldBe(written.Select(property => property.Key));
            foreach (var (name, property) in properties)
                if (property!["default"] is { } standard) JsonNode.DeepEquals(standard, written[name]).ShouldBeTrue(name);
        }
    }

    private static void Set(JsonNode node, ReadOnlySpan<string> path, string? value)
    {
        while (path.Length > 1)
        {
            node = node is JsonArray list ? list[int.Parse(path[0])]! : node[path[0]]!;
            path = path[1..];
        }
        if (node is JsonArray array) array[int.Parse(path[0])] = JsonNode.Parse(value!);
        else if (value is null) node.AsObject().Remove(path[0]);
        else node[path[0]] = JsonNode.Parse(value);
    }
}
