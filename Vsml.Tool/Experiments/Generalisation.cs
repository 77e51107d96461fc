using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Meta-trained on one kind of data, meta-tested on all of them.</summary>
internal sealed class Generalisation() : Experiment("generalisation", "Meta-trained on one, meta-tested on all")
{
    private const int Inputs = 64, Classes = 10;

    private static readonly ulong[] s_seeds = [1, 2, 3];

    private static readonly (string Name, TaskDescription Train, TaskDescription Test)[] s_tasks =
    [
        ("mnist", Images("mnist", Vsml.Data.DatasetSplit.Train), Images("mnist", Vsml.Data.DatasetSplit.Test)),
        ("mnist, projected", Projected(Images("mnist", Vsml.Data.DatasetSplit.Train)), Projected(Images("mnist", Vsml.Data.DatasetSplit.Test))),
        ("digits", Images("digits", Vsml.Data.DatasetSplit.Train), Images("digits", Vsml.Data.DatasetSplit.Test)),
        ("random", new RandomTask { Inputs = Inputs, Classes = Classes }, new RandomTask { Inputs = Inputs, Classes = Classes }),
        ("sum-sign", SumSign, SumSign),
        ("synthetic", Synthetic, Synthetic),
    ];

    private static TaskDescription SumSign => new TransformedTask(new SumSignTask { Inputs = Inputs }, new Padding(OutputSize: Classes));

    private static SyntheticTask Synthetic => new() { Inputs = Inputs, Classes = Classes };

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 8 : 32, Length = run.IsQuick ? 100 : 500 };
        var blocks = new List<PageBlock>
        {
            new ParagraphBlock(FormattableString.Invariant($"Rows: what was meta-trained on; columns: what was learned then, {options.Episodes} episodes of {options.Length} examples, {Inputs} inputs and {Classes} classes throughout. Means over {s_seeds.Length} seeds of meta-training with 95 % confidence over these. The diagonal has data of its own kind (other examples of it).")),
        };
        foreach (var (learner, file) in new[] { ("VSML", "vsml.json"), ("Meta RNN", "meta-rnn.json") })
        {
            var accuracies = s_tasks.Select(row => s_seeds.Select(seed => Accuracies(run, learner, file, row, seed, options)).ToList()).ToList();
            string[] columns = [.. s_tasks.Select(task => task.Name)];
            blocks.Add(new HeadingBlock(learner, 3));
            blocks.Add(new HeatMapBlock($"{learner}: accuracy over whole episodes", columns, columns, [.. accuracies.Select(row => (IReadOnlyList<double?>)[.. columns.Select((_, c) => (double?)row.Average(seed => seed[c]))])])
                { RowAxis = "meta-trained on", ColumnAxis = "meta-tested on", IsShare = true, Least = 0, Greatest = 1 });
            blocks.Add(new TableBlock(["meta-trained on", .. columns], [.. accuracies.Select((row, r) => new TableRow([columns[r], .. columns.Select((_, c) => Interval([.. row.Select(seed => seed[c])]))]))]));
        }
        return blocks;
    }

    private static IReadOnlyList<double> Accuracies(ExperimentRun run, string learner, string file, (string Name, TaskDescription Train, TaskDescription Test) row, ulong seed, MetaTestOptions options) =>
        run.Step($"{learner}, {row.Name}, seed {seed}", () =>
        {
            var configuration = run.Configuration(file);
            if (run.IsQuick) configuration = configuration with { Stages = [.. configuration.Stages.Select(stage => stage with { Iterations = stage.Iterations / 10, EpisodeLength = Math.Min(stage.EpisodeLength, 30) })] };
            var trained = run.Train($"{learner} {row.Name} {seed}", configuration with { Seed = seed, Tasks = [new TaskShare(1, row.Train)] });
            return (IReadOnlyList<double>)[.. s_tasks.Select(task => MetaTest.Run(task.Test, [Learner(trained, task.Test)], options, cancellation: run.Cancellation).Results.First(result => result.Examples == Math.Min(options.Length, task.Test.MaxLength)).Accuracy)];
        });

    private static MetaTestLearner Learner(TrainingResult trained, TaskDescription task) =>
        trained.Learner is { } other ? MetaTestLearner.Of("learner", other) : Measured.Network("VSML", trained.Theta, task);

    // Student's t for two degrees of freedom.
    private static string Interval(double[] values)
    {
        var mean = values.Average();
        var error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
        return FormattableString.Invariant($"{mean:0.000} ± {4.303 * error:0.000}");
    }

    private static TransformedTask Images(string data, Vsml.Data.DatasetSplit split) => new(new ImageTask { Data = data, Split = split, Size = 8 }, new LabelPermutation());

    private static TransformedTask Projected(TransformedTask task) => new(task, new RandomProjection());
}
