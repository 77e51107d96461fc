using Vsml.Baselines;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>What outputs and states do while a network learns: fast association against small steps.</summary>
internal sealed class Introspection() : Experiment("introspection", "Introspection: what one example changes")
{
    private const int Rows = 24;
    private static readonly float[] s_rates = [.001f, .003f, .01f, .03f, .1f];

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var (episodes, length) = run.IsQuick ? (8, 200) : (32, 1000);
        var task = new TransformedTask(new ImageTask { Data = "mnist", Split = Vsml.Data.DatasetSplit.Test, Size = 14 }, new LabelPermutation());
        var association = run.Step("association", () => Associations(task, episodes, length, run.Cancellation));
        var inside = run.Step("states", () => Inside.Of(task, length));
        return
        [
            new ParagraphBlock(FormattableString.Invariant($"After each wrong prediction: the probability of the right class before its label was seen, for the same image after it, and for another image of the class. Means over {episodes} episodes of {length} examples of MNIST 14x14, with 95 % confidence over episodes. SGD's rate is the best of {s_rates.Length} by accuracy.")),
            new TableBlock(["learner", "before", "same image after", "another image before", "another image after"], [.. association.Select(row => new TableRow([row.Learner, row.Before.ToString(), row.Same.ToString(), row.OtherBefore.ToString(), row.Other.ToString()], row.Learner.StartsWith("VSML", StringComparison.Ordinal)))]),
            new LineChartBlock("Probability of the right class for the same image, right after a wrong prediction", "examples seen", "probability", [.. association.Select(row => Interval.Line(row.Learner, row.Places, row.SameOverTime))]) { IsShare = true },
            new HeatMapBlock("Outputs over one episode: probability of each class (rows: examples)", inside.Examples, [.. Enumerable.Range(0, inside.Probabilities[0].Count).Select(c => $"{c}")], inside.Probabilities) { IsShare = true, Least = 0, Greatest = 1, ColumnAxis = "class" },
            new HeatMapBlock("Cells over one episode: mean size of each entry (rows: examples)", inside.Examples, [.. Enumerable.Range(0, inside.Cells[0].Count).Select(n => $"{n}")], inside.Cells) { ColumnAxis = "entry of the cell" },
            new HeatMapBlock("Hidden states over one episode: mean size of each entry, from which messages are made (rows: examples)", inside.Examples, [.. Enumerable.Range(0, inside.Hidden[0].Count).Select(n => $"{n}")], inside.Hidden) { ColumnAxis = "entry of the hidden state" },
        ];
    }

    private static List<Association> Associations(TaskDescription task, int episodes, int length, CancellationToken cancellation)
    {
        var theta = MetaParameters.Shipped("online");
        var model = RuntimeCompiler.Find(Layouts.For(theta.Architecture, task.InputSize, task.OutputSize), null);
        var sgd = s_rates.Select(rate => Association.Of($"SGD, rate {rate}", new GradientDescentLearner(task.InputSize, task.OutputSize, new OnlineSgd(rate)), task, episodes, length, cancellation)).MaxBy(row => row.Accuracy)!;
        return [Association.Of("VSML (online)", new Learner(model, model.Pack(theta)), task, episodes, length, cancellation), sgd];
    }

    /// <summary>What one learner's outputs did after wrong predictions.</summary>
    private sealed record Association(
        string Learner, double Accuracy, Interval Before, Interval Same, Interval OtherBefore, Interval Other, IReadOnlyList<double> Places, IReadOnlyList<Interval?> SameOverTime)
    {
        private const int Stretches = 10;

        public static Association Of(string name, IOnlineLearner learner, TaskDescription task, int episodes, int length, CancellationToken cancellation)
        {
            var data = new EpisodeData();
            // [episode] means of what was seen, and over time [episode][stretch].
            var (before, same, otherBefore, other, over) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double?[]>());
            var right = 0L;
            for (var e = 0; e < episodes; e++)
            {
                cancellation.ThrowIfCancellationRequested();
                var draw = new CounterRandom(1, RandomStream.Evaluation, 0, (uint)e, 0);
                task.Sample(ref draw, length, data);
                learner.Reset(ref draw);
                var seen = new List<(int At, double Before, double Same, double OtherBefore, double Other)>();
                for (var t = 0; t < length; t++)
                {
                    var label = data.Classes[t];
                    var next = NextOf(data, t, length);
                    var prediction = learner.Predict(data.Input(t));
                    if (prediction.Class == label) right++;
                    var wrong = prediction.Class != label && next >= 0;
                    var (first, elsewhere) = wrong ? (Probability(learner, data.Input(t), label), Probability(learner, data.Input(next), label)) : default;
                    learner.Learn(data.Input(t), label);
                    if (wrong) seen.Add((t, first, Probability(learner, data.Input(t), label), elsewhere, Probability(learner, data.Input(next), label)));
                }
                if (seen.Count == 0) continue;
                before.Add(seen.Average(one => one.Before));
                same.Add(seen.Average(one => one.Same));
                otherBefore.Add(seen.Average(one => one.OtherBefore));
                other.Add(seen.Average(one => one.Other));
                over.Add([.. Enumerable.Range(0, Stretches).Select(s => seen.Where(one => one.At * Stretches / length == s).Select(one => (double?)one.Same).DefaultIfEmpty().Average())]);
            }
            var stretches = Enumerable.Range(0, Stretches).Select(s => over.Select(row => row[s]).OfType<double>().ToList()).Select(values => values.Count == 0 ? null : Interval.Of(values));
            return new(name, right / (double)(episodes * (long)length), Mean(before), Mean(same), Mean(otherBefore), Mean(other),
                [.. Enumerable.Range(0, Stretches).Select(s => (s + .5) * length / Stretches)], [.. stretches]);
        }

        private static int NextOf(EpisodeData data, int t, int length)
        {
            for (var later = t + 1; later < length; later++)
                if (data.Classes[later] == data.Classes[t]) return later;
            return -1;
        }

        private static double Probability(IOnlineLearner learner, ReadOnlySpan<float> input, int label)
        {
            Span<float> probabilities = stackalloc float[learner.OutputSize];
            learner.Predict(input).Probabilities(probabilities);
            return probabilities[label];
        }

        private static Interval Mean(List<double> values) => values.Count == 0 ? new(0, null) : Interval.Of(values);
    }

    /// <summary>Outputs and states over one episode.</summary>
    private sealed record Inside(IReadOnlyList<string> Examples, IReadOnlyList<IReadOnlyList<double?>> Probabilities, IReadOnlyList<IReadOnlyList<double?>> Cells, IReadOnlyList<IReadOnlyList<double?>> Hidden)
    {
        public static Inside Of(TaskDescription task, int length)
        {
            var theta = MetaParameters.Shipped("online");
            var model = RuntimeCompiler.Find(Layouts.For(theta.Architecture, task.InputSize, task.OutputSize), null);
            var (learner, data) = (new Learner(model, model.Pack(theta)), new EpisodeData());
            var draw = new CounterRandom(1, RandomStream.Evaluation, 0, 0, 0);
            task.Sample(ref draw, length, data);
            learner.Reset(ref draw);
            int[] shown = [.. Enumerable.Range(0, Rows).Select(r => (int)Math.Round(Math.Pow(length, r / (Rows - 1.0))) - 1).Distinct()];
            var (examples, probabilities, cells, hidden) = (new List<string>(), new List<IReadOnlyList<double?>>(), new List<IReadOnlyList<double?>>(), new List<IReadOnlyList<double?>>());
            for (var t = 0; t < length; t++)
            {
                if (shown.Contains(t))
                {
                    var outputs = new float[task.OutputSize];
                    learner.Predict(data.Input(t)).Probabilities(outputs);
                    examples.Add($"{t + 1}: class {data.Classes[t]}");
                    probabilities.Add([.. outputs.Select(value => (double?)Math.Round(value, 4))]);
                    var (c, h) = States(learner, theta.Architecture.StateSize);
                    cells.Add(c);
                    hidden.Add(h);
                }
                learner.Learn(data.Input(t), data.Classes[t]);
            }
            return new(examples, probabilities, cells, hidden);
        }

        private static (IReadOnlyList<double?> Cells, IReadOnlyList<double?> Hidden) States(Learner learner, int size)
        {
            var path = Path.GetTempFileName();
            try
            {
                learner.Save(path);
                var file = SafetensorsFile.Read(path);
                return (Sizes(file.Get("cell/0").ToSingles()), Sizes(file.Get("hidden/0").ToSingles()));
            }
            finally
            {
                File.Delete(path);
            }

            IReadOnlyList<double?> Sizes(float[] values) =>
                [.. Enumerable.Range(0, size).Select(n => (double?)Math.Round(Enumerable.Range(0, values.Length / size).Average(place => Math.Abs(values[place * size + n])), 5))];
        }
    }
}
