using Vsml.Baselines;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Baselines;

/// <summary>The published baselines whose parameters are fixed and whose state learns.</summary>
public class FeedbackLearnerTests
{
    private static float[] Theta(BaselineGolden golden, params string[] names) =>
        [.. names.SelectMany(name => golden.File.Get("theta/" + name).ToSingles())];

    [Fact]
    public void MetaRnnAgreesWithThePublishedOne()
    {
        var golden = new BaselineGolden("meta-rnn");
        var theta = Theta(golden, "meta_rnn/~/lstm/linear/w", "meta_rnn/~/lstm/linear/b", "meta_rnn/~/linear/w", "meta_rnn/~/linear/b");
        golden.ShouldAgree(new MetaRnn(BaselineGolden.Inputs, BaselineGolden.Outputs, theta, hiddenSize: 10));
    }

    [Theory]
    [InlineData("hebbian", false)]
    [InlineData("oja", true)]
    public void HebbianFastWeightsAgreeWithThePublishedOnes(string name, bool oja)
    {
        var golden = new BaselineGolden(name);
        const string root = "hebbian_fw/~/hebbian_linear/";
        golden.ShouldAgree(new HebbianLearner(BaselineGolden.Inputs, BaselineGolden.Outputs, Theta(golden, root + "w", root + "coeff", root + "fw_lr", root + "b"), oja));
    }

    [Fact]
    public void TheFastWeightProgrammerAgreesWithThePublishedOne()
    {
        var golden = new BaselineGolden("fwp");
        var learner = new FastWeightProgrammer(BaselineGolden.Inputs, BaselineGolden.Outputs, Theta(golden, "fwp/~/linear/w", "fwp/~/linear/b"), size: 6);
        golden.File.Get("initial/fast_state").ToSingles().CopyTo(learner.FastWeights);
        golden.ShouldAgree(learner);
    }

    [Fact]
    public void UnitKeysKeepFastWeightsBounded()
    {
        var random = new CounterRandom(1, RandomStream.Theta, 0, 0);
        var theta = new FastWeightProgrammer(64, 10, []).InitialParameters(ref random);
        Largest(unitKeys: true).ShouldBeLessThan(10);
        // As published, keys of 64 entries are long enough for it to blow up.
        Largest(unitKeys: false).ShouldBeGreaterThan(1000);

        float Largest(bool unitKeys)
        {
            var learner = new FastWeightProgrammer(64, 10, theta, unitKeys: unitKeys);
            var draw = new CounterRandom(2, RandomStream.Evaluation, 0, 0);
            learner.Reset(ref draw);
            var input = new float[64];
            for (var t = 0; t < 100; t++)
            {
                draw.FillTruncatedNormal(input);
                learner.Learn(input, t % 10);
            }
            return learner.FastWeights.ToArray().Max(MathF.Abs) is var largest && float.IsFinite(largest) ? largest : float.MaxValue;
        }
    }

    [Fact]
    public void TheFastWeightMemoryAgreesWithThePublishedOne()
    {
        var golden = new BaselineGolden("fw-memory");
        var theta = Theta(golden, [.. new[] { "lstm/linear", "linear", "linear_1", "linear_2", "linear_3" }.SelectMany(name => new[] { $"fw_memory/~/{name}/w", $"fw_memory/~/{name}/b" })]);
        golden.ShouldAgree(new FastWeightMemory(BaselineGolden.Inputs, BaselineGolden.Outputs, theta, hiddenSize: 8, memorySize: 4));
    }

    public static TheoryData<string> Learners => ["meta-rnn", "hebbian", "oja", "fwp", "fw-memory"];

    private static IOnlineLearner Create(string name, int inputs, int outputs)
    {
        var random = new CounterRandom(1, RandomStream.Theta, 0, 0);
        return name switch
        {
            "meta-rnn" => new MetaRnn(inputs, outputs, new MetaRnn(inputs, outputs, []).InitialParameters(ref random)),
            "hebbian" => new HebbianLearner(inputs, outputs, new HebbianLearner(inputs, outputs, []).InitialParameters(ref random)),
            "oja" => new HebbianLearner(inputs, outputs, new HebbianLearner(inputs, outputs, []).InitialParameters(ref random), oja: true),
            "fwp" => new FastWeightProgrammer(inputs, outputs, new FastWeightProgrammer(inputs, outputs, []).InitialParameters(ref random)),
            _ => new FastWeightMemory(inputs, outputs, new FastWeightMemory(inputs, outputs, []).InitialParameters(ref random)),
        };
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void PublishedSizesRunAndUntrainedOnesStayNearChance(string name)
    {
        var learner = new MetaTestLearner(name, [new("", (inputs, outputs) => Create(name, inputs, outputs))]);
        var result = MetaTest.Run(MetaTestTasks.Create("digits"), [learner], new() { Episodes = 4, Length = 100 }).Results[0];
        result.Accuracy.ShouldBeInRange(.02, .35);
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void AResetForgetsTheEpisode(string name)
    {
        var learner = Create(name, 6, 3);
        var first = Run();
        Run().ShouldBe(first);
        first[^1].ShouldNotBe(first[2]);

        List<float> Run()
        {
            var random = new CounterRandom(1, RandomStream.Evaluation, 0, 0);
            learner.Reset(ref random);
            var outputs = new List<float>();
            for (var t = 0; t < 5; t++)
            {
                outputs.AddRange(learner.Learn([1, -1, .5f, 2, 0, 1], 1).Prediction.Logits);
            }
            return outputs;
        }
    }

    [Fact]
    public void WrongNumbersOfParametersAreRefused()
    {
        Should.Throw<VsmlException>(() => new MetaRnn(3, 2, [1f])).Message.ShouldContain("but 1 are given");
        Should.Throw<VsmlException>(() => new HebbianLearner(3, 2, [1f])).Message.ShouldContain("has 31 parameters");
        Should.Throw<VsmlException>(() => new FastWeightProgrammer(3, 2, [1f])).Message.ShouldContain("but 1 are given");
        Should.Throw<VsmlException>(() => new FastWeightMemory(3, 2, [1f])).Message.ShouldContain("but 1 are given");
    }
}
