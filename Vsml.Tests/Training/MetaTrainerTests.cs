using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

public class MetaTrainerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheSameBitsForAnyNumberOfThreads(bool persistent)
    {
        var run = persistent ? TinyRuns.Persistent : TinyRuns.Full;
        var one = Train(run, 1);
        foreach (var threads in new[] { 2, 5 })
        {
            var more = Train(run, threads);
            more.Theta.ShouldBe(one.Theta);
            more.Unroll.Learners.SelectMany(learner => learner).ShouldBe(one.Unroll.Learners.SelectMany(learner => learner));
            more.Best?.Score.ShouldBe(one.Best!.Score);
        }
    }

    [Fact]
    public void SeedsMatter() =>
        Train(TinyRuns.Full with { Seed = 8 }, 1).Theta.ShouldNotBe(Train(TinyRuns.Full, 1).Theta);

    [Fact]
    public void AStepLeavesTheStateBeforeAsItIs()
    {
        var trainer = new MetaTrainer(TinyRuns.Full, RuntimeCompiler.Compile, 1);
        var state = trainer.Initial();
        var theta = state.Theta.ToArray();
        var (first, metrics) = trainer.Step(state);
        state.Theta.ShouldBe(theta);
        state.Optimizer.Steps.ShouldBe(0);
        first.Theta.ShouldNotBe(theta);
        trainer.Step(state).State.Theta.ShouldBe(first.Theta);
        (metrics.Iteration, metrics.Stage, metrics.Skipped).ShouldBe((1, 0, false));
        metrics.LearningRate.ShouldBe(0.025, 1e-12);
        metrics.Examples.ShouldBe(2 * 5 * 5);
        metrics.Loss!.Value.ShouldBeInRange(0.1, 10);
        metrics.Accuracy!.Value.ShouldBeInRange(0, 1);
        metrics.GradientNorm!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void TheAverageOfThetaIsTestedAndKeptWhileTrainingGoesOnFromTheta()
    {
        var (averaging, plain) = (new MetaTrainer(TinyRuns.Full with { Averaging = 0.5 }, RuntimeCompiler.Compile, 1), new MetaTrainer(TinyRuns.Full, RuntimeCompiler.Compile, 1));
        var (state, other) = (averaging.Initial(), plain.Initial());
        state.Result.ShouldBe(state.Theta);
        var thetas = new List<float[]>();
        for (var i = 0; i < 3; i++)
        {
            (state, other) = (averaging.Step(state).State, plain.Step(other).State);
            state.Theta.ShouldBe(other.Theta);
            thetas.Add(state.Theta);
        }
        // Each weighs twice as much as the one before.
        for (var p = 0; p < state.Theta.Length; p++)
            ((double)state.Result[p]).ShouldBe((thetas[0][p] + 2.0 * thetas[1][p] + 4.0 * thetas[2][p]) / 7, 1e-6);
        var (tested, metrics) = averaging.Evaluate(state);
        tested.Best!.Theta.ShouldBe(state.Result);
        metrics.Score.ShouldBe(plain.Evaluate(other with { Theta = state.Result }).Metrics.Score);
    }

    [Fact]
    public void AnAverageForgetsTheThetaOfTheBeginning()
    {
        double[]? average = null;
        for (var i = 1; i <= 1000; i++) average = ThetaAverage.Next(average, 0.9999, i, [i <= 500 ? 1f : 2f]);
        // Hardly any decay: the plain mean. A strong one: the last theta.
        average![0].ShouldBe(1.5, 0.02);
        ThetaAverage.Next([7.0], 0.9, 1, [3f])[0].ShouldBe(3, 1e-12);
        ThetaAverage.Next(average, 1e-9, 1001, [3f])[0].ShouldBe(3, 1e-6);
    }

    [Fact]
    public void ClippingLimitsThePlainGradientStep()
    {
        var run = TinyRuns.Persistent with { Optimizer = new MomentumSgd { ClipNorm = 1e-3 }, LearningRate = new LearningRateSchedule { Values = new([1.0]) } };
        var trainer = new MetaTrainer(run, RuntimeCompiler.Compile, 1);
        var state = trainer.Initial();
        var (next, metrics) = trainer.Step(state);
        metrics.GradientNorm!.Value.ShouldBeGreaterThan(1e-3);
        Math.Sqrt(next.Theta.Zip(state.Theta, (a, b) => Math.Pow(a - b, 2)).Sum()).ShouldBe(1e-3, 1e-5);
    }

    [Fact]
    public void LossesThatAreNotFiniteNameWhatToReplay()
    {
        var trainer = new MetaTrainer(TinyRuns.Full with { Estimator = new EsOptions { PairCount = 3, NoiseStd = float.MaxValue } }, RuntimeCompiler.Compile, 1);
        var error = Should.Throw<NonFiniteLossException>(() => trainer.Step(trainer.Initial()));
        error.Message.ShouldContain("seed 7, iteration 0");
    }

    [Fact]
    public void WithAllPairsDroppedAndAllowedTheStepIsSkipped()
    {
        var options = new EsOptions { PairCount = 3, NoiseStd = float.MaxValue, MaxDroppedShare = 1 };
        var trainer = new MetaTrainer(TinyRuns.Full with { Estimator = options }, RuntimeCompiler.Compile, 1);
        var state = trainer.Initial();
        var (next, metrics) = trainer.Step(state);
        next.Theta.ShouldBe(state.Theta);
        (metrics.Skipped, metrics.Dropped.Count, metrics.Loss, metrics.GradientNorm).ShouldBe((true, 3, null, null));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void AGradientOfAnEstimatorThatIsNotFiniteMakesNoStep(float value)
    {
        var run = TinyRuns.Full with { Estimator = new Giving(value), Evaluation = null, Averaging = 0.5 };
        var trainer = new MetaTrainer(run, RuntimeCompiler.Compile, 1);
        var state = trainer.Initial();
        var (next, metrics) = trainer.Step(state);
        next.Theta.ShouldBe(state.Theta);
        next.Result.ShouldBe(state.Theta);
        (next.Iteration, next.Optimizer.Steps).ShouldBe((1, 0));
        (metrics.Skipped, metrics.Loss, metrics.Accuracy, metrics.GradientNorm).ShouldBe((true, null, null, null));
    }

    [Fact]
    public void AStepToInfinityIsRefused()
    {
        var run = TinyRuns.Full with { Optimizer = new ToInfinity() };
        var trainer = new MetaTrainer(run, RuntimeCompiler.Compile, 1);
        Should.Throw<VsmlException>(() => trainer.Step(trainer.Initial())).Message.ShouldContain("learning rate");
    }

    [Fact]
    public void WhatDoesNotFitNamesTheStage()
    {
        var run = TinyRuns.Full with { Stages = new([TinyRuns.Full.Stages[0], TinyRuns.Full.Stages[1] with { Classes = 1 << 30 }]) };
        Should.Throw<VsmlException>(() => new MetaTrainer(run, RuntimeCompiler.Compile)).Message.ShouldStartWith("stages[1]:");
    }

    /// <summary>Estimates that have a number which is not one; in the gradient the last.</summary>
    private sealed record Giving(float Value) : EstimatorConfiguration
    {
        public override IMetaGradientEstimator Create(EstimatorContext context) => new Estimator(Value);

        private sealed class Estimator(float value) : IMetaGradientEstimator
        {
            public MetaGradient Estimate(ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default)
            {
                var gradient = new float[theta.Length];
                gradient[^1] = value;
                return new MetaGradient(value, value, gradient, state, [], 1);
            }
        }
    }

    private sealed record ToInfinity : IMetaOptimizer
    {
        public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]>());

        public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta) => theta.Fill(float.PositiveInfinity);
    }

    private static TrainingState Train(RunConfiguration run, int threads)
    {
        var trainer = new MetaTrainer(run, RuntimeCompiler.Compile, threads);
        var state = trainer.Initial();
        while (state.Iteration < run.Iterations)
        {
            if (trainer.IsEvaluationDue(state)) state = trainer.Evaluate(state).State;
            state = trainer.Step(state).State;
        }
        return state;
    }
}
