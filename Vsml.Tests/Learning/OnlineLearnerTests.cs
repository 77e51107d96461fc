using Vsml.Baselines;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Learning;

/// <summary>What <see cref="IOnlineLearner"/> promises holds for everything that learns.</summary>
public class OnlineLearnerTests
{
    private const int Inputs = 19, Classes = 3;

    private static readonly Architecture s_network = new()
    {
        StateSize = 5,
        MessageSize = 4,
        LabelFeedback = true,
        Layers = new([new DenseLayerSpec(Inputs, 4), new DenseLayerSpec(4, Classes)]),
    };

    private static readonly Dictionary<string, Func<IOnlineLearner>> s_learners = new()
    {
        ["network"] = () => new Learner(RuntimeCompiler.Compile(s_network), MetaParameters.Initial(s_network, seed: 2, inputGateBias: 3)),
        ["network with a backward sweep"] = () => Network(s_network with { Schedule = new() { BackwardSweep = BackwardSweep.Separate }, LearnedInitialCell = true }),
        ["network of several ticks"] = () => Network(s_network with { Schedule = new() { TicksPerExample = 2 } }),
        ["sgd"] = () => new GradientDescentLearner(Inputs, Classes, new OnlineSgd(.1f)),
        ["adam, two layers"] = () => new GradientDescentLearner(Inputs, Classes, new OnlineAdam(.01f), hiddenSize: 7, outputBound: 100),
        ["nearest class mean"] = () => new NearestClassMean(Inputs, Classes),
        ["Gaussian naive Bayes"] = () => new GaussianNaiveBayes(Inputs, Classes, smoothing: .1f),
        ["nearest neighbours"] = () => new NearestNeighbours(Inputs, Classes, neighbours: 3),
        ["passive-aggressive"] = () => new PassiveAggressive(Inputs, Classes, aggressiveness: .01f),
        ["meta RNN"] = () => new MetaRnn(Inputs, Classes, Theta(new MetaRnn(Inputs, Classes, [], hiddenSize: 6).InitialParameters), hiddenSize: 6),
        ["Hebbian"] = () => new HebbianLearner(Inputs, Classes, Theta(new HebbianLearner(Inputs, Classes, []).InitialParameters)),
        ["fast weight programmer"] = () => new FastWeightProgrammer(Inputs, Classes, Theta(new FastWeightProgrammer(Inputs, Classes, [], size: 5).InitialParameters), size: 5),
        ["fast weight memory"] = () => new FastWeightMemory(Inputs, Classes, Theta(new FastWeightMemory(Inputs, Classes, [], hiddenSize: 6, memorySize: 3).InitialParameters), hiddenSize: 6, memorySize: 3),
    };

    public static TheoryData<string> Learners => [.. s_learners.Keys];

