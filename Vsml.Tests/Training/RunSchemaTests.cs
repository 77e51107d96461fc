using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

/// <summary>schemas/run.schema.json says what the records say: names, bounds, defaults, and what must be there.</summary>
public class RunSchemaTests
{
    private static readonly JsonNode Root = JsonNode.Parse(File.ReadAllText(RepositoryPaths.InRepository("schemas", "run.schema.json")))!;

    [Fact]
    public void TheSchemaAndTheRecordsAgree() => Compare(RecordShape.Of(typeof(RunConfiguration)), Root, "run");

    public static TheoryData<string, string> Families => new()
    {
        { nameof(TaskDescription), "definitions/task" },
        { nameof(EpisodeTransform), "definitions/transforms/items" },
        { nameof(Vsml.Baselines.LearnerDescription), "properties/learner" },
        { nameof(EstimatorConfiguration), "properties/estimator" },
        { nameof(IMetaOptimizer), "properties/optimizer" },
        { nameof(TruncationSchedule), "definitions/truncation" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void TheSchemaHasEveryBuiltInPartAndAdmitsOthers(string name, string place)
    {
        var family = PartFamily.All.Single(family => family.Base.Name == name);
        var choices = place.Split('/').Aggregate(Root, (node, part) => node[part]!)["anyOf"]!.AsArray();
        var builtIn = MetaTraining.Parts.NamesOf(family).Where(part => MetaTraining.Parts.Find(family, part)!.IsBuiltIn).ToList();
        choices.SelectMany(choice => Names(choice!["properties"]!["type"]!)).ShouldBe(builtIn, ignoreOrder: true);
        Names(choices[^1]!["properties"]!["type"]!["not"]!).ShouldBe(builtIn, ignoreOrder: true);
        foreach (var part in builtIn)
            Compare(MetaTraining.Parts.Find(family, part)!.Shape, choices.Single(choice => Names(choice!["properties"]!["type"]!).Contains(part))!, part, family.Base == typeof(TaskDescription) ? ["type", "transforms"] : ["type"]);
    }

    private static void Compare(RecordShape shape, JsonNode schema, string place, params string[] more)
    {
        var properties = schema["properties"]!.AsObject();
        properties.Select(property => property.Key).ShouldBe(shape.Fields.Select(field => field.Name).Union(more), ignoreOrder: true, place);
        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse(place);
        ((JsonArray?)schema["required"] ?? []).Select(name => name!.GetValue<string>()).Except(["type"])
            .ShouldBe(shape.Fields.Where(field => field.IsRequired).Select(field => field.Name), ignoreOrder: true, place);
        var standard = shape.Create(_ => null);
        foreach (var field in shape.Fields)
        {
            var (of, at) = (Resolved(properties[field.Name]!), $"{place}.{field.Name}");
            Compare(field.Shape, of, at);
            if (field.Shape is NumberShape or FlagShape or TextShape or ChoiceShape && !field.IsRequired && field != shape.TypeField && (field.Property.GetValue(standard) ?? field.Default) is { } value)
                of["default"].ShouldNotBeNull(at).ToJsonString().ShouldBe(Text(field.Shape, field.Parameter is null ? value : field.Default!), at);
        }
    }

    private static void Compare(Shape shape, JsonNode schema, string place)
    {
        switch (shape)
        {
            case NumberShape number:
                schema["type"]!.GetValue<string>().ShouldBe(number.IsWhole ? "integer" : "number", place);
                Bound(schema["minimum"], number.Min ?? (number is NumberShape<ulong> ? 0 : null), place);
                Bound(schema["maximum"], number.Max ?? (number is NumberShape<ulong> ? ulong.MaxValue : number is NumberShape<int> ? int.MaxValue : null), place);
                break;
            case ChoiceShape choice:
                Names(schema).ShouldBe(choice.Names, ignoreOrder: true, place);
                break;
            case RecordShape record:
                Compare(record, schema, place, []);
                break;
            case ListShape list:
                var items = schema["anyOf"] is JsonArray ways ? ways.Single(way => way!["type"]?.GetValue<string>() == "array")! : schema;
                Compare(list.Item, Resolved(items["items"]!), place + "[]");
                break;
        }
    }

    private static void Bound(JsonNode? bound, double? expected, string place) =>
        (bound is null ? null : (double?)double.Parse(bound.ToJsonString(), CultureInfo.InvariantCulture)).ShouldBe(expected, place);

    private static string Text(Shape shape, object value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) shape.Write(writer, value);
        using var json = JsonDocument.Parse(stream.ToArray());
        return JsonNode.Parse(json.RootElement.GetRawText())!.GetValueKind() == JsonValueKind.Number
            ? json.RootElement.GetDouble().ToString("R", CultureInfo.InvariantCulture).Replace("E-0", "e-", StringComparison.Ordinal)
            : json.RootElement.GetRawText();
    }

    // A reference's own fields come beside those of what it refers to.
    private static JsonNode Resolved(JsonNode schema)
    {
        if (schema["$ref"] is not { } reference) return schema;
        var merged = reference.GetValue<string>().TrimStart('#', '/').Split('/').Aggregate(Root, (node, name) => node[name]!).DeepClone().AsObject();
        foreach (var (name, value) in schema.AsObject())
            if (name != "$ref") merged[name] = value?.DeepClone();
        return merged;
    }

    private static IEnumerable<string> Names(JsonNode schema) => ((JsonArray?)schema["enum"] ?? []).Select(name => name!.GetValue<string>());
}
