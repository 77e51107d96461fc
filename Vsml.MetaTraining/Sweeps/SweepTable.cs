using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>What the runs of a sweep came to, as text: a row for each run, a column for each field that the sweep sets.</summary>
/// <param name="Columns">Heads of the columns.</param>
/// <param name="Rows">Cells, as many in a row as there are columns; empty where there is nothing.</param>
public sealed record SweepTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>The table of some results.</summary>
    /// <param name="results">The results, in the order of the rows.</param>
    public static SweepTable Of(IReadOnlyList<SweepResult> results)
    {
        string[] fields = [.. results.SelectMany(result => result.Run.Settings).Select(setting => setting.Field).Distinct()];
        return new(
            ["run", "seed", .. fields, "status", "iteration", "loss", "accuracy", "score"],
            [.. results.Select(result => (IReadOnlyList<string>)
            [
                result.Run.Name, result.Run.Seed.ToString(CultureInfo.InvariantCulture),
                .. fields.Select(field => result.Run.Settings.LastOrDefault(setting => setting.Field == field)?.Value ?? ""),
                result.Status, result.Iteration.ToString(CultureInfo.InvariantCulture), Number(result.Loss), Number(result.Accuracy), Number(result.Score),
            ])]);
    }

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}
