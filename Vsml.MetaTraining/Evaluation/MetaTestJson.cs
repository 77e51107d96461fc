using System.Text.Json;
using Vsml.Files;

namespace Vsml.Evaluation;

/// <summary>Results of meta-tests as the JSON file that the command line and the samples write.</summary>
public static class MetaTestJson
{
    /// <summary>Writes the results of several meta-tests to one file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tests">The meta-tests with their data sets.</param>
    /// <param name="curves">Whether a learner's result over all examples gets its learning curve.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<NamedMetaTest> tests, bool curves = false) =>
        AtomicFile.Write(path, stream => Write(stream, tests, curves));

    /// <summary>Writes the results as one object.</summary>
    /// <param name="stream">Where to; it is not closed.</param>
    /// <param name="tests">The meta-tests with their data sets.</param>
    /// <param name="curves">Whether a learner's result over all examples gets its learning curve.</param>
    public static void Write(Stream stream, IEnumerable<NamedMetaTest> tests, bool curves = false)
    {
        using var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var test in tests)
            foreach (var result in test.Report.Results)
            {
                writer.WriteStartObject();
                writer.WriteString("data", test.Data);
                writer.WriteNumber("size", test.Size);
                writer.WriteBoolean("projected", test.Projected);
                writer.WriteString("learner", result.Learner);
                writer.WriteNumber("from", result.From);
                writer.WriteNumber("to", result.To);
                writer.WriteNumber("accuracy", result.Accuracy);
                if (result.StandardError is { } error) writer.WriteNumber("standardError", error);
                writer.WriteNumber("episodes", result.Episodes);
                if (curves && result.Examples == test.Report.Length) WriteCurve(writer, test.Report.Curves.First(curve => curve.Learner == result.Learner));
                writer.WriteEndObject();
            }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        stream.Write("\n"u8);
    }

    private static void WriteCurve(Utf8JsonWriter writer, LearningCurve curve)
    {
        WriteNumbers(writer, "curve", curve.Correct);
        if (curve.StandardErrors is { } errors) WriteNumbers(writer, "curveStandardError", errors);
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<float> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }
}

/// <summary>A meta-test with what it was run on.</summary>
/// <param name="Data">Name or file of the data set.</param>
/// <param name="Size">Rows and columns of the images.</param>
/// <param name="Projected">Whether inputs were projected at random.</param>
/// <param name="Report">What came out.</param>
public sealed record NamedMetaTest(string Data, int Size, bool Projected, MetaTestReport Report);