    [Theory]
    [MemberData(nameof(Learners))]
    public void It_predicts_before_it_learns_and_predicting_changes_nothing(string name)
    {
        var (curious, silent) = (Begin(name), Begin(name));
        for (var t = 0; t < 12; t++)
        {
            curious.Predict(Input(100 + t));
            var foreseen = curious.Predict(Input(t)).Logits.ToArray();
            var step = curious.Learn(Input(t), t % Classes);
            step.Prediction.Logits.ToArray().ShouldBe(foreseen);
            var loss = step.Loss;
            var other = silent.Learn(Input(t), Label(t % Classes));
            other.Prediction.Logits.ToArray().ShouldBe(foreseen);
            other.Loss.ShouldBe(loss);
            loss.ShouldBe(other.Prediction.Loss(Label(t % Classes)));
        }
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_reset_forgets_everything(string name)
    {
        var learner = Begin(name);
        var first = Run(learner);
        Restart(learner);
        Run(learner).ShouldBe(first);
        first[^Classes..].ShouldNotBe(first[..Classes]);

        static float[] Run(IOnlineLearner learner) => [.. Enumerable.Range(0, 6).SelectMany(t => learner.Learn(Input(1), 1 + t % 2).Prediction.Logits.ToArray())];
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void It_refuses_what_it_cannot_learn_from_and_stays_as_it_was(string name)
    {
        var (abused, silent) = (Begin(name), Begin(name));
        for (var t = 0; t < 4; t++)
        {
            abused.Learn(Input(t), t % Classes);
            silent.Learn(Input(t), t % Classes);
        }
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -1.01e30f })
            foreach (var at in new[] { 0, 7, Inputs - 1 })
            {
                var input = Input(3);
                input[at] = bad;
                Should.Throw<ArgumentException>(() => abused.Predict(input)).Message.ShouldContain($"The input holds {bad} at index {at};");
                Should.Throw<ArgumentException>(() => abused.Learn(input, 0)).Message.ShouldContain($"{bad} at index {at};");
                Should.Throw<ArgumentException>(() => abused.Learn(input, Label(0))).Message.ShouldContain($"{bad} at index {at};");
            }
        Should.Throw<ArgumentException>(() => abused.Predict(new float[Inputs - 1])).Message.ShouldContain($"has {Inputs - 1} values, but this learner takes {Inputs}");
        Should.Throw<ArgumentException>(() => abused.Learn(new float[Inputs + 1], 0)).Message.ShouldContain($"takes {Inputs}");
        Should.Throw<ArgumentOutOfRangeException>(() => abused.Learn(Input(3), -1)).Message.ShouldContain("no class -1");
        Should.Throw<ArgumentOutOfRangeException>(() => abused.Learn(Input(3), Classes)).Message.ShouldContain("classes 0 to 2");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [1, 0])).Message.ShouldContain("has 2 weights");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [1, float.NaN, 0])).Message.ShouldContain("NaN at index 1");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [1, 0, float.PositiveInfinity])).Message.ShouldContain("at index 2");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [1, -.5f, 0])).Message.ShouldContain("-0.5 at index 1");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [0, 1e6f, 1e6f])).Message.ShouldContain("add up to 2000000");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [float.MaxValue, float.MaxValue, 0])).Message.ShouldContain("add up to");
        Should.Throw<ArgumentException>(() => abused.Learn(Input(3), [0, 0, 0])).Message.ShouldContain("call Predict");
        for (var t = 4; t < 8; t++)
        {
            var expected = silent.Learn(Input(t), t % Classes).Prediction.Logits.ToArray();
            abused.Learn(Input(t), t % Classes).Prediction.Logits.ToArray().ShouldBe(expected);
        }
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void An_example_allocates_nothing(string name)
    {
        var learner = Begin(name);
        var input = Input(0);
        var label = Label(1);
        Round();
        Allocations.Of(() =>
        {
            for (var i = 0; i < 10; i++) Round();
        }).ShouldBe(0);

        void Round()
        {
            _ = learner.Predict(input).Class;
            learner.Learn(input, 2);
            learner.Learn(input, label);
        }
    }

    private static Learner Network(Architecture architecture) => new(RuntimeCompiler.Compile(architecture), MetaParameters.Initial(architecture, seed: 2));

    private static IOnlineLearner Begin(string name)
    {
        var learner = s_learners[name]();
        Restart(learner);
        (learner.InputSize, learner.OutputSize).ShouldBe((Inputs, Classes));
        return learner;
    }

    private static void Restart(IOnlineLearner learner)
    {
        var random = new CounterRandom(1, RandomStream.Evaluation, 0, 0);
        learner.Reset(ref random);
    }

    private delegate float[] Draw(ref CounterRandom random);

    private static float[] Theta(Draw draw)
    {
        var random = new CounterRandom(1, RandomStream.Theta, 0, 0);
        return draw(ref random);
    }

    private static float[] Label(int label) => [.. Enumerable.Range(0, Classes).Select(b => b == label ? 1f : 0f)];

    private static float[] Input(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Inputs).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
