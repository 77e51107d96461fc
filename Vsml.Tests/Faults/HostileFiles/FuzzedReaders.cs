using System.Text;
using System.Text.Json;
using Vsml.Data;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Reporting;
using Vsml.Tests.Training;

namespace Vsml.Tests.Faults.HostileFiles;

/// <summary>All readers of files that anybody may have made.</summary>
internal static class FuzzedReaders
{
    // Of text: its UTF-16, the parsed document, and the records, whose every field has a name. Of what is compressed: deflate makes a byte a
    // thousand, and a pixel is a float.
    private const int Binary = 64, Json = 1500, Compressed = 20_000;
    private const int ImageWidth = 11, ImageHeight = 5;

    /// <summary>The readers, by name.</summary>
    public static IReadOnlyDictionary<string, FuzzedReader> All { get; } = new FuzzedReader[]
    {
        new("safetensors", Binary, path => SafetensorsFile.Read(path)),
        new("theta", Binary, path => MetaParameters.Load(path)),
        new("checkpoint", Json, ReadCheckpoint),
        new("signed-checkpoint", Json, ReadSignedCheckpoint),
        new("classifier", Json, path => OnlineClassifier<string>.Load(path)),
        new("idx", Compressed, path => IdxFile.Read(path)),
        new("csv", Compressed, path => CsvFile.Read(path)),
        new("png", Compressed, ReadImage),
        new("zip", Compressed, path => OmniglotArchive.Read(path)),
        new("dataset", Compressed, path => DatasetFile.Read(path, default)),
        new("architecture", Json, ReadArchitecture),
        new("run", Json, ReadRun),
        new("task", Json, ReadTask),
        new("clone", Json, path => CloneConfigurationJson.Read(path)),
        new("metrics", Json, ReadMetrics),
    }.ToDictionary(reader => reader.Name);

    private static readonly MetaTrainer s_trainer = new(TinyRuns.Persistent, RuntimeCompiler.Compile, threads: 1);

    private static void ReadImage(string path) => DataFile.Read(path, (stream, name) =>
    {
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        PngBitImage.Decode(content, ImageWidth, ImageHeight, name, new float[ImageWidth * ImageHeight]);
        return 0;
    });

    private static void ReadCheckpoint(string path) => Checkpoint.Read(path, TinyRuns.Persistent);

    // Made by somebody who knows how digests are made: what it says must make sense, or be refused before or while a run goes on with it.
    private static void ReadSignedCheckpoint(string path)
    {
        var tensors = SafetensorsFile.Read(path).Tensors;
        SafetensorsFile.Write(path, tensors, Checkpoint.MetadataOf(tensors));
        var state = Checkpoint.Read(path, TinyRuns.Persistent);
        if (state.Iteration < TinyRuns.Persistent.Iterations) s_trainer.Step(state);
    }

    private static void ReadArchitecture(string path)
    {
        var architecture = ArchitectureJson.Read(path);
        ShouldBeTheSame(ArchitectureJson.Parse(ArchitectureJson.Format(architecture), "again"), architecture);
    }

    private static void ReadRun(string path)
    {
        var text = RunConfigurationJson.Format(RunConfigurationJson.Read(path));
        ShouldBeTheSame(RunConfigurationJson.Format(RunConfigurationJson.Parse(text, "again")), text);
    }

    private static void ReadTask(string path)
    {
        var text = Written(TaskJson.Parse(StrictJson.ReadText(path), path));
        ShouldBeTheSame(Written(TaskJson.Parse(text, "again")), text);
    }

    private static string Written(TaskDescription task)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) TaskJson.Write(writer, task);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // As a run that goes on reads them, and as a report does.
    private static void ReadMetrics(string path)
    {
        var folder = Path.ChangeExtension(path, ".run");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "run.json"), "{}");
        File.Move(path, Path.Combine(folder, "metrics.jsonl"), overwrite: true);
        _ = RunLog.Read(folder);
        MetricsLog.Open(Path.Combine(folder, "metrics.jsonl"), (_, iteration) => iteration < 5).Dispose();
    }

    private static void ShouldBeTheSame<T>(T again, T first)
    {
        if (!EqualityComparer<T>.Default.Equals(again, first)) throw new HostileFileException($"Written and read again it is another: {first} became {again}");
    }
}
