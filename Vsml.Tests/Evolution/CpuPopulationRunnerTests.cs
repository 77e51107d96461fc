using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Evolution;

public class CpuPopulationRunnerTests
{
    private const float NoiseStd = 0.3f;
    private static readonly VsmlModel Small = Compile(6, 3);
    private static readonly VsmlModel Large = Compile(9, 4);
    private static readonly EpisodeSource Mixed = new(
        new EquatableArray<TaskShare>([new TaskShare(1, Task(6, 3)), new TaskShare(2, Task(9, 4))]), Length: 12);

    private static float[] Theta => MetaParameters.Initial(Small.Architecture, seed: 5, inputGateBias: 3).Values.ToArray();

    [Fact]
    public void LossesAreThoseOfTheReference()
    {
        var result = Runner(1).Run(Request());
        var correct = 0;
        for (uint pair = 0; pair < 6; pair++)
            for (var member = 0; member < 2; member++)
            {
                var (expected, right) = Reference(pair, member);
                ((double)result.Losses[2 * pair + member]).ShouldBe(expected, 2e-5);
                correct += right;
            }
        result.Counted.ShouldAllBe(count => count == 12);
        result.Correct.Sum().ShouldBe(correct);
        result.Examples.ShouldBe(6 * 2 * 12);
        result.State.PairCount.ShouldBe(0);
        // Both layouts must have come up.
        Enumerable.Range(0, 6).Select(pair => Mixed.Choose(11, 4, (uint)pair)).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(EsVariant.Full, 12, 2)]
    [InlineData(EsVariant.Full, 12, 5)]
    [InlineData(EsVariant.Persistent, 5, 2)]
    [InlineData(EsVariant.NoiseReuse, 5, 5)]
    [InlineData(EsVariant.Truncated, 5, 2)]
    public void AnyNumberOfThreadsGivesTheSameBits(EsVariant variant, int length, int threads)
    {
        var request = Request() with { Variant = variant, Length = length };
        var (one, many) = (Runner(1), Runner(threads));
        for (uint iteration = 4; iteration < 9; iteration++)
        {
            request = request with { Iteration = iteration };
            var (expected, actual) = (one.Run(request), many.Run(request));
            actual.Losses.ShouldBe(expected.Losses);
            actual.Correct.ShouldBe(expected.Correct);
            actual.State.Began.ShouldBe(expected.State.Began);
            actual.State.Learners.SelectMany(x => x).SequenceEqual(expected.State.Learners.SelectMany(x => x)).ShouldBeTrue();
            request = request with { State = expected.State };
        }
    }

    [Fact]
    public void APairDependsOnItsIndexAlone()
    {
        var all = Runner(1).Run(Request());
        var part = Runner(1).Run(Request() with { FirstPair = 2, PairCount = 3 });
        part.Losses.ShouldBe(all.Losses[4..10]);
    }

    [Theory]
    [InlineData(EpisodeLoss.Mean)]
    [InlineData(EpisodeLoss.Last)]
    public void PartsOfAnEpisodeAddUpToTheWhole(EpisodeLoss loss)
    {
        var episodes = new EpisodeSource(new WithLoss(Task(6, 3), loss), 12);
        var whole = Runner(1).Run(Request() with { Episodes = episodes });
        whole.Counted.ShouldAllBe(count => count == (loss == EpisodeLoss.Mean ? 12 : 1));
        var sums = new double[whole.Losses.Length];
        var correct = new int[whole.Correct.Length];
        var state = UnrollState.Empty;
        for (uint part = 0; part < 3; part++)
        {
            // A new runner each time: whatever it needs must be in the state.
            var result = Runner(1).Run(Request() with { Episodes = episodes, Variant = EsVariant.NoiseReuse, Iteration = 4 + part, Length = 5, State = state });
            state = result.State;
            state.PairCount.ShouldBe(part < 2 ? 6 : 0);
            for (var i = 0; i < sums.Length; i++) sums[i] += result.Losses[i] * (double)result.Counted[i / 2];
            for (var i = 0; i < correct.Length; i++) correct[i] += result.Correct[i];
        }
        for (var i = 0; i < sums.Length; i++) (sums[i] / whole.Counted[i / 2]).ShouldBe(whole.Losses[i], 1e-6);
        correct.ShouldBe(whole.Correct);
    }

