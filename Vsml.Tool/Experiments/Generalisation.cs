using Vsml.Data;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Meta-trained on one kind of data, meta-tested on all of them.</summary>
internal sealed class Generalisation() : Experiment("generalisation", "Meta-trained on one, meta-tested on all")
{
    private const int Inputs = 64, Classes = 10;

    /// <summary>Seeds of meta-training.</summary>
    public static IReadOnlyList<ulong> Seeds { get; } = [1, 2, 3];

    /// <summary>Kinds of data, with examples for meta-training and others for meta-test, all of 64 inputs and ten classes.</summary>
    public static IReadOnlyList<(string Name, TaskDescription Train, TaskDescription Test)> Kinds { get; } =
    [
        Both("mnist", Images("mnist")),
        Both("mnist, projected", split => Projected(Images("mnist")(split))),
        Both("fashion", Images("fashion")),
        Both("fashion, projected", split => Projected(Images("fashion")(split))),
        Both("digits", Images("digits")),
        Both("random", _ => new RandomTask { Inputs = Inputs, Classes = Classes }),
        Both("sum-sign", _ => new TransformedTask(new SumSignTask { Inputs = Inputs }, new Padding(OutputSize: Classes))),
        Both("synthetic", _ => new SyntheticTask { Inputs = Inputs, Classes = Classes }),
        Both("mixture", split => new MixedTask(Images("mnist")(split), Images("fashion")(split), Images("digits")(split))),
        Both("mixture, projected", split => new MixedTask(Projected(Images("mnist")(split)), Projected(Images("fashion")(split)), Projected(Images("digits")(split)))),
    ];

    /// <summary>Those whose data are on this machine.</summary>
    /// <param name="blocks">Told what is missing.</param>
    public static IReadOnlyList<(string Name, TaskDescription Train, TaskDescription Test)> Present(List<PageBlock> blocks)
    {
        if (DatasetCatalogue.IsPresent("fashion")) return Kinds;
        blocks.Add(new WarningBlock("fashion is not on this machine, so it and the mixtures are left out; 'vsml data get fashion' brings it."));
        return [.. Kinds.Where(kind => !kind.Name.Contains("fashion", StringComparison.Ordinal) && !kind.Name.Contains("mixture", StringComparison.Ordinal))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 8 : 32, Length = run.IsQuick ? 100 : 500 };
        var blocks = new List<PageBlock>
        {
            new ParagraphBlock(FormattableString.Invariant($"Rows: what was meta-trained on; columns: what was learned then, {options.Episodes} episodes of {options.Length} examples, {Inputs} inputs and {Classes} classes throughout. Images keep their labels and pixels from episode to episode, unless they are projected: then each episode has a projection and an order of labels of its own. Means over {Seeds.Count} seeds of meta-training with 95 % confidence over these. The diagonal has data of its own kind (other examples of it).")),
        };
        var kinds = Present(blocks);
        string[] columns = [.. kinds.Select(kind => kind.Name)];
        foreach (var (learner, file) in new[] { ("VSML", "vsml.json"), ("Meta RNN", "meta-rnn.json") })
        {
            var accuracies = kinds.Select(row => Seeds.Select(seed => Accuracies(run, learner, file, row, seed, kinds, options)).ToList()).ToList();
            blocks.Add(new HeadingBlock(learner, 3));
            blocks.Add(new HeatMapBlock($"{learner}: accuracy over whole episodes", columns, columns, [.. accuracies.Select(row => (IReadOnlyList<double?>)[.. columns.Select((_, c) => (double?)row.Average(seed => seed[c]))])])
                { RowAxis = "meta-trained on", ColumnAxis = "meta-tested on", IsShare = true, Least = 0, Greatest = 1 });
            blocks.Add(new TableBlock(["meta-trained on", .. columns], [.. accuracies.Select((row, r) => new TableRow([columns[r], .. columns.Select((_, c) => $"{Interval.Of([.. row.Select(seed => seed[c])])}")]))]));
        }
        return blocks;
    }

    private static IReadOnlyList<double> Accuracies(
        ExperimentRun run, string learner, string file, (string Name, TaskDescription Train, TaskDescription Test) row, ulong seed, IReadOnlyList<(string Name, TaskDescription Train, TaskDescription Test)> kinds, MetaTestOptions options) =>
        run.Step($"{learner}, {row.Name}, seed {seed}", () =>
        {
            var trained = run.Train($"{learner} {row.Name} {seed}", run.Sized(run.Configuration(file)) with { Seed = seed, Tasks = [row.Train] });
            return (IReadOnlyList<double>)[.. kinds.Select(kind => MetaTest.Run(kind.Test, [Measured.Trained(learner, trained, kind.Test)], options, cancellation: run.Cancellation).Find(learner, Horizon.Whole)!.Accuracy)];
        });

    private static (string Name, TaskDescription Train, TaskDescription Test) Both(string name, Func<DatasetSplit, TaskDescription> task) => (name, task(DatasetSplit.Train), task(DatasetSplit.Test));

    private static Func<DatasetSplit, TaskDescription> Images(string data) => split => new ImageTask { Data = data, Split = split, Size = 8 };

    private static TransformedTask Projected(TaskDescription task) => new(task, new RandomProjection(), new LabelPermutation());
}
