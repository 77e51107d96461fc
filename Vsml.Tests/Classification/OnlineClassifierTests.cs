using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Classification;

/// <summary>The classifier as a user meets it.</summary>
public class OnlineClassifierTests
{
    private enum Fruit
    {
        Apple,
        Pear,
    }

    [Fact]
    public void It_learns_from_few_examples_in_raw_units()
    {
        var classifier = new OnlineClassifier<string>();
        for (var t = 0; t < 300; t++) classifier.Learn(Point(t), Label(t));
        classifier.Labels.ShouldBe(["a", "b", "c"], ignoreOrder: true);
        classifier.RecentProgress.Count.ShouldBe(200);
        classifier.RecentProgress.Accuracy.ShouldBeGreaterThan(.9);
        classifier.Progress.Count.ShouldBe(300);
        classifier.Progress.LogLoss.ShouldBeGreaterThan(classifier.RecentProgress.LogLoss);
        var probabilities = classifier.PredictProbabilities(Point(1000)).ToArray();
        probabilities.Sum().ShouldBe(1f, 1e-5f);
        classifier.Predict(Point(1000)).ShouldBe(classifier.Labels[Array.IndexOf(probabilities, probabilities.Max())]);
    }

    [Fact]
    public void Predicting_changes_nothing()
    {
        var (asked, silent) = (Trained(), Trained());
        for (var t = 0; t < 5; t++)
        {
            asked.Predict(Point(900 + t));
            asked.PredictProbabilities([1e9f, null, -1e9f]);
            asked.OpenTicket(Point(t));
        }
        Bytes(asked).ShouldBe(Bytes(silent));
    }

    [Fact]
    public void A_prediction_is_the_one_that_the_next_step_counts()
    {
        var classifier = Trained();
        for (var t = 40; t < 80; t++)
        {
            var loss = -Math.Log(classifier.PredictProbabilities(Point(t))[classifier.Labels.ToList().IndexOf(Label(t))]);
            var right = classifier.Predict(Point(t)) == Label(t);
            var before = classifier.Progress;
            classifier.Learn(Point(t), Label(t)).ShouldBe(right);
            (classifier.Progress.LogLoss * classifier.Progress.Count - before.LogLoss * before.Count).ShouldBe(loss, 1e-4);
        }
    }

    [Fact]
    public void A_label_that_is_new_counts_as_wrong_and_as_an_even_guess()
    {
        var classifier = new OnlineClassifier<int>();
        Should.Throw<InvalidOperationException>(() => classifier.Predict(Point(0))).Message.ShouldContain("No label is known yet");
        classifier.PredictProbabilities(Point(0)).Length.ShouldBe(0);
        classifier.Learn(Point(0), 7).ShouldBeFalse();
        classifier.Learn(Point(1), 9).ShouldBeFalse();
        classifier.Progress.ShouldBe(new ProgressiveFigures(2, 0, Math.Log(2) / 2));
        classifier.Labels.ShouldBe([7, 9]);
    }

    [Fact]
    public void A_feature_that_is_missing_takes_no_part()
    {
        // As if there were no such feature at all: not a bit differs.
        var without = new OnlineClassifier<string>();
        var with = new OnlineClassifier<string>();
        for (var t = 0; t < 60; t++)
        {
            var point = Point(t);
            without.Learn(point, Label(t));
            with.Learn([point[0], null, point[1], point[2]], Label(t));
        }
        with.PredictProbabilities([Point(70)[0], null, Point(70)[1], Point(70)[2]]).ToArray().ShouldBe(without.PredictProbabilities(Point(70)).ToArray());
    }

    [Fact]
    public void What_was_learned_of_a_feature_is_there_when_it_comes_back()
    {
        var classifier = Trained();
        var before = classifier.PredictProbabilities(Point(90)).ToArray();
        classifier.Predict([1f, null, null]);
        classifier.PredictProbabilities(Point(90)).ToArray().ShouldBe(before);
        // What only the second feature tells is not forgotten while it is away.
        var spans = new OnlineClassifier<bool>();
        for (var t = 0; t < 100; t++) spans.Learn([t % 7, t % 2 == 0 ? 10 : -10], t % 2 == 0);
        for (var t = 0; t < 30; t++) spans.Learn([t % 7, null], t % 2 == 0);
        spans.Predict([3, 10]).ShouldBeTrue();
        spans.Predict([3, -10]).ShouldBeFalse();
    }

    [Fact]
    public void An_example_without_any_value_is_predicted_by_how_often_labels_came()
    {
        var classifier = new OnlineClassifier<string>();
        for (var t = 0; t < 10; t++) classifier.Learn([t, t], t < 7 ? "often" : "rare");
        classifier.Predict([null, null]).ShouldBe("often");
        classifier.Learn([null, null], "rare").ShouldBeFalse();
        classifier.PredictProbabilities([null, null])[0].ShouldBe(8f / 13f, 1e-5f);
    }

