using Vsml.Baselines;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;

namespace Vsml.Tests.Scale;

public sealed class SharedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int> EstimatorsAndRanks
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var estimator in TinyRuns.Estimators.Keys)
                foreach (var ranks in new[] { 2, 3 })
                    cases.Add(estimator, ranks);
            cases.Add("es", 5);
            cases.Add("pes", 4);
            return cases;
        }
    }

    public static TheoryData<string> Estimators => [.. TinyRuns.Estimators.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(EstimatorsAndRanks))]
    public void A_run_has_the_same_bits_on_any_number_of_ranks(string estimator, int ranks)
    {
        TinyRuns.Run(_folder["one"], TinyRuns.Estimators[estimator]);
        SharedRuns.Run(_folder["many"], ranks, TinyRuns.Estimators[estimator]).ShouldAllBe(result => result.Error == null);
        TinyRuns.Outcome(_folder["many"]).ShouldBe(TinyRuns.Outcome(_folder["one"]));
    }

    [Fact]
    public void So_has_one_whose_windows_are_staggered() => ShouldNotDependOnRanks(TinyRuns.Persistent with
    {
        Estimator = new EsOptions { PairCount = 6, Variant = EsVariant.NoiseReuse, Truncation = TruncationSchedule.Constant(2, staggered: true) },
    });

    [Fact]
    public void So_has_one_of_a_learner_that_is_no_network() => ShouldNotDependOnRanks(TinyRuns.Full with
    {
        Model = new Architecture(),
        InitialInputGateBias = 0,
        Learner = new MetaRnnDescription { HiddenSize = 4 },
        Tasks = new([new TaskShare(1, new RandomTask { Vectors = 4, Inputs = 3, Classes = 2 })]),
        Stages = new([new TrainingStage { Iterations = 4, EpisodeLength = 6 }]),
        LearningRate = new LearningRateSchedule(),
        Evaluation = null,
    });

    private void ShouldNotDependOnRanks(RunConfiguration run)
    {
        TinyRuns.Run(_folder["one"], run);
        SharedRuns.Run(_folder["many"], 3, run).ShouldAllBe(result => result.Error == null);
        TinyRuns.Outcome(_folder["many"]).ShouldBe(TinyRuns.Outcome(_folder["one"]));
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void A_run_goes_on_with_another_number_of_ranks(string estimator)
    {
        var run = TinyRuns.Estimators[estimator];
        TinyRuns.Run(_folder["whole"], run);
        SharedRuns.Run(_folder["parts"], 3, run, iterations: 2);
        SharedRuns.Run(_folder["parts"], 2, null, iterations: 2);
        new CheckpointStore(_folder["parts"], run).Iterations()[0].ShouldBe(4);
        TinyRuns.Resume(_folder["parts"]);
        TinyRuns.Outcome(_folder["parts"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Theory]
    [InlineData("es")]
    [InlineData("nres")]
    [InlineData("bptt")]
    public void A_slow_rank_gets_less_to_do_and_the_bits_stay(string estimator)
    {
        var run = TinyRuns.Estimators[estimator];
        EstimatorConfiguration more = run.Estimator switch
        {
            EsOptions es => es with { PairCount = 12 },
            BpttOptions bptt => bptt with { EpisodeCount = 12 },
            _ => throw new InvalidOperationException(),
        };
        run = run with { Estimator = more, Stages = new([run.Stages[0] with { Iterations = 8 }]), LearningRate = new LearningRateSchedule(), Evaluation = null };
        TinyRuns.Run(_folder["one"], run);
        var backends = new[] { new SlowBackend(15), new SlowBackend(3), new SlowBackend(3) };
        SharedRuns.Run(_folder["many"], 3, run, backendOf: rank => backends[rank]).ShouldAllBe(result => result.Error == null);
        TinyRuns.Outcome(_folder["many"]).ShouldBe(TinyRuns.Outcome(_folder["one"]));
        backends[0].Counts[0].ShouldBe(4);
        backends[0].Counts[^1].ShouldBeLessThan(4);
    }

    [Fact]
    public void A_stop_of_one_rank_is_one_of_all_with_a_checkpoint()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Persistent);
        using var stop = new CancellationTokenSource();
        var results = SharedRuns.Run(_folder["parts"], 3, TinyRuns.Persistent, iterations: 3, stopping: 2);
        results.ShouldAllBe(result => result.Result!.Stop == TrainingStop.Cancelled);
        new CheckpointStore(_folder["parts"], TinyRuns.Persistent).Iterations()[0].ShouldBe(3);
        TinyRuns.Resume(_folder["parts"]);
        TinyRuns.Outcome(_folder["parts"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void So_is_a_stop_before_a_meta_test_that_is_then_made_when_the_run_goes_on()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Full);
        var results = SharedRuns.Run(_folder["parts"], 3, TinyRuns.Full, iterations: 3, stopping: 2);
        results.ShouldAllBe(result => result.Result!.Stop == TrainingStop.Cancelled && result.Result.State.LastEvaluated == 0);
        TinyRuns.Resume(_folder["parts"]);
        TinyRuns.Outcome(_folder["parts"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void What_ends_one_rank_ends_all_and_is_told_by_the_first()
    {
        var results = SharedRuns.Run(_folder["run"], 3, TinyRuns.Full, backendOf: rank => new SlowBackend(0) { FailsAt = rank == 1 ? 3 : -1 });
        results[1].Error.ShouldBeOfType<VsmlException>().Message.ShouldBe("The disk is gone.");
        results[0].Error.ShouldBeOfType<VsmlException>().Message.ShouldBe($"rank 1 ({Environment.MachineName}): The disk is gone.");
        results[2].Error.ShouldBeOfType<VsmlException>();
        // Three iterations were done, and are not lost.
        new CheckpointStore(_folder["run"], TinyRuns.Full).Iterations()[0].ShouldBe(3);
    }

    [Fact]
    public void More_ranks_than_pairs_are_refused_on_all_of_them() =>
        SharedRuns.Run(_folder["run"], 6, TinyRuns.Full).ShouldAllBe(result => result.Error is VsmlException && result.Error.Message.Contains("6 ranks, but only 5 pairs", StringComparison.Ordinal));

    [Fact]
    public void Of_long_texts_the_first_lines_that_differ_are_told()
    {
        var results = ThreadRanks.Run(2, group =>
        {
            group.Agree("configuration", "{\n  \"seed\": 1,\n  \"pairs\": " + (group.Rank == 1 ? "6,\n" : "5,\n") + "}", "Give all the same.");
            return 0;
        });
        results.ShouldAllBe(result => result.Error!.Message.EndsWith(": \"pairs\": 6 instead of \"pairs\": 5. Give all the same.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_difference_between_ranks_is_named()
    {
        var results = ThreadRanks.Run(3, group =>
        {
            group.Agree("SIMD level", group.Rank == 2 ? "avx2" : "avx512", "Give --simd.");
            return 0;
        });
        results.ShouldAllBe(result => result.Error is VsmlException
            && result.Error.Message == $"rank 2 ({Environment.MachineName}) has another SIMD level than rank 0 ({Environment.MachineName}): avx2 instead of avx512. Give --simd.");
    }

    /// <summary>Takes some milliseconds more for each pair or episode.</summary>
    private sealed class SlowBackend(int milliseconds) : IEpisodeBackend
    {
        public List<int> Counts { get; } = [];

        public int FailsAt { get; init; } = -1;

        public string Name => CpuBackend.Instance.Name;

        public IPopulationRunner Populations(EstimatorContext context) => new Population(CpuBackend.Instance.Populations(context), this);

        public IGradientRunner Gradients(EstimatorContext context) => new Gradient(CpuBackend.Instance.Gradients(context), this);

        private void Delay(int count)
        {
            if (Counts.Count == FailsAt) throw new VsmlException("The disk is gone.");
            Counts.Add(count);
            Thread.Sleep(count * milliseconds);
        }

        private sealed class Population(IPopulationRunner inner, SlowBackend backend) : IPopulationRunner
        {
            public PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default)
            {
                backend.Delay(request.PairCount);
                return inner.Run(request, cancellation);
            }
        }

        private sealed class Gradient(IGradientRunner inner, SlowBackend backend) : IGradientRunner
        {
            public TapeMemory? Memory => inner.Memory;

            public IReadOnlyList<WindowOutcome> Run(GradientRequest request, CancellationToken cancellation = default)
            {
                backend.Delay(request.EpisodeCount);
                return inner.Run(request, cancellation);
            }
        }
    }
}
