using Vsml.Baselines;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Training;

/// <summary>Runs that train learners other than VSML networks.</summary>
public sealed class LearnerRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Learners => ["meta-rnn", "hebbian", "oja", "fast-weight-programmer", "fast-weight-memory"];

    private static LearnerDescription Small(string name) => name switch
    {
        "meta-rnn" => new MetaRnnDescription { HiddenSize = 6 },
        "hebbian" => new HebbianDescription(),
        "oja" => new OjaDescription(),
        "fast-weight-programmer" => new FastWeightProgrammerDescription { KeySize = 4 },
        _ => new FastWeightMemoryDescription { HiddenSize = 5, MemorySize = 3 },
    };

    private static RunConfiguration Run(string learner) => new()
    {
        Learner = Small(learner),
        Seed = 3,
        Tasks = [new TaskShare(1, new RandomTask { Vectors = 4, Inputs = 3, Classes = 2 })],
        Stages = [new TrainingStage { Iterations = 60, EpisodeLength = 16 }],
        LearningRate = new() { Values = [0.03] },
        Estimator = new EsOptions { PairCount = 24 },
        Evaluation = new() { Interval = 30, Episodes = 4, EpisodeLength = 16, Tasks = [new EvaluationTask("memory", new RandomTask { Vectors = 4, Inputs = 3, Classes = 2 })] },
        Checkpoints = new() { Interval = 20 },
    };

    [Theory]
    [MemberData(nameof(Learners))]
    public void Evolution_lowers_the_loss_of_every_learner(string learner) => LossFalls(Run(learner));

    [Fact]
    public void Backpropagation_lowers_the_loss_of_a_Meta_RNN() => LossFalls(Run("meta-rnn") with { Estimator = new BpttOptions { EpisodeCount = 16 } });

    private static void LossFalls(RunConfiguration run)
    {
        var trainer = new MetaTrainer(run with { Tasks = [new TaskShare(1, new SumSignTask { Inputs = 3 })], Evaluation = null }, NoNetwork, threads: 1);
        var (state, losses) = (trainer.Initial(), new List<double>());
        while (state.Iteration < run.Iterations)
        {
            (state, var metrics) = trainer.Step(state);
            losses.Add(metrics.Loss!.Value);
        }
        losses.TakeLast(15).Average().ShouldBeLessThan(.93 * losses.Take(15).Average());
    }

    [Theory]
    [InlineData("meta-rnn", "es")]
    [InlineData("meta-rnn", "bptt")]
    [InlineData("hebbian", "pes")]
    [InlineData("oja", "truncated-es")]
    [InlineData("fast-weight-programmer", "pes")]
    [InlineData("fast-weight-memory", "nres")]
    public void A_run_that_was_stopped_ends_with_the_same_bits(string learner, string estimator)
    {
        var run = Run(learner) with
        {
            Stages = [new TrainingStage { Iterations = 7, EpisodeLength = 11 }],
            Evaluation = null,
            Checkpoints = new() { Interval = 3, Kept = 2 },
            Estimator = estimator switch
            {
                "es" => new EsOptions { PairCount = 4 },
                "bptt" => new BpttOptions { EpisodeCount = 3, Stride = 2, Truncation = TruncationSchedule.Constant(3) },
                "pes" => new EsOptions { PairCount = 4, Variant = EsVariant.Persistent, Truncation = TruncationSchedule.LogUniform(1, 4) },
                "nres" => new EsOptions { PairCount = 4, Variant = EsVariant.NoiseReuse, Truncation = TruncationSchedule.Constant(2) },
                _ => new EsOptions { PairCount = 4, Variant = EsVariant.Truncated, Truncation = TruncationSchedule.Constant(2) },
            },
        };
        TinyRuns.Run(_folder["whole"], run, new() { Threads = 2 });
        using (var folder = RunFolder.Create(_folder["stopped"], run))
        {
            using var stop = new CancellationTokenSource();
            new TrainingRun(folder, NoNetwork, new() { Threads = 1, Progress = new StopAfter(4, stop) }).Run(stop.Token).Stop.ShouldBe(TrainingStop.Cancelled);
        }
        TinyRuns.Resume(_folder["stopped"], new() { Threads = 1 }).Learner!.Name.ShouldBe(learner);
        TinyRuns.Outcome(_folder["stopped"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void The_gradient_of_a_Meta_RNN_is_that_of_central_differences()
    {
        const int from = 1, to = 6;
        var description = new MetaRnnDescription { HiddenSize = 4 };
        var random = new CounterRandom(5, RandomStream.Theta, 0, 0);
        var theta = description.InitialParameters(3, 2, ref random);
        var episode = new EpisodeData();
        new RandomTask { Vectors = 3, Inputs = 3, Classes = 2 }.Sample(ref random, 8, episode);
        float[] weights = [.2f, 0, .5f, .1f, .4f];
        var gradient = new float[theta.Length];
        Loss(theta, gradient);
        for (var p = 0; p < theta.Length; p += 3)
        {
            const float step = 1e-2f;
            var (up, down) = (theta.ToArray(), theta.ToArray());
            (up[p], down[p]) = (theta[p] + step, theta[p] - step);
            var expected = (Loss(up, new float[theta.Length]) - Loss(down, new float[theta.Length])) / (2 * step);
            ((double)gradient[p]).ShouldBe(expected, 2e-4 + .01 * Math.Abs(expected), $"parameter {p}");
        }

        double Loss(float[] parameters, float[] into)
        {
            var learner = (IDifferentiableLearner)description.Create(3, 2);
            learner.SetParameters(parameters);
            var start = new CounterRandom(1, RandomStream.Cells, 0, 0);
            learner.Reset(ref start);
            var (losses, predicted) = (new float[to - from], new int[to - from]);
            learner.Differentiate(episode, from, to, 2, weights, losses, predicted, into);
            return losses.Zip(weights, (loss, weight) => (double)loss * weight).Sum();
        }
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_saved_state_goes_on_where_it_was(string name)
    {
        var random = new CounterRandom(2, RandomStream.Theta, 0, 0);
        var theta = Small(name).InitialParameters(3, 2, ref random);
        var episode = new EpisodeData();
        new RandomTask { Inputs = 3, Classes = 2 }.Sample(ref random, 10, episode);
        var (first, second) = (Create(), Create());
        first.Reset(ref random);
        for (var t = 0; t < 5; t++) first.Learn(episode.Input(t), episode.Classes[t]);
        var state = new float[first.StateSize];
        first.SaveState(state);
        second.LoadState(state);
        for (var t = 5; t < 10; t++) second.Learn(episode.Input(t), episode.Classes[t]).Loss.ShouldBe(first.Learn(episode.Input(t), episode.Classes[t]).Loss);

        IParametricLearner Create()
        {
            var learner = Small(name).Create(3, 2);
            learner.SetParameters(theta);
            return learner;
        }
    }

    [Fact]
    public void A_run_of_the_command_is_tested_with_its_own_theta()
    {
        File.WriteAllText(_folder["run.json"], """
            { "learner": { "type": "meta-rnn", "hiddenSize": 8 },
              "tasks": [ { "weight": 1, "task": { "type": "images", "data": "digits", "split": "train" } } ],
              "stages": [ { "iterations": 2, "episodeLength": 20 } ],
              "learningRate": { "values": [ 0.01 ] },
              "estimator": { "type": "bptt", "episodes": 2 } }
            """);
        ToolRun.InProcess("train", "--config", _folder["run.json"], "--out", _folder["run"]).ShouldSucceed();
        var theta = _folder["run/theta.safetensors"];
        ToolRun.InProcess("test", "--theta", theta, "--data", "digits", "--episodes", "2", "--length", "30", "--baselines").ShouldSucceed().Output.ShouldContain("meta-rnn\t");
        ToolRun.InProcess("test", "--theta", theta, "--data", "mnist", "--episodes", "2", "--length", "30").ShouldBeRefused("64 inputs and 10 classes", "784");
        JsonSchemaValidator.Of("run.schema.json").Problems(File.ReadAllText(_folder["run/run.json"])).ShouldBeEmpty();
    }

    [Fact]
    public void What_does_not_fit_a_learner_is_refused_by_its_field()
    {
        Problems(Run("hebbian") with { Estimator = new BpttOptions { EpisodeCount = 2 } }).ShouldContain("hebbian has no gradient");
        Problems(Run("hebbian") with { Model = TinyRuns.Full.Model }).ShouldContain("learner: a run trains either");
        Problems(Run("hebbian") with { InitialTheta = "x" }).ShouldContain("initialTheta: it is for networks");
        Problems(Run("hebbian") with { Learner = null }).ShouldContain("model: the field is missing");
        Problems(Run("hebbian") with { Learner = new MetaRnnDescription { HiddenSize = 0 } }).ShouldContain("learner.hiddenSize");
        Problems(Run("hebbian") with { Tasks = [new TaskShare(1, new RandomTask { Inputs = 3, Classes = 2 }), new TaskShare(1, new RandomTask { Inputs = 4, Classes = 2 })] }).ShouldContain("a learner keeps its sizes");

        static string Problems(RunConfiguration run) => Should.Throw<VsmlException>(() =>
        {
            var trainer = new MetaTrainer(run, NoNetwork, threads: 1);
            trainer.Step(trainer.Initial());
        }).Message;
    }

    private static VsmlModel NoNetwork(Architecture architecture) => throw new InvalidOperationException("A learner needs no network.");

    private sealed class StopAfter(int iteration, CancellationTokenSource stop) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress)
        {
            if (progress.Metrics.Iteration == iteration) stop.Cancel();
        }
    }
}
