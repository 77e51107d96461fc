using Vsml.Baselines;

namespace Vsml.Tests.Baselines;

public class PassiveAggressiveTests
{
    private static readonly float[] s_input = [1, -2, .5f, 0];

    [Fact]
    public void A_step_makes_the_right_class_lead_its_best_rival_by_one_and_no_more()
    {
        var learner = new PassiveAggressive(4, 2, aggressiveness: 100);
        learner.Learn(s_input, 1);
        var logits = learner.Predict(s_input).Logits.ToArray();
        (logits[1] - logits[0]).ShouldBe(1, 1e-6f);
        // Passive: the lead is there.
        learner.Learn(s_input, 1);
        learner.Predict(s_input).Logits.ToArray().ShouldBe(logits, 1e-6);
    }

    [Fact]
    public void C_is_the_longest_step()
    {
        var learner = new PassiveAggressive(4, 3, aggressiveness: .01f);
        learner.Learn(s_input, 2);
        // The input's square, and one for the bias.
        const float square = 1 + 4 + .25f + 1;
        var logits = learner.Predict(s_input).Logits;
        logits[2].ShouldBe(.01f * square, 1e-6f);
        logits[0].ShouldBe(-.01f * square, 1e-6f);
        logits[1].ShouldBe(0);
    }

    [Fact]
    public void Separable_classes_are_learned()
    {
        var random = new Random(5);
        var learner = new PassiveAggressive(3, 3);
        var right = 0;
        for (var t = 0; t < 600; t++)
        {
            float[] input = [random.NextSingle(), random.NextSingle(), random.NextSingle()];
            var label = Array.IndexOf(input, input.Max());
            if (learner.Learn(input, label).Prediction.Class == label && t >= 400) right++;
        }
        right.ShouldBeGreaterThan(160);
    }

    [Fact]
    public void A_single_class_has_no_rival() => new PassiveAggressive(4, 1).Learn(s_input, 0).Prediction.Class.ShouldBe(0);
}
