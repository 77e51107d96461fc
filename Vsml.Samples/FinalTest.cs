using Vsml.Evaluation;
using Vsml.MetaTraining;

namespace Vsml.Samples;

/// <summary>The meta-test: sizes and images that meta-training never saw.</summary>
internal static class FinalTest
{
    private static readonly (string Data, int Size)[] Tasks = [("digits", 8), ("mnist", 28)];

    /// <summary>Lets the meta-trained learner, the untrained one and the baselines learn the same episodes.</summary>
    public static IReadOnlyList<NamedMetaTest> Run(RunConfiguration run, MetaParameters trained, MetaParameters untrained)
    {
        var tests = new List<NamedMetaTest>();
        foreach (var (data, size) in Tasks)
        {
            Console.WriteLine($"Meta-test on {data} {size}x{size} ...");
            var task = MetaTestTasks.Create(data, size);
            var model = DigitLearner.Model.ForSizes(task.InputSize, task.OutputSize);
            MetaTestLearner[] learners =
            [
                MetaTestLearner.Vsml("vsml", model, model.Pack(trained)),
                MetaTestLearner.Vsml("untrained", model, model.Pack(untrained)),
                .. MetaTestLearner.PublishedBaselines,
            ];
            tests.Add(new NamedMetaTest(data, size, false, MetaTest.Run(task, learners, new MetaTestOptions { Seed = run.Seed })));
        }
        return tests;
    }
}