    [Fact]
    public void KeptEpisodesAreThoseDrawnAgain()
    {
        var runner = Runner(1);
        var state = UnrollState.Empty;
        for (uint iteration = 4; iteration < 10; iteration++)
        {
            var request = Request() with { Variant = EsVariant.Persistent, Iteration = iteration, Length = 5, State = state };
            var kept = runner.Run(request);
            Runner(1).Run(request).Losses.ShouldBe(kept.Losses);
            state = kept.State;
        }
    }

    [Fact]
    public void NoiseIsNewForEveryPartOnlyInPersistentAndTruncatedEs()
    {
        foreach (var variant in Enum.GetValues<EsVariant>())
        {
            var first = EsNoiseRule.Present(variant, 1, 4, 4, 0);
            var second = EsNoiseRule.Present(variant, 1, 4, 5, 0);
            second.Equals(first).ShouldBe(variant is EsVariant.Full or EsVariant.NoiseReuse);
            second.Iteration.ShouldBe(4u);
        }
    }

    [Fact]
    public void APairWithoutAFiniteLossBeginsANewEpisode()
    {
        var runner = Runner(2);
        var request = Request() with { Variant = EsVariant.Persistent, Length = 5 };
        var state = runner.Run(request).State;
        state.Positions.ShouldAllBe(position => position == 5);

        var theta = Theta;
        theta[Small.Parameters.Find("shared", "fwd/b").Offset + 1] = float.NaN;
        var result = runner.Run(request with { Theta = theta, Iteration = 5, State = state });
        result.Losses.ShouldAllBe(loss => float.IsNaN(loss));
        result.State.PairCount.ShouldBe(0);

        var options = new EsOptions { PairCount = 6 };
        var error = Should.Throw<NonFiniteLossException>(() => new EvolutionStrategyEstimator(options, runner).Estimate(11, 4, theta, Mixed, UnrollState.Empty));
        error.Message.ShouldContain("seed 11, iteration 4, 0 (begun in 4), 1 (begun in 4)");
        var estimate = new EvolutionStrategyEstimator(options with { MaxDroppedShare = 1 }, runner).Estimate(11, 4, theta, Mixed, UnrollState.Empty);
        estimate.Gradient.ShouldBeEmpty();
        estimate.Dropped.Count.ShouldBe(6);
        estimate.MeanLoss.ShouldBeNull();
    }

    [Fact]
    public void AnExampleAllocatesNothing()
    {
        var runner = Runner(1);
        long Bytes(int length)
        {
            var request = Request() with { Episodes = new EpisodeSource(Task(6, 3), length), Length = length };
            runner.Run(request);
            return Allocations.Of(() => runner.Run(request));
        }
        var longer = Bytes(200);
        Bytes(20).ShouldBe(longer);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Should.Throw<VsmlException>(() => Runner(1).Run(Request() with { Theta = new float[3] })).Message.ShouldContain("theta has 3 values");
        Should.Throw<VsmlException>(() => new CpuPopulationRunner(_ => Small, SimdLevel.Portable, 2).Run(Request())).Message.ShouldContain("9 and 4");
        Should.Throw<VsmlException>(() => Runner(2).Run(Request() with { State = new UnrollState([1], [2], [[]]) })).Message.ShouldContain("1 pairs");
        Should.Throw<VsmlException>(() => Runner(2).Run(Request() with
        {
            Variant = EsVariant.Persistent,
            State = new UnrollState(new uint[6], [2, 2, 2, 2, 2, 2], [.. Enumerable.Repeat(new float[7], 6)]),
        })).Message.ShouldContain("belongs to other tasks");
        Should.Throw<VsmlException>(() => new EvolutionStrategyEstimator(new EsOptions { Truncation = TruncationSchedule.Constant(5) }, Runner(1))).Message.ShouldStartWith("estimator.truncation: es runs whole episodes");
        var truncated = new EvolutionStrategyEstimator(new EsOptions { Variant = EsVariant.Persistent, Truncation = TruncationSchedule.Constant(50) }, Runner(1));
        Should.Throw<VsmlException>(() => truncated.Estimate(1, 1, Theta, Mixed, UnrollState.Empty)).Message.ShouldContain("longer than the episode");
    }

