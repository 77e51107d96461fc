using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>What may change between meta-training and meta-test: sizes, classes, projections, orders.</summary>
internal sealed class Invariances() : Experiment("invariances", "Invariances: sizes, classes, projections, permutations")
{
    private const int BaseSize = 14;

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 4 : 16, Length = run.IsQuick ? 200 : 1000 };
        var all = new List<Measured>();
        foreach (var (name, task) in Tasks())
            all.AddRange(run.Step(name, () => Measured.Of(name, task, [Measured.Shipped("online", task), .. MetaTestLearner.PublishedBaselines], options, run.Cancellation)));
        var learners = all.Select(row => row.Learner).Distinct().ToList();
        var tasks = all.Select(row => row.Task).Distinct().ToList();
        return
        [
            new ParagraphBlock(FormattableString.Invariant($"MNIST's test digits with one thing changed at a time against {BaseSize}x{BaseSize} with ten classes, a size that the theta was meta-trained on; {options.Episodes} episodes of {options.Length} examples. A learner that is invariant loses nothing. Fewer classes make a task easier for everybody. Intervals of 95 % over episodes.")),
            new HeatMapBlock("Accuracy over whole episodes", tasks, learners, [.. tasks.Select(task => (IReadOnlyList<double?>)[.. learners.Select(learner => Find(task, learner)?.Mean)])]) { IsShare = true },
            new HeatMapBlock("Change against the base, in percentage points", tasks, learners, [.. tasks.Select(task => (IReadOnlyList<double?>)[.. learners.Select(learner => 100 * (Find(task, learner)?.Mean - Find(tasks[0], learner)?.Mean))])]),
            Measured.Table(all, Horizon.First100, Horizon.Whole, Horizon.Last200),
        ];

        Interval? Find(string task, string learner) => all.First(row => row.Task == task && row.Learner == learner).Ranges.GetValueOrDefault(Horizon.Whole.Name);
    }

    private static IEnumerable<(string Name, TaskDescription Task)> Tasks()
    {
        yield return ("base", Digits());
        foreach (var size in (int[])[8, 20, 28]) yield return ($"{size}x{size}", Digits(size));
        yield return ("28x28 padded to 32x32 inputs", new TransformedTask(Images(28), new Padding(32 * 32), new LabelPermutation()));
        foreach (var classes in (int[])[2, 3, 5]) yield return ($"{classes} classes", new TransformedTask(Images(BaseSize) with { ClassCount = classes }, new LabelPermutation()));
        foreach (var outputs in (int[])[20, 30]) yield return ($"{outputs} outputs, ten of which occur", new TransformedTask(Images(BaseSize), new Padding(OutputSize: outputs), new LabelPermutation()));
        yield return ("inputs in another order", new TransformedTask(Images(BaseSize), new FixedPermutation(3), new LabelPermutation()));
        yield return ("one projection for all episodes", new TransformedTask(Images(BaseSize), new FixedProjection(3), new LabelPermutation()));
        yield return ("a projection for each episode", new TransformedTask(Images(BaseSize), new RandomProjection(), new LabelPermutation()));
    }

    private static ImageTask Images(int size) => new() { Data = "mnist", Split = Vsml.Data.DatasetSplit.Test, Size = size };

    private static TransformedTask Digits(int size = BaseSize) => new(Images(size), new LabelPermutation());
}
