using ILGPU;
using ILGPU.Runtime;
using Vsml.Contracts;
using Vsml.Data;
using Vsml.Ilgpu;
using Vsml.Ilgpu.Kernels;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tool.Ilgpu;

namespace Vsml.Tests.Ilgpu;

/// <summary>Populations on ILGPU's CPU accelerator against those of the compiled kernels.</summary>
public sealed class IlgpuPopulationRunnerTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    private const int Pairs = 5, Length = 8;
    private static readonly Dictionary<Architecture, (VsmlModel Cpu, IlgpuModel Device)> s_models = [];

    private static readonly Architecture s_plain = new()
    {
        StateSize = 4,
        MessageSize = 3,
        LabelFeedback = true,
        Layers = new([new DenseLayerSpec(6, 3)]),
        Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
    };

    private static readonly EpisodeSource s_mixed = new(new EquatableArray<TaskShare>([new TaskShare(1, Vectors(6, 3)), new TaskShare(2, Vectors(9, 4))]), Length);

    /// <summary>Every kind of task, and every transform.</summary>
    public static TheoryData<string> Tasks => [.. s_tasks.Keys];

    private static readonly Dictionary<string, TaskDescription> s_tasks = new()
    {
        ["random"] = Vectors(6, 3),
        ["sum-sign"] = new SumSignTask { Inputs = 6 },
        ["images"] = new ImageTask { Data = "digits", Size = 3, ClassCount = 3 },
        ["mixed"] = new MixedTask(new TaskShare(1, new SumSignTask { Inputs = 5 }), new TaskShare(1, Vectors(5, 2))),
        ["random-projection"] = new TransformedTask(new ImageTask { Data = "digits", Size = 8 }, new RandomProjection(7), new LabelPermutation()),
        ["fixed-projection"] = new TransformedTask(Vectors(6, 3), new FixedProjection(3), new FixedPermutation(4)),
        ["random-pixels"] = new TransformedTask(new ImageTask { Data = "digits", Size = 8, ClassCount = 4 }, new RandomPixels(5), new InputScaleJitter(), new Padding(7, 6)),
        ["of one's own"] = new Counting(),
    };

    [Theory]
    [InlineData(EsVariant.Full, Length)]
    [InlineData(EsVariant.Truncated, 3)]
    [InlineData(EsVariant.Persistent, 3)]
    [InlineData(EsVariant.NoiseReuse, 3)]
    public void Losses_are_those_of_compiled_kernels(EsVariant variant, int length)
    {
        using var runner = Runner(s_plain);
        CompareIterations(Request(s_plain) with { Variant = variant, Length = length, Episodes = s_mixed }, s_plain, runner, iterations: 4);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Every_task_runs(string name)
    {
        using var runner = Runner(s_plain);
        CompareIterations(Request(s_plain) with { Episodes = new EpisodeSource(s_tasks[name], Length) }, s_plain, runner, iterations: 1);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    public void Initial_cells_are_drawn_or_learned(int randomEntries, bool learned)
    {
        // More sub-RNNs than one fill of the stream draws, in two layers.
        var architecture = s_plain with { InitialRandomFraction = randomEntries / 4f, LearnedInitialCell = learned, Layers = new([new DenseLayerSpec(37, 11), new DenseLayerSpec(11, 3)]) };
        using var runner = Runner(architecture);
        CompareIterations(Request(architecture) with { Episodes = new EpisodeSource(Vectors(37, 3), 3), Length = 3, PairCount = 2 }, architecture, runner, iterations: 1);
    }

    [Fact]
    public void A_convolution_runs()
    {
        var architecture = s_plain with { Layers = new([new ConvLayerSpec(5, 5, 1, 2, 3, 2), new DenseLayerSpec(18, 3)]) };
        using var runner = Runner(architecture);
        CompareIterations(Request(architecture) with { Episodes = new EpisodeSource(Vectors(25, 3), 3), Length = 2, PairCount = 2, Variant = EsVariant.Persistent }, architecture, runner, iterations: 2);
    }

    [Fact]
    public void Only_the_last_example_may_count()
    {
        using var runner = Runner(s_plain);
        var request = Request(s_plain) with { Episodes = new EpisodeSource(new LastCounts(), Length), Length = 3, Variant = EsVariant.NoiseReuse };
        CompareIterations(request, s_plain, runner, iterations: 3);
    }

    [Theory]
    [InlineData(EsVariant.Full)]
    [InlineData(EsVariant.Truncated)]
    public void A_population_that_does_not_fit_runs_in_waves_for_the_same_bits(EsVariant variant)
    {
        var request = Request(s_plain) with { Variant = variant, Length = variant == EsVariant.Full ? Length : 3, Episodes = s_mixed };
        using var whole = Runner(s_plain);
        using var parts = Runner(s_plain, memoryBytes: 25_000);
        var (expected, actual) = (whole.Run(request), parts.Run(request));
        whole.Waves.ShouldBeNull();
        parts.Waves.ShouldNotBeNull().ShouldStartWith("10 members on device");
        actual.Losses.ShouldBe(expected.Losses);
        actual.Correct.ShouldBe(expected.Correct);
        actual.State.Learners.SelectMany(x => x).ShouldBe(expected.State.Learners.SelectMany(x => x));
    }

    [Fact]
    public void A_run_says_once_how_many_members_fit()
    {
        var run = new RunConfiguration
        {
            Model = s_plain,
            Tasks = [Vectors(6, 3)],
            Stages = [new() { Iterations = 2, EpisodeLength = Length, Inputs = [6], Classes = 3 }],
            Estimator = new EsOptions { PairCount = Pairs },
            Backend = IlgpuBackend.BackendName,
        };
        using var backend = new IlgpuBackend(devices.Fast, layout => Models(layout).Device, memoryBytes: 25_000);
        var warnings = new Warnings();
        new TrainingRun(run, layout => Models(layout).Cpu, new TrainingOptions { Threads = 1, Progress = warnings }, backend).Run();
        warnings.Messages.ShouldBe(["10 members on device 0 'ILGPU's CPU accelerator' (cpu) in 5 waves of at most 2, as many as its memory holds"]);
    }

    [Fact]
    public void The_same_bits_come_every_time_also_from_saved_states()
    {
        var request = Request(s_plain) with { Variant = EsVariant.Persistent, Length = 3, Episodes = s_mixed };
        using var kept = Runner(s_plain);
        for (uint iteration = 4; iteration < 8; iteration++)
        {
            request = request with { Iteration = iteration };
            using var fresh = Runner(s_plain);
            var (first, second) = (kept.Run(request), fresh.Run(request));
            second.Losses.ShouldBe(first.Losses);
            request = request with { State = first.State };
        }
    }

    [Fact]
    public void A_pair_without_a_finite_loss_begins_a_new_episode()
    {
        using var runner = Runner(s_plain);
        var request = Request(s_plain) with { Variant = EsVariant.Persistent, Length = 3 };
        var state = runner.Run(request).State;
        state.Positions.ShouldAllBe(position => position == 3);
        var theta = request.Theta.ToArray();
        // Read by no turn of one layer.
        theta[Models(s_plain).Cpu.Parameters.Find("shared", "bwd/b").Offset] = float.NaN;
        var result = runner.Run(request with { Theta = theta, Iteration = 5, State = state });
        result.Losses.ShouldAllBe(loss => float.IsNaN(loss));
        result.State.PairCount.ShouldBe(0);

        // Some pairs drop out, the others go on: then they run by different numbers of examples.
        var mixed = new UnrollState([4, 5, 4, 5, 4], [6, 0, 6, 0, 6], [.. state.Learners.Select((learner, i) => i % 2 == 0 ? learner : [])]);
        var next = runner.Run(request with { Iteration = 5, State = mixed });
        next.State.Positions.ShouldBe([0, 3, 0, 3, 0]);
        next.Counted.ShouldBe([2, 3, 2, 3, 2]);
    }

    [Fact]
    public void Members_are_those_of_the_CPU_bit_for_bit()
    {
        var theta = Request(s_plain).Theta.ToArray();
        var key = new RandomKey(11, RandomStream.Noise, 4, 2, 1);
        var (plus, minus) = (new float[theta.Length], new float[theta.Length]);
        NormalNoise.Perturb(key, theta, 0.3f, plus, minus);
        var accelerator = devices.Fast.Accelerator;
        using var centre = accelerator.Allocate1D(theta);
        using var keys = accelerator.Allocate1D(new[] { key });
        using var members = accelerator.Allocate1D<float>(3 * theta.Length);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<RandomKey>, float, int, ArrayView<float>>(MemberNoise.Perturb)(
            theta.Length, centre.View, keys.View, 0.3f, 3, members.View);
        accelerator.Synchronize();
        members.GetAsArray1D().ShouldBe([.. plus, .. minus, .. theta]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_the_runner_stays_usable()
    {
        using var runner = Runner(s_plain);
        var request = Request(s_plain);
        Should.Throw<VsmlException>(() => runner.Run(request with { Theta = new float[3] })).Message.ShouldContain("theta has 3 values");
        Should.Throw<VsmlException>(() => runner.Run(request with { State = new UnrollState([1], [2], [[]]) })).Message.ShouldContain("1 pairs");
        Should.Throw<VsmlException>(() => runner.Run(request with
        {
            Variant = EsVariant.Persistent,
            State = new UnrollState(new uint[Pairs], [2, 2, 2, 2, 2], [.. Enumerable.Repeat(new float[7], Pairs)]),
        })).Message.ShouldContain("belongs to other tasks or another backend");
        using var small = Runner(s_plain, memoryBytes: 1000);
        var message = Should.Throw<VsmlException>(() => small.Run(request)).Message;
        message.ShouldContain("too little for one pair of members");
        message.ShouldContain("MB");
        Should.Throw<OperationCanceledException>(() => runner.Run(request, new CancellationToken(canceled: true)));
        runner.Run(request).Losses.ShouldAllBe(loss => float.IsFinite(loss));
    }

    private static void CompareIterations(PopulationRequest request, Architecture architecture, IlgpuPopulationRunner runner, int iterations)
    {
        var cpu = new CpuPopulationRunner(task => Models(Layouts.For(architecture, task.InputSize, task.OutputSize)).Cpu, SimdLevel.Portable, threads: 1);
        var (onCpu, onDevice) = (request, request);
        for (var i = 0; i < iterations; i++)
        {
            var (expected, actual) = (cpu.Run(onCpu), runner.Run(onDevice));
            for (var m = 0; m < expected.Losses.Length; m++) ((double)actual.Losses[m]).ShouldBe(expected.Losses[m], 2e-5);
            actual.Counted.ShouldBe(expected.Counted);
            actual.Correct.ShouldBe(expected.Correct);
            actual.Examples.ShouldBe(expected.Examples);
            actual.State.Began.ShouldBe(expected.State.Began);
            actual.State.Positions.ShouldBe(expected.State.Positions);
            (onCpu, onDevice) = (onCpu with { Iteration = onCpu.Iteration + 1, State = expected.State }, onDevice with { Iteration = onDevice.Iteration + 1, State = actual.State });
        }
    }

    private IlgpuPopulationRunner Runner(Architecture architecture, long? memoryBytes = null) =>
        new(devices.Fast, task => Models(Layouts.For(architecture, task.InputSize, task.OutputSize)).Device, threads: 2, memoryBytes);

    private static PopulationRequest Request(Architecture architecture) => new()
    {
        Seed = 11,
        Iteration = 4,
        PairCount = Pairs,
        Theta = MetaParameters.Initial(architecture, seed: 5, inputGateBias: 3).Values.ToArray(),
        NoiseStd = 0.3f,
        Episodes = new EpisodeSource(Vectors(6, 3), Length),
        Length = Length,
    };

    private static RandomTask Vectors(int inputs, int classes) => new() { Vectors = 4, Inputs = inputs, Classes = classes };

    private static (VsmlModel Cpu, IlgpuModel Device) Models(Architecture architecture)
    {
        lock (s_models)
        {
            if (!s_models.TryGetValue(architecture, out var models)) s_models.Add(architecture, models = (RuntimeCompiler.Compile(architecture, SimdLevel.Portable), IlgpuCompiler.Compile(architecture)));
            return models;
        }
    }

    private sealed record Counting : TaskDescription
    {
        public override int InputSize => 4;

        public override int OutputSize => 2;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
        {
            episode.Reshape(length, InputSize, OutputSize);
            for (var i = 0; i < length * InputSize; i++) episode.Inputs[i] = random.NextUniform() - i % 3;
            for (var t = 0; t < length; t++) episode.Classes[t] = t % 2;
        }
    }

    private sealed record LastCounts : TaskDescription
    {
        public override int InputSize => 6;

        public override int OutputSize => 3;

        public override EpisodeLoss Loss => EpisodeLoss.Last;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode) => Vectors(6, 3).Sample(ref random, length, episode);
    }

    private sealed class Warnings : ITrainingProgress
    {
        public List<string> Messages { get; } = [];

        public void Warned(string message) => Messages.Add(message);
    }
}
