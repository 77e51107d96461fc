using Vsml.Playground.Rooms;

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

    [Fact]
    public void The_mean_of_all_votes_is_the_output()
    {
        var room = new Room(RoomKind.Plane);
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

    private static byte[] Saved(Room room)
    {
        using var file = new MemoryStream();
        room.Save(file);
        return file.ToArray();
    }
}
