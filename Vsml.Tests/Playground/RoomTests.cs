using Vsml.Files;
using Vsml.Playground.Rooms;
using Vsml.Reference;

namespace Vsml.Tests.Playground;

public class RoomTests
{
    private static readonly Example[] s_points = [new([-.5f, .1f], "a"), new([.5f, .2f], "b"), new([-.4f, 0f], "a"), new([.6f, -.1f], "b"), new([0f, .9f], "c"), new([-.6f, .2f], "a")];

    [Fact]
    public void Each_step_back_brings_back_every_bit()
    {
        var room = new Room(RoomKind.Plane);
        var saved = new Stack<byte[]>();
        foreach (var point in s_points)
        {
            saved.Push(Saved(room));
            room.Learn(point);
        }
        saved.Push(Saved(room));
        room.Forget("b");
        room.Now.Examples.ShouldAllBe(example => example.Label != "b");
        while (saved.TryPop(out var before))
        {
            room.Undo();
            Saved(room).ShouldBe(before);
        }
        room.Now.Outcomes.ShouldBeEmpty();
        room.Now.Classes.ShouldBeEmpty();
    }

    [Fact]
    public void It_learns_what_a_classifier_learns_and_rivals_what_baselines_learn()
    {
        var (room, alone) = (new Room(RoomKind.Plane), new OnlineClassifier<string>());
        var right = 0;
        foreach (var point in s_points)
        {
            room.Learn(point);
            if (alone.Learn(point.Features, point.Label)) right++;
        }
        using var expected = new MemoryStream();
        alone.Save(expected);
        Saved(room).ShouldBe(expected.ToArray());
        room.Now.Outcomes.Count(outcome => (outcome & 1) == 1).ShouldBe(right);
        // The mean of a is nearest to its points.
        room.Predict([-.5f, .1f])[2][0].ShouldBeGreaterThan(.4f);
    }

    [Theory]
    [InlineData("online")]
    [InlineData("deep")]
    public void The_mean_of_all_votes_is_the_output(string theta)
    {
        var room = new Room(RoomKind.Plane);
        room.Choose(theta);
        foreach (var point in s_points) room.Learn(point);
        float[] place = [.3f, -.2f];
        var before = Saved(room);
        var messages = room.Look(place)!;
        var bound = room.Now.Classifier.Theta.Architecture.OutputBound;
        for (var b = 0; b < messages.Outputs.Length; b++)
            (bound * Math.Tanh(messages.Votes[b].Average() / bound)).ShouldBe(messages.Outputs[b], 1e-3);
        var known = messages.Probabilities[..^1];
        room.Predict(place)[0].ShouldBe(known.Select(probability => probability / known.Sum()), 1e-5);
        Saved(room).ShouldBe(before);
    }

    [Fact]
    public void Hidden_units_send_what_the_reference_sends()
    {
        var room = new Room(RoomKind.Plane);
        room.Choose("deep");
        foreach (var point in s_points) room.Learn(point);
        var messages = room.Look([.3f, -.2f])!;
        var (classifier, theta) = (room.Now.Classifier, room.Now.Classifier.Theta);
        var (cell, hidden) = classifier.States(0);
        using var file = new MemoryStream(Saved(room));
        var backward = SafetensorsFile.Read(file, "saved", file.Length).Get("message/1").ToSingles();
        var architecture = Layouts.For(theta.Architecture, 2, classifier.Labels.Count + 1);
        var (units, entries) = (architecture.Layers[0].Outputs, architecture.MessageSize);
        var inputs = new double[2 * entries];
        (inputs[0], inputs[entries]) = (messages.Inputs[0], messages.Inputs[1]);
        var sent = new ReferenceLayer(architecture, 0, batch: 1).MicroTick(
            Doubles(theta.Values.ToArray()), new(architecture, ParameterLayout.GroupOf(architecture, 0, backward: false)), new(Doubles(hidden), Doubles(cell)), inputs,
            [.. Enumerable.Range(0, units * entries).Select(i => (double)backward[i % entries * units + i / entries])]).Messages.Forward;
        var sizes = sent.Chunk(entries).Select(message => (float)Math.Sqrt(message.Sum(value => value * value) / entries)).ToArray();
        messages.Hidden.ShouldHaveSingleItem().ShouldBe(sizes, 1e-4f);
        sizes.Max().ShouldBeGreaterThan(.1f);
    }

    [Fact]
    public void Another_learner_learns_all_examples_as_if_they_came_now()
    {
        var (room, other) = (new Room(RoomKind.Plane), new Room(RoomKind.Plane));
        other.Choose("deep");
        other.AddClass("none");
        room.AddClass("none");
        foreach (var point in s_points)
        {
            room.Learn(point);
            other.Learn(point);
        }
        var (before, steps) = (Saved(room), room.UndoCount);
        room.Choose("deep");
        Saved(room).ShouldBe(Saved(other));
        room.Now.Outcomes.ShouldBe(other.Now.Outcomes);
        room.Now.Classes.ShouldBe(other.Now.Classes);
        room.LastProbabilities.ShouldBe(other.LastProbabilities);
        RoomView.Of(room).Theta.ShouldBe("deep");
        room.Choose("deep");
        room.UndoCount.ShouldBe(steps + 1);
        room.Undo();
        Saved(room).ShouldBe(before);
        RoomView.Of(room).Theta.ShouldBe("online");
        Should.Throw<VsmlException>(() => room.Choose("nobody")).Message.ShouldContain("deep, online");
        Saved(room).ShouldBe(before);
    }

