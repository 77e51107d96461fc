using Vsml.Contracts;

namespace Vsml.Tests.Learning;

/// <summary>A network as a user meets it.</summary>
public class LearnerTests
{
    private static readonly Architecture s_network = new()
    {
        StateSize = 6,
        MessageSize = 4,
        LabelFeedback = true,
        Layers = new([new DenseLayerSpec(20, 3)]),
        Schedule = new() { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate },
    };

    private static readonly VsmlModel s_model = RuntimeCompiler.Compile(s_network);
    private static readonly MetaParameters s_theta = MetaParameters.Initial(s_network, seed: 3, inputGateBias: 3);

    [Fact]
    public void A_label_may_come_after_the_prediction()
    {
        var (early, late) = (new Learner(s_model, s_theta), new Learner(s_model, s_theta));
        for (var t = 0; t < 5; t++)
        {
            var expected = early.Learn(Input(t), t % 3).Prediction.Logits.ToArray();
            late.Predict(Input(t));
            late.Learn(t % 3).Prediction.Logits.ToArray().ShouldBe(expected);
        }
        Should.Throw<InvalidOperationException>(() => late.Learn(0)).Message.ShouldContain("Call Predict(input) first");
    }

    [Fact]
    public void Seeds_decide_how_it_starts_and_a_reset_brings_that_back()
    {
        var learner = new Learner(s_model, s_theta, seed: 4);
        var start = learner.Predict(Input(0)).Logits.ToArray();
        new Learner(s_model, s_theta, seed: 5).Predict(Input(0)).Logits.ToArray().ShouldNotBe(start);
        learner.Learn(Input(0), 1);
        learner.Predict(Input(0)).Logits.ToArray().ShouldNotBe(start);
        learner.Reset();
        learner.Predict(Input(0)).Logits.ToArray().ShouldBe(start);
    }

    [Fact]
    public void Learners_of_one_packed_theta_run_side_by_side()
    {
        var theta = s_model.Pack(s_theta);
        var expected = Run();
        var others = new float[8][];
        Parallel.For(0, others.Length, i => others[i] = Run());
        others.ShouldAllBe(logits => logits.SequenceEqual(expected));

        float[] Run()
        {
            var learner = new Learner(s_model, theta);
            for (var t = 0; t < 50; t++) learner.Learn(Input(t), t % 3);
            return learner.Predict(Input(99)).Logits.ToArray();
        }
    }

    public static TheoryData<string, SimdLevel> NetworksAndLevels
    {
        get
        {
            var data = new TheoryData<string, SimdLevel>();
            foreach (var name in s_networks.Keys)
                foreach (var level in Enum.GetValues<SimdLevel>()) data.Add(name, level);
            return data;
        }
    }

    private static readonly Dictionary<string, Architecture> s_networks = new()
    {
        ["one layer"] = s_network,
        ["convolutions"] = s_network with { Layers = new(new LayerSpec[] { new ConvLayerSpec(5, 4, 1, 2, 3, 2), new DenseLayerSpec(12, 3) }) },
        ["layer norm"] = s_network with { Layers = new([new DenseLayerSpec(20, 4), new DenseLayerSpec(4, 3)]), MessageLayerNorm = true, Schedule = new() },
    };

    [Theory]
    [MemberData(nameof(NetworksAndLevels))]
    public void The_largest_numbers_make_no_output_that_is_none(string network, SimdLevel level)
    {
        var model = RuntimeCompiler.Compile(s_networks[network]);
        // Larger than any that is trained.
        float[] theta = [.. MetaParameters.Initial(model.Architecture, seed: 3).Values.ToArray().Select(value => 20 * value)];
        var learner = new Learner(model, model.Pack(theta, level));
        float[] values = [1e30f, -1e30f, 1e20f, float.Epsilon, 0];
        var input = new float[20];
        for (var t = 0; t < 60; t++)
        {
            for (var i = 0; i < input.Length; i++) input[i] = values[(t * 7 + i * i) % values.Length];
            var step = t % 2 == 0 ? learner.Learn(input, t % 3) : learner.Learn(input, [4e5f, values[3], 5e5f]);
            step.Prediction.Logits.ToArray().ShouldAllBe(logit => float.IsFinite(logit));
            learner.Predict(input).Logits.ToArray().ShouldAllBe(logit => float.IsFinite(logit));
        }
        learner.Save(Stream.Null);
    }

    [Fact]
    public void A_theta_that_does_not_fit_is_refused()
    {
        var other = s_network with { StateSize = 5 };
        Should.Throw<VsmlException>(() => new Learner(s_model, MetaParameters.Initial(other, seed: 1))).Message.ShouldContain("does not fit");
        Should.Throw<VsmlException>(() => new Learner(s_model, RuntimeCompiler.Compile(other).Pack(MetaParameters.Initial(other, seed: 1)))).Message.ShouldContain("packed for");
    }

    [Fact]
    public void Digests_tell_thetas_apart()
    {
        s_theta.Digest.ShouldMatch("^[0-9a-f]{64}$");
        new MetaParameters(s_network, s_theta.Values).Digest.ShouldBe(s_theta.Digest);
        foreach (var level in Enum.GetValues<SimdLevel>()) s_model.Pack(s_theta.Values, level).Digest.ShouldBe(s_theta.Digest);
        float[] changed = [.. s_theta.Values];
        changed[^1] = float.BitIncrement(changed[^1]);
        new MetaParameters(s_network, changed).Digest.ShouldNotBe(s_theta.Digest);
    }

    private static float[] Input(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 20).Select(_ => random.NextSingle())];
    }
}
