using System.Security.Cryptography;
using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Data;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Training;

/// <summary>A run goes on with the data that it was begun with, wherever it is resumed from.</summary>
public sealed class RunDataTests : IDisposable
{
    private const string Rows = "a,b,kind\n0.1,0.2,x\n0.3,0.1,y\n0.5,0.9,x\n0.7,0.3,y\n0.2,0.8,x\n0.6,0.4,y\n0.9,0.9,x\n0.4,0.2,y\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DigestsAreThoseOfTheContentCompressedOrNot()
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(Rows);
        var expected = Convert.ToHexStringLower(SHA256.HashData(bytes));
        DatasetCatalogue.Digest(_folder.Write("d.csv", bytes)).ShouldBe(expected);
        DatasetCatalogue.Digest(_folder.Write("d.csv.gz", DataBytes.Gzip(bytes))).ShouldBe(expected);

        var (images, labels) = (DataBytes.Idx(8, [2, 1, 1], [1, 2]), DataBytes.Idx(8, [2], [5, 3]));
        _folder.Write("own-labels-idx1-ubyte.gz", DataBytes.Gzip(labels));
        DatasetCatalogue.Digest(_folder.Write("own-images-idx3-ubyte", images)).ShouldBe(Convert.ToHexStringLower(SHA256.HashData([.. images, .. labels])));