    [Fact]
    public void The_learner_stays_the_same_when_all_is_forgotten_and_comes_back_with_its_file()
    {
        var room = new Room(RoomKind.Plane);
        room.Choose("deep");
        foreach (var point in s_points) room.Learn(point);
        room.Forget("c");
        var saved = Saved(room);
        room.Clear();
        RoomView.Of(room).Theta.ShouldBe("deep");
        room.Choose("online");
        room.Load(new MemoryStream(saved));
        RoomView.Of(room).Theta.ShouldBe("deep");
        Saved(room).ShouldBe(saved);
    }

    [Theory]
    [InlineData("online", .4, .6)]
    [InlineData("deep", .85, 1)]
    public void Opposite_corners_take_two_layers(string theta, double least, double most)
    {
        var room = new Room(RoomKind.Plane);
        room.Choose(theta);
        room.Use(ExampleStream.Corners());
        while (room.Stream!.Position < room.Stream.Count) room.Step(100, continues: false);
        RoomView.Of(room).Accuracy[0].ShouldBeInRange(least, most);
        RegionsView.Of(room, 0).Classes.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void All_layers_are_shown_and_counted()
    {
        var room = new Room(RoomKind.Plane);
        room.Choose("deep");
        foreach (var point in s_points) room.Learn(point);
        var states = StatesView.Of(room.Now.Classifier, isCell: true, entry: 3);
        (states.Labels.Count, states.Entries, states.Values.Length, states.Values[0].Length).ShouldBe((3, 18, 4, 256));
        var below = states.Below.ShouldHaveSingleItem();
        (below.Length, below[0].Length).ShouldBe((2, 256));
        below[1][7].ShouldBe(room.Now.Classifier.States(0).Cell[(256 + 7) * 18 + 3]);
        states.Values[2][5].ShouldBe(room.Now.Classifier.States(1).Cell[(5 * 4 + 2) * 18 + 3]);
        var table = new Room(RoomKind.Table);
        table.Choose("deep");
        Should.Throw<VsmlException>(() => table.Learn(new(new float[256], "a"))).Message.ShouldContain("66048 sub-RNNs");
        table.Learn(new(new float[250], "a"));
    }

    [Fact]
    public void The_error_is_probability_minus_label()
    {
        var room = new Room(RoomKind.Plane);
        foreach (var point in s_points) room.Learn(point);
        var (errors, probabilities) = (room.LastMessages!.Errors!, room.LastMessages.Probabilities);
        errors[0].ShouldBe(probabilities[0] - 1);
        errors[1].ShouldBe(probabilities[1]);
        errors.Sum().ShouldBe(0, 1e-5);
    }

    [Fact]
    public void A_network_too_large_to_show_is_refused_and_nothing_changes()
    {
        var room = new Room(RoomKind.Table);
        Should.Throw<VsmlException>(() => room.Learn(new(new float[Room.MostSubRnns], "a"))).Message.ShouldContain("sub-RNNs");
        for (var c = 0; c < Room.MostClasses; c++) room.AddClass($"class {c}");
        Should.Throw<VsmlException>(() => room.Learn(new([1f], "one more"))).Message.ShouldContain("the most");
        room.Now.Examples.ShouldBeEmpty();
        room.Now.Classes.Count.ShouldBe(Room.MostClasses);
    }

    [Fact]
    public void A_classifier_of_other_features_is_not_loaded()
    {
        var other = new OnlineClassifier<string>();
        other.Learn([1f, 2f, 3f], "a");
        using var file = new MemoryStream();
        other.Save(file);
        file.Position = 0;
        Should.Throw<VsmlException>(() => new Room(RoomKind.Plane).Load(file)).Message.ShouldContain("3 features");
    }

    [Fact]
    public void A_stretch_of_a_stream_is_one_step_back_and_ends_with_its_data()
    {
        var room = new Room(RoomKind.Draw);
        room.Use(ExampleStream.Digits());
        for (var i = 0; room.Stream!.Position < 300; i++) room.Step(50, continues: i > 0);
        room.UndoCount.ShouldBe(1);
        var view = RoomView.Of(room);
        view.Classes.Count.ShouldBe(10);
        // The shipped theta learns digits fast.
        view.Accuracy[0].ShouldBeGreaterThan(.6);
        view.Curve.X[^1].ShouldBe(room.Stream.Position);
        room.Undo();
        room.Now.Examples.ShouldBeEmpty();
        room.Clear();
        room.Stream.Position.ShouldBe(0);
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);

    private static byte[] Saved(Room room)
    {
        using var file = new MemoryStream();
        room.Save(file);
        return file.ToArray();
    }
}
