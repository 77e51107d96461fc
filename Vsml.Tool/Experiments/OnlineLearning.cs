using Vsml.Data;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Online learning on data that theta never saw, beside SGD and others.</summary>
internal sealed class OnlineLearning() : Experiment("online-learning", "Online learning on unseen data sets")
{
    private static readonly (string Data, int Size, bool Projected)[] s_tasks = [("mnist", 28, false), ("mnist", 28, true), ("fashion", 28, false), ("digits", 8, false), ("digits", 8, true), ("random", 14, false), ("sum-sign", 14, false)];

    private static readonly (string Name, string File)[] s_metaLearned =
    [
        ("VSML", "vsml.json"), ("Meta RNN", "meta-rnn.json"), ("Hebbian", "hebbian.json"), ("Oja", "oja.json"),
        ("fast weight programmer", "fast-weight-programmer.json"), ("fast weight memory", "fast-weight-memory.json"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var blocks = new List<PageBlock>();
        AddShipped(run, blocks);
        AddMetaLearned(run, blocks);
        return blocks;
    }

    private static void AddShipped(ExperimentRun run, List<PageBlock> blocks)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 4 : 16, Length = run.IsQuick ? 300 : 2000 };
        blocks.Add(new ParagraphBlock(FormattableString.Invariant($"The shipped theta, an untrained one, and baselines each with its best settings on these very episodes: {options.Episodes} episodes of up to {options.Length} examples, intervals of 95 % over episodes.")));
        var all = new List<Measured>();
        foreach (var (data, size, projected) in s_tasks)
        {
            if (!DatasetCatalogue.IsPresent(data))
            {
                blocks.Add(new WarningBlock($"{data} is not on this machine and left out; 'vsml data get {data}' brings it."));
                continue;
            }
            var name = $"{data} {size}x{size}{(projected ? ", projected" : "")}";
            all.AddRange(run.Step(name, () => Measured.Of(name, MetaTestTasks.Create(data, size, projected), Learners(MetaTestTasks.Create(data, size, projected)), options, run.Cancellation)));
        }
        foreach (var task in all.GroupBy(row => row.Task)) blocks.Add(Measured.Chart(task.Key, task));
        blocks.Add(Measured.Table(all, Horizon.First100, Horizon.First500, Horizon.First2000, Horizon.Last200));
    }

    // They take one size of input alone, so all of this is at 64 inputs and ten classes.
    private static void AddMetaLearned(ExperimentRun run, List<PageBlock> blocks)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 8 : 32, Length = run.IsQuick ? 100 : 500 };
        var seeds = Generalisation.Seeds;
        blocks.Add(new HeadingBlock("Meta-learned alike", 3));
        blocks.Add(new ParagraphBlock(FormattableString.Invariant($"Learners meta-trained on MNIST 8x8 with its labels as they are: VSML and Meta RNN by BPTT, those without a gradient by ES. Then with all but their state fixed: {options.Episodes} episodes of {options.Length} examples at 64 inputs, of MNIST (other digits) and of what they never saw; where images are projected, each episode has a projection and an order of labels of its own. Intervals of 95 % over {seeds.Count} seeds of meta-training.")));
        var kinds = Generalisation.Present(blocks).Where(kind => !kind.Name.StartsWith("mixture", StringComparison.Ordinal)).ToList();
        var accuracies = s_metaLearned.Select(learner => seeds.Select(seed => run.Step($"{learner.Name}, seed {seed}", () =>
        {
            var trained = run.Train($"{learner.Name} {seed}", run.Sized(run.Configuration(learner.File)) with { Seed = seed });
            return kinds.Select(kind => Measured.Of(kind.Name, kind.Test, [Measured.Trained(learner.Name, trained, kind.Test)], options, run.Cancellation)[0]).ToList();
        })).ToList()).ToList();
        foreach (var (range, title) in new[] { (Horizon.First100, "examples 1-100"), (Horizon.Whole, "all examples") })
            blocks.Add(new TableBlock([title, .. kinds.Select(kind => kind.Name)], [.. accuracies.Select((ofSeeds, l) => new TableRow(
                [s_metaLearned[l].Name, .. kinds.Select((_, k) => $"{Interval.Of([.. ofSeeds.Select(seed => seed[k].Ranges[range.Name].Mean)])}")], l == 0))]));
        blocks.AddRange(kinds.Select((kind, k) => new LineChartBlock($"{kind.Name}, meta-learned alike", "examples seen (logarithmic)", "accuracy",
            [.. accuracies.Select((ofSeeds, l) => Interval.Line(s_metaLearned[l].Name, ofSeeds[0][k].Places, [.. ofSeeds[0][k].Places.Select((_, p) => Interval.Of([.. ofSeeds.Select(seed => seed[k].Curve[p] ?? 0)]))]) with { HasPoints = false, IsEmphasised = l == 0 })])
            { IsXLogarithmic = true, IsShare = true }));
    }

    private static IReadOnlyList<MetaTestLearner> Learners(TaskDescription task) =>
    [
        Measured.Shipped("online", task),
        Measured.Network("untrained", MetaParameters.Initial(MetaParameters.Shipped("online").Architecture, 1), task),
        .. MetaTestLearner.PublishedBaselines,
    ];
}
