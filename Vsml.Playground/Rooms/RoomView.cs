namespace Vsml.Playground.Rooms;

/// <summary>What the page shows of a room.</summary>
/// <param name="Kind">Name of the kind.</param>
/// <param name="Theta">Name of the shipped theta that ours learns under.</param>
/// <param name="Learners">Names of the learners, ours first.</param>
/// <param name="Classes">The classes.</param>
/// <param name="Examples">Number of predictions counted.</param>
/// <param name="Accuracy">Share of right predictions before the label, over all; for each learner. Empty where there was none.</param>
/// <param name="Recent">The same of the last <see cref="Window"/>.</param>
/// <param name="Curve">For some numbers of examples, the share so far.</param>
/// <param name="Undo">Number of steps that can be undone.</param>
/// <param name="Points">Of a plane, the points that were learned from, the latest last.</param>
/// <param name="Stream">The stream, or null.</param>
/// <param name="Last">The last example; null where there is none.</param>
/// <param name="Probabilities">What each learner gave to each class before it knew the label; classes that came since are left out.</param>
/// <param name="Messages">Its messages.</param>
internal sealed record RoomView(
    string Kind, string Theta, IReadOnlyList<string> Learners, IReadOnlyList<ClassView> Classes, int Examples,
    IReadOnlyList<double> Accuracy, IReadOnlyList<double> Recent, CurveView Curve, int Undo,
    IReadOnlyList<Example>? Points, StreamView? Stream, Example? Last, float[][] Probabilities, Messages? Messages)
{
    /// <summary>Examples that <see cref="Recent"/> looks back on.</summary>
    public const int Window = 50;

    private const int MostCurvePoints = 240, MostPoints = 1000;

    /// <summary>What there is to see of a room.</summary>
    public static RoomView Of(Room room)
    {
        var now = room.Now;
        var counts = now.Examples.CountBy(example => example.Label).ToDictionary();
        var learners = Rivals.Names.Count + 1;
        byte[] outcomes = [.. now.Outcomes];
        return new(
            room.Kind.Name, MetaParameters.ShippedNames.First(name => MetaParameters.Shipped(name).Digest == now.Classifier.Theta.Digest), ["VSML", .. Rivals.Names],
            [.. now.Classes.Select(entry => new ClassView(entry.Name, entry.Colour, counts.GetValueOrDefault(entry.Name)))],
            outcomes.Length, Shares(outcomes, learners), Shares(outcomes.AsSpan(Math.Max(0, outcomes.Length - Window)), learners), CurveOf(outcomes, learners), room.UndoCount,
            room.Kind == RoomKind.Plane ? [.. now.Examples.Skip(now.Examples.Count - MostPoints)] : null,
            room.Stream is { } stream ? new(stream.Name, stream.Position, stream.Count) : null, room.Last, room.LastProbabilities, room.LastMessages);
    }

    private static double[] Shares(ReadOnlySpan<byte> outcomes, int learners)
    {
        if (outcomes.Length == 0) return [];
        var right = new double[learners];
        foreach (var outcome in outcomes)
            for (var l = 0; l < learners; l++) right[l] += outcome >> l & 1;
        for (var l = 0; l < learners; l++) right[l] /= outcomes.Length;
        return right;
    }

    private static CurveView CurveOf(byte[] outcomes, int learners)
    {
        var step = Math.Max(1, (outcomes.Length + MostCurvePoints - 1) / MostCurvePoints);
        var (x, y, right) = (new List<int>(), Enumerable.Range(0, learners).Select(_ => new List<double>()).ToArray(), new int[learners]);
        for (var i = 0; i < outcomes.Length; i++)
        {
            for (var l = 0; l < learners; l++) right[l] += outcomes[i] >> l & 1;
            if ((i + 1) % step != 0 && i + 1 != outcomes.Length) continue;
            x.Add(i + 1);
            for (var l = 0; l < learners; l++) y[l].Add((double)right[l] / (i + 1));
        }
        return new(x, y);
    }
}

/// <summary>A class as it is shown.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Colour">Number of its colour.</param>
/// <param name="Count">Examples of it.</param>
internal sealed record ClassView(string Name, int Colour, int Count);

/// <summary>Accuracies so far.</summary>
/// <param name="X">Numbers of examples.</param>
/// <param name="Y">For each learner its shares.</param>
internal sealed record CurveView(IReadOnlyList<int> X, IReadOnlyList<IReadOnlyList<double>> Y);

/// <summary>How far a stream has come.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Position">Examples that have come.</param>
/// <param name="Count">All examples.</param>
internal sealed record StreamView(string Name, int Position, int Count);
