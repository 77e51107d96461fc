using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class ContinueTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // One rate throughout, so that the last stage can be lengthened.
    private static readonly RunConfiguration Steady = TinyRuns.Persistent with { LearningRate = new LearningRateSchedule { Values = [0.02] } };

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Estimators => [.. TinyRuns.Estimators.Keys];

    [Theory]
    [MemberData(nameof(Estimators))]
    public void AFinishedRunWithAnotherStageIsTheSameAsOneThatHadItFromTheStart(string estimator)
    {
        var run = TinyRuns.Estimators[estimator] with { Evaluation = null };
        var longer = run with
        {
            Stages = [.. run.Stages, run.Stages[0] with { Iterations = 3 }],
            LearningRate = run.LearningRate with { Values = [.. run.LearningRate.Values, 0.03] },
        };
        TinyRuns.Run(_folder["whole"], longer);
        TinyRuns.Run(_folder["parts"], run).Stop.ShouldBe(TrainingStop.Finished);
        Continue("parts", longer).Stop.ShouldBe(TrainingStop.Finished);
        TinyRuns.Outcome(_folder["parts"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void StoppedAnywhereARunCanGetMoreIterations()
    {
        var longer = Steady with { Stages = [Steady.Stages[0], Steady.Stages[1] with { Iterations = 20 }] };
        TinyRuns.Run(_folder["whole"], longer);
        var expected = TinyRuns.Outcome(_folder["whole"]);
        RunFolder.Create(_folder["parts"], Steady).Dispose();
        for (var iterations = Steady.Iterations; ; iterations++)
        {
            using var stop = new CancellationTokenSource();
            var next = Steady with { Stages = [Steady.Stages[0], Steady.Stages[1] with { Iterations = iterations - Steady.Stages[0].Iterations }] };
            if (Continue("parts", next, new StopAfterTwo(stop), stop.Token).State.Iteration == longer.Iterations) break;
        }
        Continue("parts", longer);
        TinyRuns.Outcome(_folder["parts"]).ShouldBe(expected);
    }

    [Fact]
    public void CheckpointsMayChangeAndTheFolderRecordsWhatDid()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Full);
        using (var stop = new CancellationTokenSource())
        {
            using var folder = RunFolder.Create(_folder["parts"], TinyRuns.Full);
            new TrainingRun(folder, RuntimeCompiler.Compile, new TrainingOptions { Progress = new StopAfterTwo(stop) }).Run(stop.Token);
        }
        var told = new Warnings();
        Continue("parts", TinyRuns.Full with { Checkpoints = new CheckpointConfiguration { Interval = 1, Kept = 4 } }, told);
        new CheckpointStore(_folder["parts"], TinyRuns.Full).Iterations().ShouldBe([7, 6, 5, 4]);
        File.ReadAllBytes(_folder["parts/theta.safetensors"]).ShouldBe(File.ReadAllBytes(_folder["whole/theta.safetensors"]));
        told.Messages.ShouldBe(["From iteration 2 on, checkpoints.interval is 1 instead of 2, checkpoints.kept is 4 instead of 2."]);

        // Told and recorded once.
        TinyRuns.Resume(_folder["parts"]);
        var line = File.ReadAllLines(_folder["parts/changes.jsonl"]).ShouldHaveSingleItem();
        JsonSchemaValidator.Of("changes.schema.json").Problems(line).ShouldBeEmpty();
        var change = JsonNode.Parse(line)!;
        change["iteration"]!.GetValue<int>().ShouldBe(2);
        change["changes"]!.ToJsonString().ShouldBe("""[{"field":"checkpoints.interval","from":2,"to":1},{"field":"checkpoints.kept","from":2,"to":4}]""");
        Continue("parts", TinyRuns.Full);
        File.ReadAllLines(_folder["parts/changes.jsonl"]).Length.ShouldBe(2);
    }

    [Fact]
    public void ChangesOfARunThatDidNotComeToRunAreRecordedAsWell()
    {
        TinyRuns.Run(_folder["run"], Steady);
        RunFolder.Continue(_folder["run"], Steady with { Checkpoints = new CheckpointConfiguration { Interval = 1, Kept = 4 } }).Dispose();
        Continue("run", Steady with { Checkpoints = new CheckpointConfiguration { Interval = 1, Kept = 5 } });
        File.ReadAllText(_folder["run/changes.jsonl"]).ShouldContain($$"""{"field":"checkpoints.kept","from":{{Steady.Checkpoints.Kept}},"to":5}""");
    }

    [Fact]
    public void AnEditedRunFileIsAChangeToo()
    {
        TinyRuns.Run(_folder["run"], Steady);
        var file = _folder["run/run.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"iterations\": 3", "\"iterations\": 4", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
        TinyRuns.Resume(_folder["run"]).State.Iteration.ShouldBe(9);
        File.ReadAllText(_folder["run/changes.jsonl"]).ShouldContain("""{"field":"stages[1].iterations","from":3,"to":4}""");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"seed\": 7", "\"seed\": 8", StringComparison.Ordinal));
        Should.Throw<VsmlException>(() => TinyRuns.Resume(_folder["run"])).Message.ShouldContain("seed: it was 7");
    }

    public static TheoryData<string, RunConfiguration> Refusals => new()
    {
        { "seed: it was 7", Steady with { Seed = 8 } },
        { "model.stateSize: it was 4", Steady with { Model = Steady.Model with { StateSize = 8 } } },
        { "initialInputGateBias", Steady with { InitialInputGateBias = 0 } },
        { "optimizer.momentum", Steady with { Optimizer = new MomentumSgd { Momentum = 0.5, WeightDecay = 0.01, ClipNorm = 0.5 } } },
        { "optimizer.type: it was \"sgd\"", Steady with { Optimizer = new Adam() } },
        { "estimator.pairs", Steady with { Estimator = (EsOptions)Steady.Estimator with { PairCount = 5 } } },
        { "tasks[1]", Steady with { Tasks = [Steady.Tasks[0]] } },
        { "tasks[0].weight", Steady with { Tasks = [Steady.Tasks[0] with { Weight = 3 }, Steady.Tasks[1]] } },
        { "evaluation", Steady with { Evaluation = TinyRuns.Full.Evaluation } },
        { "stages: there are 5 iterations, but 8 are done", Steady with { Stages = [Steady.Stages[0]] } },
        { "stages[0].iterations: it was 5 and is 6 now, so that iteration 5", Steady with { Stages = [Steady.Stages[0] with { Iterations = 6 }, Steady.Stages[1]] } },
        { "stages[0].iterations: it was 5 and is 3 now, so that iteration 3", Steady with { Stages = [Steady.Stages[0] with { Iterations = 3 }, Steady.Stages[1] with { Iterations = 9 }] } },
        { "stages[1]: it has begun", Steady with { Stages = [Steady.Stages[0], Steady.Stages[1] with { EpisodeLength = 10, Iterations = 30 }] } },
        { "learningRate: iteration 0 was done with a rate of 0.02", Steady with { LearningRate = new LearningRateSchedule { Values = [0.01] } } },
        { "learningRate: iteration 0", Steady with { LearningRate = new LearningRateSchedule { Values = [0.03, 0.02, 0.01] } } },
        { "learningRate: iteration 0", Steady with { LearningRate = Steady.LearningRate with { WarmUpIterations = 2 } } },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void WhatDecidedTheIterationsDoneStays(string named, RunConfiguration next)
    {
        TinyRuns.Run(_folder["run"], Steady);
        var before = TinyRuns.Outcome(_folder["run"]);
        Should.Throw<VsmlException>(() => RunFolder.Continue(_folder["run"], next)).Message.ShouldStartWith(named);
        TinyRuns.Outcome(_folder["run"]).ShouldBe(before);
        File.Exists(_folder["run/changes.jsonl"]).ShouldBeFalse();
        // The folder is let go.
        TinyRuns.Resume(_folder["run"]).Stop.ShouldBe(TrainingStop.Finished);
    }

    [Fact]
    public void ALastStageWhoseRateFallsKeepsItsLengthOnceBegun()
    {
        var falling = Steady with { LearningRate = new LearningRateSchedule { Values = [0.02, 0.02, 0.01] } };
        TinyRuns.Run(_folder["run"], falling);
        var longer = falling with { Stages = [falling.Stages[0], falling.Stages[1] with { Iterations = 30 }] };
        Should.Throw<VsmlException>(() => RunFolder.Continue(_folder["run"], longer)).Message.ShouldContain("learningRate: iteration 6");
    }

    [Fact]
    public void CheckpointsOfTheFirstFormGoOnWithTheRunFileTheyWereWrittenWith()
    {
        TinyRuns.Run(_folder["whole"], Steady);
        using (var stop = new CancellationTokenSource())
        {
            using var folder = RunFolder.Create(_folder["old"], Steady);
            new TrainingRun(folder, RuntimeCompiler.Compile, new TrainingOptions { Progress = new StopAfterTwo(stop) }).Run(stop.Token);
            foreach (var iteration in folder.Checkpoints.Iterations()) ToFirstForm(folder.Checkpoints.PathOf(iteration), _folder["old/run.json"]);
        }
        foreach (var copy in new[] { "changed", "longer" }) Copy("old", copy);

        TinyRuns.Resume(_folder["old"]);
        TinyRuns.Outcome(_folder["old"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));

        File.AppendAllText(_folder["changed/run.json"], " ");
        Should.Throw<VsmlException>(() => TinyRuns.Resume(_folder["changed"])).Message.ShouldContain("run.json' is not as it was");

        var longer = Steady with { Stages = [.. Steady.Stages, Steady.Stages[0]] };
        TinyRuns.Run(_folder["wholeLonger"], longer);
        Continue("longer", longer);
        TinyRuns.Outcome(_folder["longer"]).ShouldBe(TinyRuns.Outcome(_folder["wholeLonger"]));
        File.ReadAllText(_folder["longer/changes.jsonl"]).ShouldContain("stages[2]");
    }

    // As versions wrote it that knew the run by the digest of its file alone.
    private void ToFirstForm(string path, string runFile)
    {
        var file = SafetensorsFile.Read(path);
        Tensor[] tensors = [.. SafetensorsFile.InFileOrder([.. file.Tensors.Where(tensor => tensor.Name != "run/configuration"), Tensor.Of("run", [32], SHA256.HashData(File.ReadAllBytes(runFile)))])];
        SafetensorsFile.Write(_folder["plain"], tensors);
        var plain = File.ReadAllBytes(_folder["plain"]);
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = "vsml-checkpoint-1",
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(plain.AsSpan(8 + (int)BitConverter.ToUInt64(plain)))),
            ["sha256-names"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', tensors.AsEnumerable())))),
        });
    }

    private void Copy(string from, string to)
    {
        Directory.CreateDirectory(_folder[to]);
        foreach (var file in Directory.GetFiles(_folder[from])) File.Copy(file, Path.Combine(_folder[to], Path.GetFileName(file)));
    }

    private TrainingResult Continue(string folder, RunConfiguration configuration, ITrainingProgress? progress = null, CancellationToken cancellation = default)
    {
        using var run = RunFolder.Continue(_folder[folder], configuration);
        return new TrainingRun(run, RuntimeCompiler.Compile, new TrainingOptions { Progress = progress }).Run(cancellation);
    }

    private sealed class StopAfterTwo(CancellationTokenSource stop) : ITrainingProgress
    {
        private int _left = 2;

        public void Iterated(TrainingProgress progress)
        {
            if (--_left == 0) stop.Cancel();
        }
    }

    private sealed class Warnings : ITrainingProgress
    {
        public List<string> Messages { get; } = [];

        public void Warned(string message) => Messages.Add(message);
    }
}
