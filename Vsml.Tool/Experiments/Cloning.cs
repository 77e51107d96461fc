using Vsml.Baselines;
using Vsml.Data;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Backpropagation in the recurrent dynamics, by hand and learned, beside gradient descent.</summary>
internal sealed class Cloning() : Experiment("cloning", "Backpropagation cloned into the recurrent dynamics")
{
    private const int Hidden = 32, Points = 24;
    private const double Rate = .005, DeepRate = .03;

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var blocks = new List<PageBlock>();
        IReadOnlyList<ulong> seeds = run.IsQuick ? [1] : Generalisation.Seeds;
        foreach (var seed in seeds) run.Clone($"clone {seed}", CloneConfigurationJson.Read("preset:clone-quick") with { Seed = seed });
        var fits = new List<Fitted>();
        foreach (var data in run.IsQuick ? (string[])["mnist"] : ["mnist", "fashion"])
        {
            if (!DatasetCatalogue.IsPresent(data))
            {
                blocks.Add(new WarningBlock($"{data} is not on this machine and left out; 'vsml data get {data}' brings it."));
                continue;
            }
            foreach (int[] hidden in (int[][])[[], [Hidden]])
            {
                fits.Add(run.Step($"{data} {hidden.Length + 1} by hand", () => Written(run, data, hidden)));
                foreach (var seed in seeds) fits.Add(run.Step($"{data} {hidden.Length + 1} cloned {seed}", () => Cloned(run, data, hidden, seed)));
            }
        }
        blocks.Insert(0, new ParagraphBlock("One pass over a training set by forward passes alone, then the test set with learning stopped; beside it gradient descent in the plain network y = W tanh(x) + b, with the same rate, initial weights and examples. Cosine: between the change of w in the state and that of backpropagation from this very state, a mean over ten examples. Drift: distance of w from that of gradient descent, as a share of the latter's norm. Cloned: preset clone-quick, from random numbers alone. Intervals of 95 % over seeds of cloning and of initial weights."));
        var groups = fits.GroupBy(fit => (fit.Data, fit.Hidden, fit.Name)).ToList();
        blocks.Add(new TableBlock(["data", "network", "theta", "seeds", "test accuracy", "gradient descent", "last cosine by layer", "last drift by layer"], [.. groups.Select(group => new TableRow(
        [
            $"{group.Key.Data}, {group.First().TrainExamples} examples", Layers(group.Key.Hidden), group.Key.Name, $"{group.Count()}", $"{Interval.Of([.. group.Select(fit => fit.TestAccuracy)])}", $"{Interval.Of([.. group.Select(fit => fit.PlainTestAccuracy)])}",
            OfLast(group, reading => reading.Cosines), OfLast(group, reading => reading.Drifts),
        ], group.Key.Name == "cloned"))]));
        AddImproved(run, blocks, seeds);
        foreach (var task in groups.GroupBy(group => (group.Key.Data, group.Key.Hidden))) blocks.AddRange(Charts($"{task.Key.Data}, {Layers(task.Key.Hidden)}", [.. task]));
        return blocks;
    }

    // Meta-training that goes on from what was cloned.
    private static void AddImproved(ExperimentRun run, List<PageBlock> blocks, IReadOnlyList<ulong> seeds)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 2 : 4, Length = run.IsQuick ? 300 : 2000 };
        var tasks = new List<(string Name, TaskDescription Task, MetaTestOptions Options)> { ("mnist 28x28", MetaTestTasks.Create("mnist", 28), options) };
        if (DatasetCatalogue.IsPresent("fashion"))
        {
            tasks.Add(("fashion 28x28", MetaTestTasks.Create("fashion", 28), options));
            if (!run.IsQuick) tasks.Add(("fashion 28x28, 10,000 examples", MetaTestTasks.Create("fashion", 28), options with { Episodes = 1, Length = 10_000 }));
        }
        var measured = new List<(string Network, Measured Of)>();
        foreach (var (network, file) in new[] { ("shallow", "improve.json"), ("deep", "improve-deep.json") })
            foreach (var seed in network == "deep" ? seeds.Take(1) : seeds)
            {
                var start = run.ThetaOf($"clone {seed}");
                var configuration = run.Sized(run.Configuration(file)) with { Seed = seed, InitialTheta = start };
                if (configuration.Model!.Layers.Count > 1) configuration = WithSums(configuration);
                var (before, after) = (MetaParameters.Load(configuration.InitialTheta!, configuration.Model), run.Train($"improved {network} {seed}", configuration).Theta);
                foreach (var (name, task, how) in network == "deep" ? tasks.Take(2) : tasks)
                    measured.AddRange(run.Step($"improved {network} {seed} {name}", () => Measured.Of(name, task,
                        [Measured.Network("cloned", before, task), Measured.Network("improved", after, task), MetaTestLearner.PublishedBaselines[0]], how, run.Cancellation)).Select(one => (network, one)));
            }
        blocks.Add(new HeadingBlock("Improved: meta-training goes on from the cloned theta", 3));
        blocks.Add(new ParagraphBlock(FormattableString.Invariant($"By BPTT on MNIST's training digits at 32 to 64 inputs (improve.json, improve-deep.json), in windows of episodes of up to 3,000 and 5,000 examples. Then online learning of the test sets, everything but the state fixed: {options.Episodes} episodes of {options.Length} examples (one of 10,000); sgd is linear and has the best of 13 rates for each range on these very episodes. Intervals of 95 % over seeds, of a single seed over episodes.")));
        Horizon[] ranges = [Horizon.First100, Horizon.First500, Horizon.First2000, Horizon.Last200];
        blocks.Add(new TableBlock(["network", "task", "learner", .. ranges.Select(range => range.Name)], [.. measured.GroupBy(one => (one.Network, one.Of.Task, one.Of.Learner)).Select(group =>
            new TableRow([group.Key.Network, group.Key.Task, group.Key.Learner, .. ranges.Select(range => $"{Over([.. group.Select(one => one.Of.Ranges[range.Name])])}")], group.Key.Learner == "improved"))]));

        static Interval Over(Interval[] ofSeeds) => ofSeeds.Length == 1 ? ofSeeds[0] : Interval.Of([.. ofSeeds.Select(one => one.Mean)]);
    }

    // Below a hidden layer messages must be sums, and weights begin as those of a plain network.
    private static RunConfiguration WithSums(RunConfiguration configuration)
    {
        var cloned = BackpropagationReadout.Of(configuration.InitialTheta!)!;
        var layers = configuration.Model!.Layers;
        var theta = cloned.At(DeepRate).Sized(MetaParameters.Load(configuration.InitialTheta!), cloned, [layers[0].GivenInputs!.Value, .. layers.Select(layer => layer.GivenOutputs!.Value)]);
        var path = Path.Combine(Path.GetDirectoryName(configuration.InitialTheta)!, "theta-deep.safetensors");
        theta.Save(path);
        return configuration with { Model = theta.Architecture, InitialTheta = path };
    }

    private static string Layers(int hidden) => hidden == 0 ? "shallow" : $"deep ({hidden} hidden units)";

    private static string OfLast(IEnumerable<Fitted> group, Func<StateReading, IReadOnlyList<double>> of) =>
        string.Join(", ", Enumerable.Range(0, of(group.First().Readings[^1]).Count).Select(l => $"{Interval.Of([.. group.Select(fit => of(fit.Readings[^1])[l])])}"));

    private static IEnumerable<LineChartBlock> Charts(string title, IReadOnlyList<IGrouping<(string Data, int Hidden, string Name), Fitted>> groups)
    {
        double[] places = [.. groups[0].First().Readings.Select(reading => (double)reading.Examples)];
        yield return new($"{title}: accuracy while learning", "examples seen", "accuracy",
            [.. groups.SelectMany(group => (ChartLine[])[Line(group, group.Key.Name, reading => reading.Accuracy), Line(group, $"gradient descent beside {group.Key.Name}", reading => reading.PlainAccuracy)])]) { IsXLogarithmic = true, IsShare = true };
        yield return new($"{title}: cosine between the changes of w and those of backpropagation", "examples seen", "cosine", [.. ByLayer(reading => reading.Cosines)]) { IsXLogarithmic = true };
        yield return new($"{title}: drift of w from gradient descent", "examples seen", "share of its norm", [.. ByLayer(reading => reading.Drifts)]) { IsXLogarithmic = true };

        ChartLine Line(IEnumerable<Fitted> group, string name, Func<StateReading, double> of) => Interval.Line(name, places, [.. places.Select((_, i) => Interval.Of([.. group.Select(fit => of(fit.Readings[i]))]))]);

        IEnumerable<ChartLine> ByLayer(Func<StateReading, IReadOnlyList<double>> of) =>
            groups.SelectMany(group => Enumerable.Range(0, of(group.First().Readings[0]).Count).Select(l => Line(group, $"{group.Key.Name}, layer {l + 1}", reading => of(reading)[l])));
    }

    private static Fitted Written(ExperimentRun run, string data, int[] hidden)
    {
        var (train, test) = Parts(data);
        var architecture = BackpropagationTheta.Network([train.ImageSize, .. hidden, train.ClassCount]);
        var network = Network(BackpropagationTheta.For(architecture, Rate), seed: 1);
        var plain = new TanhNetwork([train.ImageSize, .. hidden, train.ClassCount], Rate);
        return Fit(run, "by hand", data, hidden, train, test, network, plain, l => BackpropagationTheta.Weights(network, l), l => BackpropagationTheta.Biases(network, l), seed: 1);
    }

    private static Fitted Cloned(ExperimentRun run, string data, int[] hidden, ulong seed)
    {
        var (train, test) = Parts(data);
        var path = run.ThetaOf($"clone {seed}");
        var cloned = BackpropagationReadout.Of(path)!;
        var readout = cloned.At(Rate);
        var network = Network(readout.Sized(MetaParameters.Load(path), cloned, [train.ImageSize, .. hidden, train.ClassCount]), seed);
        return Fit(run, "cloned", data, hidden, train, test, network, readout.Plain(network), l => readout.Weights(network, l), l => readout.Biases(network, l), seed);
    }

    private static (ImageDataset Train, ImageDataset Test) Parts(string data) => (DatasetCatalogue.Prepare(data, DatasetSplit.Train), DatasetCatalogue.Prepare(data, DatasetSplit.Test));

    private static Learner Network(MetaParameters theta, ulong seed)
    {
        var model = RuntimeCompiler.Find(theta.Architecture, null);
        return new(model, model.Pack(theta), seed);
    }

    private static Fitted Fit(
        ExperimentRun run, string name, string data, int[] hidden, ImageDataset train, ImageDataset test, Learner network, TanhNetwork plain, Func<int, double[]> weights, Func<int, double[]> biases, ulong seed)
    {
        for (var l = 0; l <= hidden.Length; l++) weights(l).CopyTo(plain.Weights(l));
        int[] places = [.. Enumerable.Range(1, Points).Select(i => (int)Math.Round(20 * Math.Pow(train.Count / 20.0, i / (double)Points))).Distinct()];
        var both = new SideBySide(network, plain, weights, biases, places);
        var result = new Fit(train, test, Epochs: 1, seed).Run(name, both, cancellation: run.Cancellation);
        var right = Enumerable.Range(0, test.Count).Count(i => plain.Predict(test.Image(i)).Class == test.Labels[i]);
        return new(name, data, hidden.Sum(), train.Count, result.TestAccuracy, (double)right / test.Count, both.Readings);
    }

    /// <summary>A pass over a training set.</summary>
    private sealed record Fitted(string Name, string Data, int Hidden, int TrainExamples, double TestAccuracy, double PlainTestAccuracy, IReadOnlyList<StateReading> Readings);
}
