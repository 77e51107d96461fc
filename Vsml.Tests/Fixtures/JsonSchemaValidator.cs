using System.Text.Json.Nodes;

namespace Vsml.Tests.Fixtures;

/// <summary>Checks JSON against the part of JSON Schema draft-07 that the files in schemas/ use; an unknown keyword is an error.</summary>
public sealed class JsonSchemaValidator
{
    private static readonly string[] Annotations = ["$schema", "$id", "title", "description", "default", "definitions"];
    private readonly JsonNode _root;

    /// <summary>Takes a schema.</summary>
    /// <param name="schema">The schema's text.</param>
    public JsonSchemaValidator(string schema) => _root = JsonNode.Parse(schema)!;

    /// <summary>Reads a schema of the repository.</summary>
    /// <param name="name">Name of a file in schemas/.</param>
    public static JsonSchemaValidator Of(string name) => new(File.ReadAllText(RepositoryPaths.InRepository("schemas", name)));

    /// <summary>All places where a text breaks the schema, each as path and keyword; empty if it is valid.</summary>
    /// <param name="json">The text.</param>
    public IReadOnlyList<string> Problems(string json) => [.. Check(JsonNode.Parse(json), _root, "$")];

    private IEnumerable<string> Check(JsonNode? value, JsonNode schema, string path) =>
        schema.AsObject().SelectMany(keyword => Holds(value, schema, keyword.Key, keyword.Value!, path));

    private IEnumerable<string> Holds(JsonNode? value, JsonNode schema, string keyword, JsonNode rule, string path)
    {
        IEnumerable<string> Broken(bool broken) => broken ? [$"{path}: {keyword}"] : [];
        var number = value is JsonValue && value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? value.GetValue<double>() : (double?)null;
        switch (keyword)
        {
            case "$ref": return Check(value, Resolve(rule.GetValue<string>()), path);
            case "type": return Broken(!IsType(value, rule));
            case "enum": return Broken(!rule.AsArray().Any(item => JsonNode.DeepEquals(item, value)));
            case "const": return Broken(!JsonNode.DeepEquals(rule, value));
            case "minimum": return Broken(number < rule.GetValue<double>());
            case "exclusiveMinimum": return Broken(number <= rule.GetValue<double>());
            case "maximum": return Broken(number > rule.GetValue<double>());
            case "multipleOf": return Broken(number % rule.GetValue<double>() != 0);
            case "not": return Broken(!Check(value, rule, path).Any());
            case "anyOf": return Broken(rule.AsArray().All(choice => Check(value, choice!, path).Any()));
            case "minItems": return Broken(value is JsonArray few && few.Count < rule.GetValue<int>());
            case "items": return value is JsonArray items ? items.SelectMany((item, i) => Check(item, rule, $"{path}[{i}]")) : [];
            case "required": return Broken(value is JsonObject partial && rule.AsArray().Any(name => !partial.ContainsKey(name!.GetValue<string>())));
            case "properties":
                return value is JsonObject fields
                    ? fields.Where(field => rule[field.Key] is not null).SelectMany(field => Check(field.Value, rule[field.Key]!, $"{path}.{field.Key}"))
                    : [];
            case "additionalProperties":
                return Broken(value is JsonObject open && !rule.GetValue<bool>() && open.Any(field => schema["properties"]?[field.Key] is null));
            default: return Annotations.Contains(keyword) ? [] : throw new NotSupportedException($"The schema uses '{keyword}' at {path}.");
        }
    }

    private JsonNode Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(_root, (node, name) => node[name]!);

    private static bool IsType(JsonNode? value, JsonNode rule) => rule switch
    {
        JsonArray choices => choices.Any(choice => IsType(value, choice!)),
        _ => rule.GetValue<string>() switch
        {
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "null" => value is null,
            "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
            "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
            "number" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number,
            "integer" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number && value.GetValue<double>() % 1 == 0,
            var other => throw new NotSupportedException($"The schema uses the type '{other}'."),
        },
    };
}
