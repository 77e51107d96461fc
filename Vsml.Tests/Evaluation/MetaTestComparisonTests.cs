using Vsml.Evaluation;

namespace Vsml.Tests.Evaluation;

public class MetaTestComparisonTests
{
    // Right predictions out of 100 in each of four episodes.
    private static NamedMetaTest Test(string name, params (string Learner, int[] Correct)[] learners) =>
        new(name, 8, false, new MetaTestReport(100, [.. learners.Select(learner => new MetaTestResult(learner.Learner, "", 1, 100, new(learner.Correct)))], []));

    private static readonly NamedMetaTest[] s_tests =
    [
        Test("a", ("ours", [80, 60, 70, 50]), ("sure", [70, 51, 60, 41]), ("noisy", [60, 70, 90, 30]), ("same", [80, 60, 70, 50])),
        Test("b", ("ours", [50, 50, 50, 50]), ("sure", [60, 61, 59, 60]), ("noisy", [40, 60, 40, 60]), ("same", [50, 50, 50, 50])),
    ];

    private static LearnerComparison Of(string learner, params NamedMetaTest[] tests) =>
        MetaTestComparison.Of(tests)[0].Learners.Single(compared => compared.Learner == learner);

    [Fact]
    public void Ranks_are_means_over_data_sets_and_ties_share_theirs()
    {
        var comparison = MetaTestComparison.Of(s_tests)[0];
        comparison.Horizon.ShouldBe(Horizon.First100);
        comparison.DataSets.ShouldBe(2);
        // a: ours and same .65, noisy .625, sure .555; b: sure .6, ours, noisy and same .5.
        comparison.Learners.Select(learner => (learner.Learner, learner.Rank)).ShouldBe([("ours", (1.5 + 3) / 2), ("sure", (4 + 1) / 2.0), ("noisy", (3 + 3) / 2.0), ("same", (1.5 + 3) / 2)]);
        comparison.Learners[0].Accuracy.ShouldBe((.65 + .5) / 2, 1e-12);
    }

    [Fact]
    public void Differences_are_paired_by_episode()
    {
        // Episodes differ by far more than the learners do, which pairing removes.
        var lead = Of("sure", s_tests[0]).Lead;
        lead.Mean.ShouldBe((.10 + .09 + .10 + .09) / 4, 1e-12);
        lead.StandardError!.Value.ShouldBe(Math.Sqrt(4 * .005 * .005 / 3 / 4), 1e-12);
        (lead.Ahead, lead.Even, lead.Behind).ShouldBe((1, 0, 0));
        (lead = Of("sure", s_tests[1]).Lead).Mean.ShouldBe(-.1, 1e-12);
        (lead.Ahead, lead.Even, lead.Behind).ShouldBe((0, 0, 1));
        (lead = Of("noisy", s_tests).Lead).Ahead.ShouldBe(0);
        (lead.Even, lead.Behind).ShouldBe((2, 0));
        (lead = Of("same", s_tests).Lead).ShouldBe(new PairedDifference(0, 0, 0, 2, 0));
    }

    [Fact]
    public void Errors_of_several_data_sets_add_up_as_squares()
    {
        var each = s_tests.Select(test => Of("sure", test).Lead.StandardError!.Value).ToArray();
        var lead = Of("sure", s_tests).Lead;
        lead.StandardError!.Value.ShouldBe(Math.Sqrt(each[0] * each[0] + each[1] * each[1]) / 2, 1e-12);
        (lead.Ahead, lead.Even, lead.Behind).ShouldBe((1, 0, 1));
    }

    [Fact]
    public void A_single_episode_makes_nothing_sure()
    {
        var lead = Of("other", Test("a", ("ours", [90]), ("other", [10]))).Lead;
        lead.ShouldBe(new PairedDifference(.8, null, 0, 1, 0));
    }

    [Fact]
    public void Data_sets_that_are_too_short_for_a_horizon_are_left_out_of_it()
    {
        var shorter = new NamedMetaTest("short", 8, false, new MetaTestReport(50, [new("ours", "", 1, 50, [25, 25])], []));
        var longer = new NamedMetaTest("long", 8, false, new MetaTestReport(120, [new("ours", "", 1, 100, [50, 50]), new("ours", "", 1, 120, [60, 60]), new("ours", "", 91, 110, [20, 20])], []));
        var comparisons = MetaTestComparison.Of([shorter, longer]);
        comparisons.Single(comparison => comparison.Horizon == Horizon.First100).DataSets.ShouldBe(2);
        comparisons.Single(comparison => comparison.Horizon == Horizon.Around100).DataSets.ShouldBe(1);
        MetaTestComparison.Of([shorter]).ShouldNotContain(comparison => comparison.Horizon == Horizon.Around100);
    }
}