    [Fact]
    public void Names_and_labels_not_seen_before_grow_it_and_what_it_learned_stays()
    {
        var classifier = new OnlineClassifier<string>();
        for (var t = 0; t < 200; t++) classifier.Learn(Named(t, "x", "y", "z"), Label(t));
        var before = classifier.PredictProbabilities(Named(300, "x", "y", "z")).ToArray();
        classifier.PredictProbabilities([.. Named(300, "x", "y", "z"), new("unknown", 5f)]).ToArray().ShouldBe(before);
        classifier.FeatureNames.ShouldBe(["x", "y", "z"]);
        var steps = classifier.Progress;
        for (var t = 200; t < 300; t++) classifier.Learn([.. Named(t, "x", "y", "z"), new("w", t % 5)], Label(t));
        classifier.FeatureNames.ShouldBe(["x", "y", "z", "w"]);
        classifier.Progress.Accuracy.ShouldBeGreaterThan(steps.Accuracy - .02);
        classifier.Learn(Named(0, "x"), "new");
        classifier.Labels.Count.ShouldBe(4);
        Enumerable.Range(400, 50).Count(t => classifier.Predict(Named(t, "x", "y", "z")) == Label(t)).ShouldBeGreaterThan(42);
    }

    [Fact]
    public void A_label_that_is_forgotten_is_gone_and_the_others_stay()
    {
        var classifier = Trained();
        classifier.Forget("b").ShouldBeTrue();
        classifier.Forget("b").ShouldBeFalse();
        classifier.Labels.ShouldBe(["a", "c"]);
        classifier.PredictProbabilities(Point(1)).ToArray().Sum().ShouldBe(1f, 1e-5f);
        Enumerable.Range(400, 60).Where(t => Label(t) != "b").Count(t => classifier.Predict(Point(t)) == Label(t)).ShouldBeGreaterThan(35);
        classifier.Learn(Point(1), "b").ShouldBeFalse();
        classifier.Labels.ShouldBe(["a", "c", "b"]);
        foreach (var label in classifier.Labels.ToList()) classifier.Forget(label);
        classifier.Labels.ShouldBeEmpty();
        classifier.Learn(Point(1), "b").ShouldBeFalse();
        classifier.Predict(Point(2)).ShouldBe("b");
    }

