using System.Text.Json.Serialization;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class PartPromisesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<Break, string> BrokenTasks => new()
    {
        { Break.Stream, "Breaking: two episodes drawn from the same stream differ; an episode must depend on the description, the stream and its length alone." },
        { Break.Leftovers, "Breaking: two episodes drawn from the same stream differ; an episode must depend on the description, the stream and its length alone." },
        { Break.Finite, "Breaking: input 1 of example 0 is NaN; inputs must be finite." },
        { Break.Class, "Breaking: an example has class 2, outside 0..1." },
        { Break.Size, "Breaking: an episode has 5 examples of 3 inputs and 2 classes, but the description says 5, 4 and 2." },
    };

    [Theory]
    [MemberData(nameof(BrokenTasks))]
    public void ATaskThatBreaksItsPromiseIsRefusedBeforeTheRun(Break broken, string message) =>
        Should.Throw<VsmlException>(() => Trainer(new Breaking(broken))).Message.ShouldBe("stages[0]: " + message);

    [Fact]
    public void ATransformInATaskOfOurOwnIsTriedToo() =>
        Should.Throw<VsmlException>(() => Trainer(new MixedTask(new TransformedTask(new RandomTask { Inputs = 4, Classes = 2 }, new Drifting())))).Message
            .ShouldBe("stages[0]: Drifting: two episodes drawn from the same stream differ; an episode must depend on the description, the stream and its length alone.");

    [Fact]
    public void ATaskThatKeepsItsPromiseRuns()
    {
        var trainer = Trainer(new Breaking(Break.Nothing));
        trainer.Step(trainer.Initial()).State.Iteration.ShouldBe(1);
    }

    [Fact]
    public void OptimizersTruncationsAndGradientsAreTried()
    {
        Should.Throw<VsmlException>(() => new MetaTrainer(Run with { Optimizer = new Remembering() }, RuntimeCompiler.Compile)).Message
            .ShouldBe("optimizer: Remembering: the same steps end in other parameters or states; what changes must be in the OptimizerState alone.");
        Should.Throw<VsmlException>(() => new MetaTrainer(Run with { Optimizer = new Growing() }, RuntimeCompiler.Compile)).Message
            .ShouldBe("optimizer: Growing: its state has a [3] at first, but a [3], b [1] after a step; names and lengths must stay.");
        Should.Throw<VsmlException>(() => new MetaTrainer(Run with { Estimator = new EsOptions { Variant = EsVariant.Persistent, Truncation = new TooLong() } }, RuntimeCompiler.Compile)).Message
            .ShouldBe("stages[0]: TooLong: 6 examples of 5 are outside 1..5 or its own 1..5.");
        Should.Throw<VsmlException>(() => new MetaTrainer(Run with { Estimator = new EsOptions { Variant = EsVariant.Persistent, Truncation = new Beyond() } }, RuntimeCompiler.Compile)).Message
            .ShouldBe("stages[0]: Beyond: the first episode of place 5 begins at example 5 of 5; it must be within 0..4, and the same when it is asked for again.");
        var trainer = new MetaTrainer(Run with { Estimator = new ShortGradient() }, RuntimeCompiler.Compile);
        Should.Throw<VsmlException>(() => trainer.Step(trainer.Initial())).Message.ShouldBe($"estimator: ShortGradient gave a gradient of 1 values for {trainer.Initial().Theta.Length} parameters.");
    }

    [Fact]
    public void WhatJsonDoesNotHoldIsFoundBeforeThereIsAFolder()
    {
        MetaTraining.Parts.Register<Forgetful>("forgetful-of-tests");
        var run = Run with { Tasks = [new MixedTask(new Forgetful { Hidden = 3 })] };
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["run"], run)).Message
            .ShouldBe("tasks[0].task.tasks[0].task: Forgetful is another value after it was written and read: it compares what JSON does not hold. Its fields must be all that it is.");
        run = Run with { Tasks = [new Breaking(Break.Nothing)] };
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["run"], run)).Message
            .ShouldBe($"tasks[0].task: JSON has no name for {typeof(Breaking)}; mark it [VsmlPart(\"some-name\")] and call Parts.Load with its assembly.");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [Fact]
    public void AFolderKnowsTheAssembliesOfItsParts()
    {
        MetaTraining.Parts.Register<Forgetful>("forgetful-of-tests");
        var record = Path.Combine(_folder["run"], "assemblies.json");
        RunFolder.Create(_folder["plain"], Run with { Tasks = [new SumSignTask { Inputs = 4 }] }).Dispose();
        File.Exists(Path.Combine(_folder["plain"], "assemblies.json")).ShouldBeFalse();
        RunFolder.Create(_folder["run"], Run with { Tasks = [new Forgetful()] }).Dispose();
        RunFolder.Open(_folder["run"]).Dispose();
        var json = File.ReadAllText(record);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(typeof(PartPromisesTests).Assembly.Location)));
        foreach (var held in new[] { "\"name\": \"Vsml.Tests\"", "\"version\": \"", digest, "task type forgetful-of-tests" }) json.ShouldContain(held);

        File.WriteAllText(record, json.Replace(digest, new string('0', 64), StringComparison.Ordinal));
        var message = Should.Throw<VsmlException>(() => RunFolder.Open(_folder["run"])).Message;
        message.ShouldContain("SHA-256 000000000000...");
        message.ShouldContain($"SHA-256 {digest[..12]}...");
        message.ShouldContain($"remove '{record}'");

        File.WriteAllText(record, json.Replace("\"Vsml.Tests\"", "\"Acme.Absent\"", StringComparison.Ordinal));
        message = Should.Throw<VsmlException>(() => RunFolder.Open(_folder["run"])).Message;
        message.ShouldContain("(task type forgetful-of-tests)");
        message.ShouldContain("--assembly Acme.Absent.dll");

        File.WriteAllText(record, "{}");
        Should.Throw<VsmlException>(() => RunFolder.Open(_folder["run"])).Message.ShouldStartWith($"{record}: assemblies: the field is missing");
    }

    /// <summary>What a task does wrong.</summary>
    public enum Break
    {
        Nothing,
        Stream,
        Leftovers,
        Finite,
        Class,
        Size,
    }

    private static RunConfiguration Run => new()
    {
        Model = TinyRuns.Full.Model,
        Tasks = [new SumSignTask { Inputs = 4 }],
        Stages = [new() { Iterations = 2, EpisodeLength = 5 }],
        Estimator = new EsOptions { PairCount = 2 },
    };

    private static MetaTrainer Trainer(TaskDescription task) => new(Run with { Tasks = [task] }, RuntimeCompiler.Compile);

    private sealed record Breaking(Break What) : TaskDescription
    {
        private static int s_calls;

        public override int InputSize => 4;

        public override int OutputSize => 2;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
        {
            var inputs = What == Break.Size ? InputSize - 1 : InputSize;
            episode.Reshape(length, inputs, OutputSize);
            var first = What == Break.Leftovers ? 1 : 0;
            random.FillNormal(episode.Inputs.AsSpan(first, length * inputs - first));
            for (var t = 0; t < length; t++) episode.Classes[t] = random.NextInt(2);
            if (What == Break.Stream) episode.Inputs[0] = s_calls++;
            if (What == Break.Finite) episode.Inputs[1] = float.NaN;
            if (What == Break.Class) episode.Classes[3] = 2;
        }
    }

    private sealed record Drifting : EpisodeTransform
    {
        private static float s_drift;

        public override void Apply(ref CounterRandom random, EpisodeData episode) => episode.Inputs[0] = s_drift++;
    }

    private sealed record Remembering : IMetaOptimizer
    {
        private readonly float[] _steps = [0];

        public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]>());

        public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta) => theta[0] = _steps[0]++;
    }

    private sealed record Growing : IMetaOptimizer
    {
        public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]> { ["a"] = new double[parameterCount] });

        public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta) =>
            ((Dictionary<string, double[]>)state.Moments)["b"] = [1];
    }

    private sealed record TooLong : TruncationSchedule
    {
        public override int Length(ulong seed, uint iteration, int episodeLength) => episodeLength + 1;

        public override int Shortest(int episodeLength) => 1;

        public override int Longest(int episodeLength) => episodeLength;
    }

    private sealed record Beyond : TruncationSchedule
    {
        public override int Length(ulong seed, uint iteration, int episodeLength) => episodeLength;

        public override int Shortest(int episodeLength) => episodeLength;

        public override int Longest(int episodeLength) => episodeLength;

        public override int Start(int index, int episodeLength) => index;
    }

    private sealed record ShortGradient : EstimatorConfiguration
    {
        public override IMetaGradientEstimator Create(EstimatorContext context) => new Estimator();

        private sealed class Estimator : IMetaGradientEstimator
        {
            public MetaGradient Estimate(ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default) =>
                new(null, null, [1], state, [], 0);
        }
    }

    private sealed record Forgetful : TaskDescription
    {
        [JsonIgnore]
        public int Hidden { get; init; }

        public override int InputSize => 4;

        public override int OutputSize => 2;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode) => episode.Reshape(length, InputSize, OutputSize);
    }
}
