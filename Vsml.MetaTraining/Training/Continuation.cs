using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>
/// Which changes a run may go on with: those after which the iterations done so far would have come out the same, bit for bit. That is
/// so for iterations and stages at the end, for checkpoints, and for the place of the data and of the theta to begin with.
/// </summary>
internal static class Continuation
{
    /// <summary>What has changed between two configurations of a run.</summary>
    /// <param name="done">That of the iterations done.</param>
    /// <param name="next">That of the iterations to come.</param>
    /// <param name="iterations">How many are done.</param>
    /// <returns>The fields that differ, in order.</returns>
    /// <exception cref="VsmlException">A difference would have changed the iterations done; the message names the field.</exception>
    public static IReadOnlyList<ConfigurationChange> Changes(RunConfiguration done, RunConfiguration next, int iterations)
    {
        if (done == next) return [];
        var (was, isNow) = (RunData.Comparable(done, next), RunData.Comparable(next, done));
        var (before, after) = (WithoutFreeFields(was), WithoutFreeFields(isNow));
        // Wherever it lies: the digests tell whether it is the same.
        if (before.InitialThetaSha256 is not null && after.InitialThetaSha256 is not null)
            (before, after) = (before with { InitialTheta = null }, after with { InitialTheta = null });
        if (Differences(before, after) is [var fixedField, ..])
            throw new VsmlException($"{fixedField.Field}: it was {fixedField.From ?? "left out"} when the run was begun, and is {fixedField.To ?? "left out"} now. Leave it as it was, or begin a new run.");
        CheckStages(was, isNow, iterations);
        CheckRates(done, next, iterations);
        return Differences(done, next);
    }

    private static RunConfiguration WithoutFreeFields(RunConfiguration run) =>
        run with { Stages = [], LearningRate = new LearningRateSchedule(), Checkpoints = new CheckpointConfiguration() };

    private static void CheckStages(RunConfiguration done, RunConfiguration next, int iterations)
    {
        if (next.Iterations < iterations) throw new VsmlException($"stages: there are {next.Iterations} iterations, but {iterations} are done already.");
        for (var (s, start) = (0, 0); start < iterations; start += done.Stages[s++].Iterations)
        {
            var (before, after) = (done.Stages[s], next.Stages[s]);
            if (before with { Iterations = after.Iterations } != after) throw Begun($"stages[{s}]", "it has begun, and can be changed in its number of iterations alone");
            var shorter = Math.Min(before.Iterations, after.Iterations);
            if (before.Iterations != after.Iterations && start + shorter < iterations)
                throw Begun($"stages[{s}].iterations", $"it was {before.Iterations} and is {after.Iterations} now, so that iteration {start + shorter} would belong to another stage");
        }

        VsmlException Begun(string field, string what) => new($"{field}: {what}; {iterations} iterations of the run are done. Append a stage, or begin a new run.");
    }

    private static void CheckRates(RunConfiguration done, RunConfiguration next, int iterations)
    {
        for (var i = 0; i < iterations; i++)
        {
            var (before, after) = (done.LearningRate.At(i, done.Stages), next.LearningRate.At(i, next.Stages));
            if (BitConverter.DoubleToInt64Bits(before) != BitConverter.DoubleToInt64Bits(after))
                throw new VsmlException(FormattableString.Invariant($"learningRate: iteration {i} was done with a rate of {before}, which would be {after} now. A rate that falls within a stage depends on the stage's length: leave the stages that have begun as they are, and append one."));
        }
    }

    private static List<ConfigurationChange> Differences(RunConfiguration before, RunConfiguration after)
    {
        using var first = JsonDocument.Parse(RunConfigurationJson.Format(before));
        using var second = JsonDocument.Parse(RunConfigurationJson.Format(after));
        var found = new List<ConfigurationChange>();
        Compare(first.RootElement, second.RootElement, "", found);
        return found;
    }

    private static void Compare(JsonElement before, JsonElement after, string path, List<ConfigurationChange> found)
    {
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
            foreach (var name in before.EnumerateObject().Concat(after.EnumerateObject()).Select(field => field.Name).Distinct())
                Compare(Field(before, name), Field(after, name), RecordShape.Join(path, name), found);
        else if (before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array)
            for (var i = 0; i < Math.Max(before.GetArrayLength(), after.GetArrayLength()); i++)
                Compare(Item(before, i), Item(after, i), ListShape.At(path, i), found);
        else if (Text(before) != Text(after)) found.Add(new ConfigurationChange(path, Text(before), Text(after)));
    }

    private static JsonElement Field(JsonElement element, string name) => element.TryGetProperty(name, out var field) ? field : default;

    private static JsonElement Item(JsonElement element, int index) => index < element.GetArrayLength() ? element[index] : default;

    private static string? Text(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : JsonSerializer.Serialize(element);
}