    [Fact]
    public void TheEstimatorReportsLossAccuracyAndExamples()
    {
        var options = new EsOptions { PairCount = 6, NoiseStd = NoiseStd };
        var one = new EvolutionStrategyEstimator(options, Runner(1), threads: 1).Estimate(11, 4, Theta, Mixed, UnrollState.Empty);
        var many = new EvolutionStrategyEstimator(options, Runner(5), threads: 5).Estimate(11, 4, Theta, Mixed, UnrollState.Empty);
        var result = Runner(1).Run(Request());
        one.MeanLoss!.Value.ShouldBe(result.Losses.Average(loss => (double)loss), 1e-9);
        one.Accuracy!.Value.ShouldBe(result.Correct.Sum() / (6.0 * 2 * 12), 1e-12);
        one.Examples.ShouldBe(6 * 2 * 12);
        one.Dropped.ShouldBeEmpty();
        one.Gradient.Length.ShouldBe(Theta.Length);
        many.Gradient.ShouldBe(one.Gradient);
    }

    private static (double Loss, int Correct) Reference(uint pair, int member)
    {
        var task = Mixed.Choose(11, 4, pair);
        var model = task == 0 ? Small : Large;
        var architecture = model.Architecture;
        var random = new CounterRandom(11, RandomStream.Task, 4, pair);
        var data = Mixed.Tasks[task].Task.Sample(ref random, 12);
        var cells = new CounterRandom(11, RandomStream.Cells, 4, pair);
        var runner = new EpisodeRunner(model, SimdLevel.Portable);
        runner.InitialiseCells(ref cells);
        var initial = new float[runner.CanonicalFloats(0)];
        runner.GetCells(0, initial);
        var (plus, minus) = (new float[Theta.Length], new float[Theta.Length]);
        NormalNoise.Perturb(new RandomKey(11, RandomStream.Noise, 4, pair), Theta, NoiseStd, plus, minus);
        var labels = new double[12 * architecture.OutputSize];
        for (var t = 0; t < 12; t++) labels[t * architecture.OutputSize + data.Classes[t]] = 1;
        var trace = new ReferenceEpisode
        {
            Architecture = architecture,
            Theta = Doubles(member == 0 ? plus : minus),
            Cells = [Doubles(initial)],
            Inputs = Doubles(data.Inputs.AsSpan(0, 12 * architecture.InputSize)),
            Labels = labels,
        }.Run();
        var correct = trace.Logits.Chunk(architecture.OutputSize).Where((logits, t) => Array.IndexOf(logits, logits.Max()) == data.Classes[t]).Count();
        return (trace.Losses.Average(), correct);
    }

    private static PopulationRequest Request() => new()
    {
        Seed = 11,
        Iteration = 4,
        PairCount = 6,
        Theta = Theta,
        NoiseStd = NoiseStd,
        Episodes = Mixed,
        Length = 12,
    };

    private static CpuPopulationRunner Runner(int threads) =>
        new(task => task.InputSize == 6 ? Small : Large, SimdLevel.Portable, threads);

    private static TaskDescription Task(int inputs, int outputs) => new RandomTask { Inputs = inputs, Classes = outputs };

    private static VsmlModel Compile(int inputs, int outputs) => RuntimeCompiler.Compile(new Architecture
    {
        StateSize = 4,
        MessageSize = 3,
        LabelFeedback = true,
        Layers = new EquatableArray<LayerSpec>([new DenseLayerSpec(inputs, outputs)]),
        Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
    });

    private static double[] Doubles(ReadOnlySpan<float> values)
    {
        var doubles = new double[values.Length];
        for (var i = 0; i < doubles.Length; i++) doubles[i] = values[i];
        return doubles;
    }

    private sealed record WithLoss(TaskDescription Inner, EpisodeLoss Counts) : TaskDescription
    {
        public override int InputSize => Inner.InputSize;

        public override int OutputSize => Inner.OutputSize;

        public override EpisodeLoss Loss => Counts;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode) => Inner.Sample(ref random, length, episode);
    }
}
