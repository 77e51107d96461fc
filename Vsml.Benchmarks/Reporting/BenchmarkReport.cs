using System.Globalization;
using System.Text;
using Vsml.Files;

namespace Vsml.Benchmarks.Reporting;

/// <summary>The figures of a run as a JSON file: one object a line of the printed table.</summary>
internal static class BenchmarkReport
{
    /// <summary>Writes the file, atomically.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="peak">FMA peak of one core at the machine's widest level, in GFLOP/s.</param>
    /// <param name="results">The rows.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void Write(string path, double peak, IReadOnlyList<BenchmarkResult> results)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\n  \"fmaPeakGflops\": {peak:R},\n  \"results\": [");
        for (var i = 0; i < results.Count; i++)
            text.Append(i == 0 ? "\n    " : ",\n    ").Append(results[i].ToJson());
        AtomicFile.WriteAllText(path, text.Append(results.Count == 0 ? "]\n}\n" : "\n  ]\n}\n").ToString());
    }
}
