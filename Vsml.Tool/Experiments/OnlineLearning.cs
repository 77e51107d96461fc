using Vsml.Data;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Online learning on data that theta never saw, beside SGD and others.</summary>
internal sealed class OnlineLearning() : Experiment("online-learning", "Online learning on unseen data sets")
{
    private static readonly (string Data, int Size, bool Projected)[] s_tasks = [("mnist", 28, false), ("mnist", 28, true), ("fashion", 28, false), ("digits", 8, false), ("digits", 8, true), ("random", 14, false), ("sum-sign", 14, false)];

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 4 : 16, Length = run.IsQuick ? 300 : 2000 };
        var blocks = new List<PageBlock>
        {
            new ParagraphBlock(FormattableString.Invariant($"The shipped thetas, an untrained one, and baselines each with its best settings on these very episodes: {options.Episodes} episodes of up to {options.Length} examples, bands of 95 % confidence.")),
        };
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
        return blocks;
    }

    private static IReadOnlyList<MetaTestLearner> Learners(TaskDescription task) =>
    [
        Measured.Shipped("online", task),
        Measured.Network("untrained", MetaParameters.Initial(MetaParameters.Shipped("online").Architecture, 1), task),
        .. MetaTestLearner.PublishedBaselines,
    ];
}
