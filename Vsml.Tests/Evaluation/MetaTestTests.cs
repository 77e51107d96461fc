using System.Text.Json;
using Vsml.Baselines;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Evaluation;

public class MetaTestTests
{
    private static readonly TaskDescription Digits = MetaTestTasks.Create("digits");

    /// <summary>Knows the labels of the sum-sign task, and is right where it is told to be.</summary>
    private abstract class Knowing(int inputs) : IOnlineLearner
    {
        private readonly float[] _logits = new float[2];
        public int InputSize => inputs;
        public int OutputSize => 2;
        public abstract void Reset(ref CounterRandom random);
        public Prediction Predict(ReadOnlySpan<float> input) => throw new NotSupportedException();
        public LearningStep Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label) => throw new NotSupportedException();

        public LearningStep Learn(ReadOnlySpan<float> input, int label)
        {
            _logits[label] = IsRight() ? 1 : -1;
            _logits[1 - label] = -_logits[label];
            return new(new(_logits), 0);
        }

        protected abstract bool IsRight();
    }

    /// <summary>Right from a given example on, and wrong before it.</summary>
    private sealed class Oracle(int inputs, int rightFrom, int rightTo = int.MaxValue) : Knowing(inputs)
    {
        private int _example;
        public override void Reset(ref CounterRandom random) => _example = 0;
        protected override bool IsRight() => ++_example >= rightFrom && _example <= rightTo;
    }

    private static readonly TaskDescription SumSign = new SumSignTask { Inputs = 3 };

    private static MetaTestReport Run(MetaTestLearner learner, int length, int episodes = 3) =>
        MetaTest.Run(SumSign, [learner], new() { Episodes = episodes, Length = length, Threads = 1 });

    [Fact]
    public void RangesAreThoseOfTheComparisons()
    {
        var results = Run(new("o", [new("", (inputs, _) => new Oracle(inputs, 51))]), 2000).Results;
        results.Select(result => (result.From, result.To, result.Accuracy)).ShouldBe(
            [(1, 100, .5), (1, 500, .9), (1, 2000, 1950 / 2000.0), (1801, 2000, 1.0), (91, 110, 1.0)]);
        results.ShouldAllBe(result => result.StandardError == 0 && result.Episodes == 3 && result.Learner == "o");
    }

    [Theory]
    [InlineData(300, new[] { 1, 100, 1, 300, 101, 300, 91, 110 })]
    [InlineData(109, new[] { 1, 100, 1, 109 })]
    [InlineData(60, new[] { 1, 60 })]
    [InlineData(1797, new[] { 1, 100, 1, 500, 1, 1797, 1598, 1797, 91, 110 })]
    [InlineData(2500, new[] { 1, 100, 1, 500, 1, 2000, 1, 2500, 2301, 2500, 91, 110 })]
    public void EpisodesEndTheRanges(int length, int[] expected) =>
        Run(new("o", [new("", (inputs, _) => new Oracle(inputs, 1))]), length).Results
            .SelectMany(result => new[] { result.From, result.To }).ShouldBe(expected);

    [Fact]
    public void TheBestVariantIsChosenForEveryRange()
    {
        var learner = new MetaTestLearner("o", [new("late", (inputs, _) => new Oracle(inputs, 401)), new("early", (inputs, _) => new Oracle(inputs, 1, 300))]);
        var report = Run(learner, 2000);
        report.Results.Select(result => (result.Variant, result.Accuracy)).ShouldBe([("early", 1.0), ("early", .6), ("late", .8), ("late", 1.0), ("early", 1.0)]);
        var curve = report.Curves.Single();
        curve.Variant.ShouldBe("late");
        curve.Correct[399].ShouldBe(0f);
        curve.Correct[400].ShouldBe(1f);
        curve.Running()[799].ShouldBe(.5f);
        curve.Moving(10)[399 + 5].ShouldBe(.5f);
        curve.Moving(10)[0].ShouldBe(0f);
    }

    [Fact]
    public void MeanAndStandardErrorAreOverEpisodes()
    {
        var episode = 0;
        var learner = new MetaTestLearner("o", [new("", (inputs, _) => new ByEpisode(inputs, () => episode++))]);
        var result = Run(learner, 100, episodes: 4).Results[0];
        result.Accuracy.ShouldBe(.5);
        result.StandardError!.Value.ShouldBe(Math.Sqrt(4 * .25 / 3 / 4), 1e-12);
    }

    [Fact]
    public void ASingleEpisodeHasNoStandardError()
    {
        var report = Run(new("o", [new("", (inputs, _) => new Oracle(inputs, 51))]), 100, episodes: 1);
        report.Results[0].StandardError.ShouldBeNull();
        using var stream = new MemoryStream();
        MetaTestJson.Write(stream, [new("sum-sign", 1, false, report)]);
        using var document = JsonDocument.Parse(stream.ToArray());
        var row = document.RootElement.GetProperty("results")[0];
        row.GetProperty("accuracy").GetDouble().ShouldBe(.5);
        row.TryGetProperty("standardError", out _).ShouldBeFalse();
    }

    private sealed class ByEpisode(int inputs, Func<int> next) : Knowing(inputs)
    {
        private bool _right;
        public override void Reset(ref CounterRandom random) => _right = next() % 2 == 0;
        protected override bool IsRight() => _right;
    }

    [Fact]
    public void TheSameFiguresForAnyNumberOfThreads()
    {
        var reports = new[] { 1, 2, 5 }.Select(threads =>
            MetaTest.Run(Digits, [MetaTestLearner.Of(new NearestClassMeanBaseline()), MetaTestLearner.Of(new SgdBaseline()), HiddenLayer], new() { Episodes = 6, Length = 150, Threads = threads })).ToArray();
        foreach (var report in reports)
        {
            report.Results.ShouldBe(reports[0].Results);
            report.Curves.Select(curve => curve.Correct).ShouldBe(reports[0].Curves.Select(curve => curve.Correct));
        }
        MetaTest.Run(Digits, [MetaTestLearner.Of(new NearestClassMeanBaseline())], new() { Episodes = 6, Length = 150, Seed = 2 }).Results[0].ShouldNotBe(reports[0].Results[0]);
    }

    private static readonly MetaTestLearner HiddenLayer =
        new("two-layer", [new("", (inputs, outputs) => new GradientDescentLearner(inputs, outputs, new OnlineAdam(.005f), hiddenSize: 20))]);

    /// <summary>The study's figures, met within the noise of 16 episodes.</summary>
    [Theory]
    [InlineData("mnist", 8, false, new[] { .394, .625, .762, .814, .419, .631, .757, .809, .543, .680, .728, .739 })]
    [InlineData("mnist", 8, true, new[] { .378, .599, .735, .790, .427, .629, .742, .796, .524, .649, .691, .708 })]
    [InlineData("digits", 8, false, new[] { .573, .821, .901, .951, .581, .812, .894, .940, .735, .866, .889, .897 })]
    public void BaselinesReachThePublishedFigures(string data, int size, bool projected, double[] expected)
    {
        var results = MetaTest.Run(MetaTestTasks.Create(data, size, projected), MetaTestLearner.PublishedBaselines).Results;
        results.Select(result => result.Learner).Distinct().ShouldBe(["sgd", "adam", "ncm"]);
        var compared = results.Where(result => result.From != 91).ToList();
        for (var i = 0; i < expected.Length; i++) compared[i].Accuracy.ShouldBe(expected[i], .03, compared[i].ToString());
    }

    [Fact]
    public void MistakesAreOneLine()
    {
        var wrong = new MetaTestLearner("o", [new("", (_, _) => new NearestClassMean(5, 10))]);
        Should.Throw<VsmlException>(() => MetaTest.Run(Digits, [wrong], new() { Length = 10 })).Message.ShouldContain("5 inputs and 10 classes cannot take a task of 64 inputs");
        Should.Throw<VsmlException>(() => MetaTest.Run(Digits, [], new() { Episodes = 0 })).Message.ShouldContain("0 episodes");
        Should.Throw<VsmlException>(() => MetaTest.Run(Digits, [], new() { Length = 0 })).Message.ShouldContain("0 examples");
        Should.Throw<VsmlException>(() => MetaTest.Run(Digits, [], new() { Threads = 0 })).Message.ShouldContain("0 threads");
    }

    [Fact]
    public void WhatATaskDrawsMustBeLearnable() =>
        Should.Throw<VsmlException>(() => MetaTest.Run(new TransformedTask(SumSign, new Overflowing()), MetaTestLearner.PublishedBaselines, new() { Length = 10 }))
            .Message.ShouldMatch("^example 3 of an episode cannot be learned: The input holds .* at index 1; every value must be finite and at most");

    private sealed record Overflowing : EpisodeTransform
    {
        public override void Apply(ref CounterRandom random, EpisodeData episode) => episode.Inputs[2 * episode.InputSize + 1] = 1e31f;
    }

    [Fact]
    public void ItCanBeStopped()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Should.Throw<OperationCanceledException>(() => MetaTest.Run(Digits, MetaTestLearner.Baselines, cancellation: source.Token));
    }

    [Fact]
    public void ProgressCountsEpisodes()
    {
        var counts = new List<int>();
        MetaTest.Run(SumSign, [new("o", [new("", (inputs, _) => new Oracle(inputs, 1))])], new() { Episodes = 5, Length = 10, Threads = 1 }, new Counter(counts));
        counts.ShouldBe([1, 2, 3, 4, 5]);
    }

    private sealed class Counter(List<int> counts) : IProgress<int>
    {
        public void Report(int value) => counts.Add(value);
    }

    [Fact]
    public void ResultsAreWrittenAsTheFormatSays()
    {
        using var folder = new TemporaryFolder();
        var report = new MetaTestReport(100, [new("sgd", "learning rate 0.1", 1, 100, [45, 55, 40, 60])], [new("sgd", "learning rate 0.1", [.25f, 1f])]);
        NamedMetaTest[] tests = [new("mnist", 28, false, report), new("digits", 8, true, report)];
        MetaTestJson.Write(folder["r.json"], tests);
        using var document = JsonDocument.Parse(File.ReadAllText(folder["r.json"]));
        var rows = document.RootElement.GetProperty("results");
        rows.GetArrayLength().ShouldBe(2);
        rows[1].EnumerateObject().Select(field => $"{field.Name}={field.Value}").ShouldBe(
            ["data=digits", "size=8", "projected=True", "learner=sgd", "from=1", "to=100", "accuracy=0.5", $"standardError={rows[1].GetProperty("standardError")}", "episodes=4"]);
        rows[1].GetProperty("standardError").GetDouble().ShouldBe(Math.Sqrt(.025 / 3 / 4), 1e-12);

        using var stream = new MemoryStream();
        MetaTestJson.Write(stream, tests, curves: true);
        using var withCurves = JsonDocument.Parse(stream.ToArray());
        withCurves.RootElement.GetProperty("results")[0].GetProperty("curve").EnumerateArray().Select(value => value.GetDouble()).ShouldBe([.25, 1]);
    }
}
