using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Reference;

namespace Vsml.Tests.Backpropagation;

/// <summary>Backpropagation through time over a meta-batch.</summary>
public class BpttEstimatorTests
{
    private const int Inputs = 5, Classes = 3, Length = 12;

    private static readonly Architecture Network = new()
    {
        StateSize = 5,
        MessageSize = 3,
        Layers = new([new DenseLayerSpec(Inputs, 4), new DenseLayerSpec(4, Classes)]),
        Schedule = new TickSchedule { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate },
        LabelFeedback = true,
        LearnedInitialCell = true,
    };

    private static readonly EpisodeSource Episodes = new(new RandomTask { Inputs = Inputs, Classes = Classes, Vectors = 6 }, Length);

    private static readonly float[] Theta = MetaParameters.Initial(Network, 3, inputGateBias: 3).Values.ToArray();

    [Fact]
    public void The_gradient_of_a_meta_batch_is_that_of_the_reference()
    {
        const int batch = 3;
        var estimate = Estimator(batch).Estimate(7, 4, Theta, Episodes, UnrollState.Empty);

        var expected = new double[Theta.Length];
        var loss = 0.0;
        for (var episode = 0u; episode < batch; episode++)
        {
            var (trace, gradient) = Reference(7, 4, episode).Differentiate();
            loss += trace.Losses.Average() / batch;
            for (var p = 0; p < expected.Length; p++) expected[p] += gradient.Theta[p] / batch;
        }
        estimate.MeanLoss!.Value.ShouldBe(loss, 1e-5);
        estimate.State.ShouldBe(UnrollState.Empty);
        var tolerance = 1e-4 * expected.Max(Math.Abs);
        for (var p = 0; p < expected.Length; p++) ((double)estimate.Gradient[p]).ShouldBe(expected[p], tolerance);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void The_gradient_has_the_same_bits_for_any_number_of_threads(int threads)
    {
        var one = Estimator(5, threads: 1).Estimate(7, 0, Theta, Episodes, UnrollState.Empty);
        var many = Estimator(5, threads: threads).Estimate(7, 0, Theta, Episodes, UnrollState.Empty);
        many.Gradient.ShouldBe(one.Gradient);
        many.MeanLoss.ShouldBe(one.MeanLoss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    public void Recomputing_from_checkpoints_changes_no_bit(int tapeExamples)
    {
        var reference = Reference(1, 0, 0);
        float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
        (float[] Theta, float[][] Cells) Differentiate(int tape) => EpisodeTrace.Differentiate(
            RuntimeCompiler.Compile(Network), SimdLevels.Widest, 1, Theta, [.. reference.Cells.Select(Singles)], Singles(reference.Inputs), Singles(reference.Labels), tape);

        var all = Differentiate(0);
        var some = Differentiate(tapeExamples);
        some.Theta.ShouldBe(all.Theta);
        for (var l = 0; l < all.Cells.Length; l++) some.Cells[l].ShouldBe(all.Cells[l]);
    }

    [Fact]
    public void Windows_carry_their_state_to_the_next_iteration()
    {
        var windowed = Estimator(2, TruncationSchedule.Constant(5));
        var state = UnrollState.Empty;
        var losses = new List<double>();
        foreach (var iteration in new uint[] { 0, 1, 2 })
        {
            var estimate = windowed.Estimate(7, iteration, Theta, Episodes, state);
            losses.Add(estimate.MeanLoss!.Value * estimate.Examples);
            state = estimate.State;
        }
        state.ShouldBe(UnrollState.Empty);
        var whole = Estimator(2).Estimate(7, 0, Theta, Episodes, UnrollState.Empty);
        losses.Sum().ShouldBe(whole.MeanLoss!.Value * whole.Examples, 1e-4);
    }

    [Fact]
    public void A_stride_shorter_than_the_window_overlaps()
    {
        var estimator = Estimator(1, TruncationSchedule.Constant(5), stride: 3);
        var positions = new List<int>();
        var state = UnrollState.Empty;
        for (var iteration = 0u; iteration < 4; iteration++)
        {
            state = estimator.Estimate(7, iteration, Theta, Episodes, state).State;
            positions.Add(state.PairCount == 0 ? 0 : state.Positions[0]);
        }
        // The window from 9 reaches the episode's end at 12.
        positions.ShouldBe([3, 6, 9, 0]);
    }

    [Fact]
    public void Staggered_windows_are_all_over_the_episode_in_every_iteration()
    {
        var estimator = Estimator(4, TruncationSchedule.Constant(4, staggered: true));
        var places = new List<int[]>();
        var state = UnrollState.Empty;
        for (var iteration = 0u; iteration < 4; iteration++)
        {
            state = estimator.Estimate(7, iteration, Theta, Episodes, state).State;
            places.Add([.. state.Positions]);
        }
        places.ShouldBe([[4, 8, 0, 4], [8, 0, 4, 8], [0, 4, 8, 0], [4, 8, 0, 4]]);
        state.Began.ShouldBe([3u, 2u, 4u, 3u]);
    }

    [Fact]
    public void A_staggered_window_begins_with_a_fresh_learner()
    {
        const int batch = 3, window = 4;
        var estimate = Estimator(batch, TruncationSchedule.Constant(window, staggered: true)).Estimate(7, 4, Theta, Episodes, UnrollState.Empty);
        var expected = new double[Theta.Length];
        var loss = 0.0;
        for (var episode = 0; episode < batch; episode++)
        {
            var whole = Reference(7, 4, (uint)episode);
            var (trace, gradient) = (whole with
            {
                Inputs = whole.Inputs[(episode * window * Inputs)..((episode + 1) * window * Inputs)],
                Labels = whole.Labels[(episode * window * Classes)..((episode + 1) * window * Classes)],
            }).Differentiate();
            loss += trace.Losses.Average() / batch;
            for (var p = 0; p < expected.Length; p++) expected[p] += gradient.Theta[p] / batch;
        }
        estimate.MeanLoss!.Value.ShouldBe(loss, 1e-5);
        var tolerance = 1e-4 * expected.Max(Math.Abs);
        for (var p = 0; p < expected.Length; p++) ((double)estimate.Gradient[p]).ShouldBe(expected[p], tolerance);
    }

    [Fact]
    public void An_episode_without_a_finite_gradient_drops_out()
    {
        var theta = (float[])Theta.Clone();
        // Messages overflow, and without a bound so do the outputs.
        Array.Fill(theta, 3e38f);
        Should.Throw<NonFiniteLossException>(() => Unbounded(maxDropped: 0).Estimate(7, 0, theta, Episodes, UnrollState.Empty)).Message.ShouldContain("seed 7");
        var estimate = Unbounded(maxDropped: 1).Estimate(7, 0, theta, Episodes, UnrollState.Empty);
        estimate.Dropped.Count.ShouldBe(2);
        estimate.Gradient.ShouldBeEmpty();
    }

    [Fact]
    public void Memory_is_that_of_the_tape_and_stays_within_the_budget()
    {
        var whole = Estimator(2, threads: 2);
        whole.Estimate(7, 0, Theta, Episodes, UnrollState.Empty);
        whole.Memory.ShouldNotBeNull();
        (whole.Memory.TapeExamples, whole.Memory.Episodes).ShouldBe((Length, 2));
        whole.Memory.ToString().ShouldContain("all 12 examples");

        var budget = whole.Memory.Bytes / 2;
        var small = new BpttEstimator(new BpttOptions { EpisodeCount = 2, MemoryMiB = budget / (double)(1 << 20) }, Runner(Network, threads: 2));
        small.Estimate(7, 0, Theta, Episodes, UnrollState.Empty);
        small.Memory!.TapeExamples.ShouldBeInRange(1, Length - 1);
        small.Memory.Bytes.ShouldBeInRange(1, budget);
        small.Memory.ToString().ShouldContain("recomputes the others");
    }

    [Fact]
    public void A_cancelled_iteration_is_given_up() =>
        Should.Throw<OperationCanceledException>(() => Estimator(2, threads: 2).Estimate(7, 0, Theta, Episodes, UnrollState.Empty, new CancellationToken(canceled: true)));

    [Fact]
    public void A_budget_too_small_for_one_window_is_refused()
    {
        var estimator = new BpttEstimator(new BpttOptions { EpisodeCount = 1, MemoryMiB = 0.001 }, Runner(Network, threads: 0));
        Should.Throw<VsmlException>(() => estimator.Estimate(7, 0, Theta, Episodes, UnrollState.Empty)).Message.ShouldContain("budget");
    }

    [Fact]
    public void A_truncation_longer_than_the_episode_is_refused() =>
        Should.Throw<VsmlException>(() => Estimator(1, TruncationSchedule.Constant(Length + 1)).Estimate(7, 0, Theta, Episodes, UnrollState.Empty)).Message.ShouldContain("longer than the episode");

    private static BpttEstimator Estimator(int episodes, TruncationSchedule? truncation = null, int threads = 1, int stride = 0, double maxDropped = 0.5) => new(
        new BpttOptions { EpisodeCount = episodes, Stride = stride, MaxDroppedShare = maxDropped, Truncation = truncation ?? TruncationSchedule.None },
        Runner(Network, threads));

    private static BpttEstimator Unbounded(double maxDropped) => new(
        new BpttOptions { EpisodeCount = 2, MaxDroppedShare = maxDropped }, Runner(Network with { OutputBound = 0 }, threads: 1));

    private static CpuGradientRunner Runner(Architecture network, int threads) => new(_ => RuntimeCompiler.Compile(network), SimdLevels.Widest, threads);

    private static ReferenceEpisode Reference(ulong seed, uint began, uint episode)
    {
        var random = new CounterRandom(seed, RandomStream.Task, began, episode);
        var data = Episodes.Tasks[0].Task.Sample(ref random, Length);
        var runner = new EpisodeRunner(RuntimeCompiler.Compile(Network), SimdLevels.Widest);
        var cells = new CounterRandom(seed, RandomStream.Cells, began, episode);
        runner.InitialiseCells(ref cells);
        var labels = new double[Length * Classes];
        for (var t = 0; t < Length; t++) labels[t * Classes + data.Classes[t]] = 1;
        return new ReferenceEpisode
        {
            Architecture = Network,
            Theta = Array.ConvertAll(Theta, value => (double)value),
            Cells = [.. Enumerable.Range(0, Network.Layers.Count).Select(l =>
            {
                var floats = new float[runner.CanonicalFloats(l)];
                runner.GetCells(l, floats);
                return Array.ConvertAll(floats, value => (double)value);
            })],
            Inputs = [.. data.Inputs.Take(Length * Inputs).Select(value => (double)value)],
            Labels = labels,
        };
    }
}
