using Vsml.Data;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>Characters that are shown once, then asked for.</summary>
internal sealed class FewShot() : Experiment("omniglot", "Omniglot: characters seen once")
{
    private const string Data = "omniglot-small";
    private const int Size = 14, Ways = 5;

    private static readonly (string Name, string File)[] s_learners = [("VSML", "vsml.json"), ("VSML, convolution", "vsml-conv.json"), ("Meta RNN", "meta-rnn.json")];

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        if (!DatasetCatalogue.IsPresent(Data)) throw new VsmlException($"{Data} is not on this machine; 'vsml data get {Data}' brings it.");
        var task = new OmniglotTask { Archive = Data, Split = DatasetSplit.Test, Size = Size, Ways = Ways };
        var options = new MetaTestOptions { Episodes = run.IsQuick ? 200 : 1000 };
        var trained = s_learners.Select(learner => Generalisation.Seeds.Select(seed => run.Step($"{learner.Name}, seed {seed}", () =>
            Query(MetaTest.Run(task, [Learner(learner.Name, run.Train($"{learner.Name} {seed}", Shortened(run, run.Configuration(learner.File)) with { Seed = seed }), task)], options, cancellation: run.Cancellation), learner.Name))).ToList()).ToList();
        var baselines = run.Step("baselines", () =>
        {
            MetaTestLearner[] learners = [Measured.Shipped("online", task), .. MetaTestLearner.PublishedBaselines];
            var report = MetaTest.Run(task, learners, options, cancellation: run.Cancellation);
            return learners.Select(learner => new Asked(learner.Name, Query(report, learner.Name))).ToList();
        });
        return
        [
            new ParagraphBlock(FormattableString.Invariant($"{Ways} characters, each shown once, then another drawing of one of them: the accuracy of that one prediction, over {options.Episodes} episodes of characters that were not meta-trained on, drawings at {Size}x{Size}. Chance is {1.0 / Ways:0.000}. Intervals of 95 %: over {Generalisation.Seeds.Count} seeds of meta-training where a learner was meta-trained for this, else over episodes. The rates of sgd and adam are the best of 13 on these very episodes.")),
            new TableBlock(["learner", "meta-trained on", "accuracy of the query"],
            [
                .. trained.Select((seeds, l) => new TableRow([s_learners[l].Name, "Omniglot, other characters", $"{Interval.Of([.. seeds.Select(seed => seed.Mean)])}"], l == 0)),
                .. baselines.Select(row => new TableRow([row.Learner, row.Learner.StartsWith("VSML", StringComparison.Ordinal) ? "as shipped, no Omniglot" : "–", $"{row.Accuracy}"])),
            ]),
        ];
    }

    // Its episodes have one length.
    private static RunConfiguration Shortened(ExperimentRun run, RunConfiguration configuration) => !run.IsQuick ? configuration
        : configuration with { Stages = [.. configuration.Stages.Select(stage => stage with { Iterations = Math.Max(1, stage.Iterations / 10) })] };

    // A network with convolutions has the sizes that it was meta-trained at.
    private static MetaTestLearner Learner(string name, TrainingResult trained, TaskDescription task)
    {
        if (trained.Network is not { } theta || theta.Architecture.Layers.All(layer => layer is DenseLayerSpec)) return Measured.Trained(name, trained, task);
        var model = RuntimeCompiler.Find(theta.Architecture, null);
        return MetaTestLearner.Vsml(name, model, model.Pack(theta));
    }

    private static Interval Query(MetaTestReport report, string learner) => Interval.Of(report.Curves.First(curve => curve.Learner == learner) is { } curve
        ? [.. Enumerable.Range(0, report.Find(learner, Horizon.Whole)!.Episodes).Select(episode => episode < Math.Round(curve.Correct[^1] * report.Find(learner, Horizon.Whole)!.Episodes) ? 1.0 : 0.0)] : []);

    /// <summary>How often a learner's answer to the query was right.</summary>
    private sealed record Asked(string Learner, Interval Accuracy);
}