        DatasetCatalogue.Digest("mnist").ShouldNotBe(DatasetCatalogue.Digest("digits"));
        Should.Throw<VsmlException>(() => DatasetCatalogue.Digest("random")).Message.ShouldContain("has no images");
        Should.Throw<VsmlException>(() => DatasetCatalogue.Digest("none.csv")).Message.ShouldContain(Path.GetFullPath("none.csv"));
        Should.Throw<VsmlException>(() => DatasetCatalogue.Digest(_folder.Path)).Message.ShouldContain("is a folder");
    }

    [Fact]
    public void SetsOfTheProgramHaveDigestsToo()
    {
        var (name, other) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        DatasetCatalogue.Register(name, Of(1, 2), Of(3, 4));
        DatasetCatalogue.Register(other, Of(1, 2), Of(3, 5));
        DatasetCatalogue.Digest(name).ShouldBe(DatasetCatalogue.Digest(name));
        DatasetCatalogue.Digest(name).ShouldNotBe(DatasetCatalogue.Digest(other));

        static ImageDataset Of(params float[] images) => new("own", images, [0, 1], 1, 1, 1, ["a", "b"]);
    }

    [Fact]
    public void ARunFolderRecordsPlacesAndDigestsOfAllData()
    {
        MetaTraining.Parts.Register<FileLengths>("file-lengths");
        var (rows, own) = (_folder.Write("rows.csv", System.Text.Encoding.UTF8.GetBytes(Rows)), _folder.Write("own.bin", [1, 2, 3]));
        var run = TinyRuns.Full with
        {
            Tasks =
            [
                new MixedTask(new ImageTask { Data = Path.GetRelativePath(Environment.CurrentDirectory, rows) }, new TransformedTask(new ImageTask { Data = "digits" }, new RandomPixels(2))),
                new FileLengths(Path.GetRelativePath(Environment.CurrentDirectory, own)),
            ],
            Evaluation = TinyRuns.Full.Evaluation! with { Tasks = [new EvaluationTask("held out", new ImageTask { Data = rows, Split = DatasetSplit.Test })] },
        };
        using var folder = RunFolder.Create(_folder["run"], run);
        folder.Configuration.Data.Select(data => data.Name).ShouldBe([rows, "digits", own]);
        folder.Configuration.Data.ShouldAllBe(data => data.Sha256 == DatasetCatalogue.Digest(data.Name));
        ((FileLengths)folder.Configuration.Tasks[1].Task).File.ShouldBe(own);
        ((ImageTask)((MixedTask)folder.Configuration.Tasks[0].Task).Shares[0].Task).Data.ShouldBe(rows);
        RunConfigurationJson.Read(_folder["run/run.json"]).ShouldBe(folder.Configuration);
        JsonSchemaValidator.Of("run.schema.json").Problems(File.ReadAllText(_folder["run/run.json"])).ShouldBeEmpty();
    }

    [UnixFact("Commands run in a shell.")]
    public void ResumedFromAnotherFolderTheRunFindsItsData()
    {
        Begin();
        // Another file of the same name lies there.
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.WriteAllText(_folder["elsewhere/rows.csv"], Rows.Replace("0.1", "0.9", StringComparison.Ordinal));
        In("elsewhere", "train", "--resume", "../run").ShouldSucceed();
        In("", "train", "--config", "run.json", "--out", "whole").ShouldSucceed();
        TinyRuns.Outcome(_folder["run"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void AFileIsHashedAgainOnlyWhereItMayHaveChanged()
    {
        File.WriteAllText(_folder["rows.csv"], Rows);
        var written = File.GetLastWriteTimeUtc(_folder["rows.csv"]);
        var run = RunData.Record(TinyRuns.Full with { Tasks = [new ImageTask { Data = _folder["rows.csv"], Split = DatasetSplit.All }] });
        File.WriteAllText(_folder["rows.csv"], Rows.Replace("0.1", "0.9", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_folder["rows.csv"], written);
        Should.NotThrow(() => RunData.Check(run));
        File.SetLastWriteTimeUtc(_folder["rows.csv"], written.AddSeconds(1));
        Should.Throw<VsmlException>(() => RunData.Check(run)).Message.ShouldContain("SHA-256");
    }

    [UnixFact("Commands run in a shell.")]
    public void DataThatWereChangedAreRefusedByName()
    {
        Begin();
        File.WriteAllText(_folder["rows.csv"], Rows.Replace("0.1", "0.9", StringComparison.Ordinal));
        In("", "train", "--resume", "run").ShouldBeRefused(_folder["rows.csv"], "SHA-256");
        // A configuration that carries the digest is held to it as well.
        In("", "train", "--config", "run/run.json", "--out", "second").ShouldBeRefused(_folder["rows.csv"], "SHA-256");
        File.WriteAllText(_folder["rows.csv"], Rows);
        In("", "train", "--resume", "run").ShouldSucceed();
    }

    [UnixFact("Commands run in a shell.")]
    public void DataThatWereMovedAreLookedForWhereTheyWereAndCanBeNamedAnew()
    {
        Begin();
        In("", "train", "--config", "run.json", "--out", "whole").ShouldSucceed();
        Directory.CreateDirectory(_folder["moved"]);
        File.Move(_folder["rows.csv"], _folder["moved/rows.csv"]);
        In("moved", "train", "--resume", "../run").ShouldBeRefused($"There is no '{_folder["rows.csv"]}'", "--config");
        In("moved", "train", "--resume", "../run", "--config", "../run.json").ShouldSucceed().Error.ShouldContain($"tasks[0].task.data is \"{_folder["moved/rows.csv"]}\" instead of \"{_folder["rows.csv"]}\"");
        File.ReadAllBytes(_folder["run/theta.safetensors"]).ShouldBe(File.ReadAllBytes(_folder["whole/theta.safetensors"]));
        In("", "train", "--resume", "run").ShouldSucceed().Error.ShouldBeEmpty();
    }

    // Two iterations of six, with a relative path.
    private void Begin()
    {
        File.WriteAllText(_folder["rows.csv"], Rows);
        File.WriteAllText(_folder["run.json"],
            """
            {
              "model": { "stateSize": 4, "messageSize": 2, "layers": [ { "type": "dense", "inputs": 2, "outputs": 2 } ] },
              "tasks": [ { "task": { "type": "images", "data": "rows.csv", "split": "all" } } ],
              "stages": [ { "iterations": 6, "episodeLength": 5, "tasks": [ { "task": { "type": "images", "data": "rows.csv", "split": "all", "transforms": [ { "type": "label-permutation" } ] } } ] } ],
              "learningRate": { "values": [ 0.01 ] },
              "estimator": { "type": "es", "pairs": 2 }
            }
            """);
        In("", "train", "--config", "run.json", "--out", "run", "--time-limit", "0.001").ShouldSucceed();
    }

    private ToolRun In(string folder, params string[] command) =>
        ToolRun.OfProcess("sh", ["-c", "cd \"$0\" && exec dotnet \"$@\"", _folder[folder], ToolRun.Assembly, .. command]);

    /// <summary>A task of somebody else that reads a file by itself.</summary>
    [VsmlPart("file-lengths")]
    private sealed record FileLengths([property: DataReference] string File) : TaskDescription
    {
        public override int InputSize => 2;

        public override int OutputSize => 2;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode) => episode.Reshape(length, 2, 2);
    }
}
