using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>The runs of a sweep (schemas/sweep.schema.json): a configuration with some fields set to each of several values.</summary>
/// <param name="Runs">The runs, seeds changing fastest, then the last field of the grid.</param>
public sealed record SweepGrid(IReadOnlyList<SweepRun> Runs)
{
    private const int MaxRuns = 100_000;

    /// <summary>Reads a grid.</summary>
    /// <param name="path">The file; the configuration that it names is found from the current folder.</param>
    /// <exception cref="VsmlException">It is wrong, or sets a field that there is not; nothing has run then.</exception>
    public static SweepGrid Read(string path) => StrictJson.Parse(StrictJson.ReadText(path), path, root => Read(root, path));

    private static SweepGrid Read(JsonElement root, string path)
    {
        var json = new StrictJson(root, path, "", "config", "seeds", "grid", "list");
        var config = RunConfigurationJson.Read(json.String("config"));
        var seeds = json.Has("seeds") ? Seeds(json.Element("seeds"), path) : [config.Seed];
        var settings = json.Has("grid") ? Products(json.Element("grid"), path) : [[]];
        if (json.Has("list")) settings = [.. settings.SelectMany(before => Sets(json.Element("list"), path).Select(set => (IReadOnlyList<SweepSetting>)[.. before, .. set]))];
        if ((long)settings.Count * seeds.Count is var count and (0 or > MaxRuns)) throw new VsmlException($"{path}: it makes {count} runs; there must be 1 to {MaxRuns}.");
        var text = RunConfigurationJson.Format(config);
        var runs = new List<SweepRun>();
        foreach (var set in settings)
            foreach (var seed in seeds)
                runs.Add(new SweepRun(string.Create(CultureInfo.InvariantCulture, $"run-{runs.Count:0000}"), seed, set, Apply(text, set, path) with { Seed = seed }));
        return new SweepGrid(runs);
    }

    private static List<ulong> Seeds(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(seed => seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out _))
            ? [.. element.EnumerateArray().Select(seed => seed.GetUInt64()).Distinct()]
            : throw StrictJson.Error(path, "seeds", "it must be a list of whole numbers from 0 on.");

    private static List<IReadOnlyList<SweepSetting>> Products(JsonElement grid, string path)
    {
        if (grid.ValueKind != JsonValueKind.Object) throw StrictJson.Error(path, "grid", "it must be an object of fields, each with a list of values.");
        var products = new List<IReadOnlyList<SweepSetting>> { new List<SweepSetting>() };
        foreach (var field in grid.EnumerateObject())
        {
            if (field.Value.ValueKind != JsonValueKind.Array || field.Value.GetArrayLength() == 0) throw StrictJson.Error(path, $"grid.{field.Name}", "it must be a list of one value or more.");
            products = [.. products.SelectMany(before => field.Value.EnumerateArray().Select(value => (IReadOnlyList<SweepSetting>)[.. before, new SweepSetting(field.Name, value.GetRawText())]))];
            if (products.Count > MaxRuns) throw new VsmlException($"{path}: grid: it makes more than {MaxRuns} runs.");
        }
        return products;
    }

    private static IEnumerable<IReadOnlyList<SweepSetting>> Sets(JsonElement list, string path)
    {
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(set => set.ValueKind != JsonValueKind.Object))
            throw StrictJson.Error(path, "list", "it must be a list of objects, each of fields and their values.");
        return list.EnumerateArray().Select(set => (IReadOnlyList<SweepSetting>)[.. set.EnumerateObject().Select(field => new SweepSetting(field.Name, field.Value.GetRawText()))]);
    }

    private static RunConfiguration Apply(string text, IReadOnlyList<SweepSetting> settings, string path)
    {
        var root = JsonNode.Parse(text)!;
        foreach (var setting in settings) Set(root, setting, path);
        try
        {
            return RunConfigurationJson.Parse(root.ToJsonString(), path);
        }
        catch (VsmlException exception)
        {
            throw new VsmlException($"{exception.Message} (with {string.Join(", ", settings)})", exception);
        }
    }

    // What the path leads to must be there but for the last field, which the configuration's reader judges.
    private static void Set(JsonNode root, SweepSetting setting, string path)
    {
        var steps = setting.Field.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);
        if (steps is ["seed"]) throw StrictJson.Error(path, "seed", "give seeds in 'seeds'.");
        JsonNode? node = root;
        for (var i = 0; i < steps.Length - 1; i++) node = Step(node, steps[i]);
        var (last, value) = (steps.Length == 0 ? "" : steps[^1], JsonNode.Parse(setting.Value));
        if (node is JsonObject fields && last.Length > 0 && !last.StartsWith('[')) fields[last] = value;
        else if (node is JsonArray items && Index(last) is { } index && index < items.Count) items[index] = value;
        else throw StrictJson.Error(path, setting.Field, "the configuration has no such field.");
    }

    private static JsonNode? Step(JsonNode? node, string step) => node switch
    {
        JsonObject fields => fields[step],
        JsonArray items when Index(step) is { } index && index < items.Count => items[index],
        _ => null,
    };

    private static int? Index(string step) =>
        step is ['[', .., ']'] && int.TryParse(step.AsSpan(1, step.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