    [Fact]
    public void Tickets_are_learned_from_when_their_labels_come()
    {
        var (now, later) = (new OnlineClassifier<string>(), new OnlineClassifier<string>());
        var first = later.OpenTicket(Point(0));
        first.HasPrediction.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => first.Prediction);
        later.Learn(first, Label(0));
        now.Learn(Point(0), Label(0));
        for (var t = 1; t < 30; t += 2)
        {
            var tickets = new[] { later.OpenTicket(Point(t)), later.OpenTicket(Point(t + 1)) };
            tickets[0].Prediction.ShouldBe(later.Predict(Point(t)));
            for (var i = 0; i < 2; i++)
            {
                now.Learn(Point(t + i), Label(t + i));
                later.Learn(tickets[i], Label(t + i));
            }
        }
        // The figures differ: they count what was said when the tickets were opened.
        later.PredictProbabilities(Point(99)).ToArray().ShouldBe(now.PredictProbabilities(Point(99)).ToArray());
        later.Progress.Count.ShouldBe(now.Progress.Count);
        var names = new OnlineClassifier<string>();
        var named = names.OpenTicket(Named(0, "x", "y", "z"));
        names.Learn(named, "a");
        names.FeatureNames.ShouldBe(["x", "y", "z"]);
    }

    [Fact]
    public async Task It_learns_from_a_stream()
    {
        var (stream, loop) = (new OnlineClassifier<string>(), new OnlineClassifier<string>());
        for (var t = 0; t < 50; t++) loop.Learn(Point(t), Label(t));
        (await stream.LearnAsync(Examples())).ShouldBe(50);
        Bytes(stream).ShouldBe(Bytes(loop));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => stream.LearnAsync(Examples(), stop.Token));

        static async IAsyncEnumerable<(float[], string)> Examples()
        {
            for (var t = 0; t < 50; t++)
            {
                await Task.Yield();
                yield return (Point(t), Label(t));
            }
        }
    }

    [Fact]
    public void What_it_refuses_changes_nothing()
    {
        var classifier = new OnlineClassifier<string>(new OnlineClassifierOptions<string> { RefusedLabels = ["unknown"] });
        for (var t = 0; t < 20; t++) classifier.Learn(Point(t), Label(t));
        var ticket = classifier.OpenTicket(Point(1));
        classifier.Learn(ticket, "a");
        var before = Bytes(classifier);
        (Action Act, string Message)[] refused =
        [
            (() => classifier.Learn([1f, 2f], "a"), "2 features, but the first one had 3"),
            (() => classifier.Predict([1f, 2f, 3f, 4f]), "4 features"),
            (() => classifier.Learn([1f, float.NaN, 3f], "new"), "Feature 1 is NaN"),
            (() => classifier.Learn([1f, 2f, float.PositiveInfinity], "a"), "Say null for a missing value"),
            (() => classifier.Learn(Point(1), "unknown"), "told to refuse"),
            (() => classifier.Learn(ticket, "a"), "learned from before"),
            (() => classifier.Fork().Learn(classifier.OpenTicket(Point(2)), "a"), "another classifier"),
            (() => classifier.Learn(Named(1, "x"), "a"), "by position, not by name"),
            (() => classifier.Learn(Point(1), null!), "label"),
        ];
        foreach (var (act, message) in refused) Should.Throw<Exception>(act).Message.ShouldContain(message);
        Bytes(classifier).ShouldBe(before);

        var closed = new OnlineClassifier<string>(new OnlineClassifierOptions<string> { Labels = ["yes", "no"], AcceptsNewLabels = false });
        closed.PredictProbabilities(Point(0)).ToArray().ShouldBe([.5f, .5f]);
        Should.Throw<ArgumentException>(() => closed.Learn(Point(0), "maybe")).Message.ShouldContain("yes, no");
        var named = new OnlineClassifier<string>();
        named.Learn(Named(0, "x", "y"), "a");
        Should.Throw<ArgumentException>(() => named.Learn(Pairs(("x", 1f), ("new", 2f), ("x", 3f)), "a")).Message.ShouldContain("'x' is given twice");
        Should.Throw<ArgumentException>(() => named.Learn(Pairs(("z", float.NaN)), "a")).Message.ShouldContain("Leave a missing value out");
        Should.Throw<ArgumentException>(() => named.Learn([1f, 2f], "a")).Message.ShouldContain("by name, not by position");
        named.FeatureNames.ShouldBe(["x", "y"]);
        Should.Throw<VsmlException>(() => MetaParameters.Shipped("none")).Message.ShouldContain("online");
    }

    [Fact]
    public void It_allocates_nothing_for_an_example_once_its_sizes_rest()
    {
        var classifier = Trained();
        float[] point = [1, 2, 3];
        float?[] gap = [1, null, 3];
        var names = new OnlineClassifier<Fruit>();
        var named = new Dictionary<string, float> { ["weight"] = 120, ["length"] = 9 };
        Work();
        Allocations.Of(Work).ShouldBe(0);

        void Work()
        {
            for (var t = 0; t < 20; t++)
            {
                classifier.Learn(point, t % 2 == 0 ? "a" : "b");
                classifier.Predict(gap);
                classifier.Learn(gap, "c");
                classifier.PredictProbabilities(point);
                names.Learn(named, t % 2 == 0 ? Fruit.Apple : Fruit.Pear);
                names.Predict(named);
            }
        }
    }

    [Fact]
    public void A_fork_goes_its_own_way()
    {
        var classifier = Trained();
        classifier.Predict([1f, null, 2f]);
        var fork = classifier.Fork();
        Bytes(fork).ShouldBe(Bytes(classifier));
        var before = Bytes(classifier);
        for (var t = 0; t < 10; t++) fork.Learn(Point(t), "other");
        Bytes(classifier).ShouldBe(before);
        Bytes(fork).ShouldNotBe(before);
    }

    private static OnlineClassifier<string> Trained()
    {
        var classifier = new OnlineClassifier<string>();
        for (var t = 0; t < 60; t++) classifier.Learn(Point(t), Label(t));
        return classifier;
    }

    internal static string Label(int t) => new[] { "a", "b", "c" }[t % 3];

    /// <summary>Three clusters, in units that have nothing to do with each other.</summary>
    internal static float[] Point(int t)
    {
        var random = new Random(t);
        return [1000 * (t % 3) + 300 * random.NextSingle(), 1e-4f * (t % 3 == 1 ? 1 : -1) * random.NextSingle(), 5 + random.NextSingle()];
    }

    internal static KeyValuePair<string, float>[] Named(int t, params string[] names) => [.. names.Select((name, i) => KeyValuePair.Create(name, Point(t)[i]))];

    internal static KeyValuePair<string, float>[] Pairs(params (string Name, float Value)[] pairs) => [.. pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))];

    internal static byte[] Bytes<TLabel>(OnlineClassifier<TLabel> classifier)
        where TLabel : notnull
    {
        using var stream = new MemoryStream();
        classifier.Save(stream);
        return stream.ToArray();
    }
}
