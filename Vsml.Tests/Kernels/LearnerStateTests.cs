using Vsml.Contracts;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Kernels;

/// <summary>What a learner keeps, over layers of both kinds: all of it in its file, nothing of a prediction, no garbage.</summary>
public class LearnerStateTests
{
    private const int Length = 6;

    private static readonly Architecture s_deep = new()
    {
        StateSize = 7,
        MessageSize = 5,
        Layers = new(new LayerSpec[] { new ConvLayerSpec(5, 4, 2, 2, 3, 2), new ConvLayerSpec(3, 2, 2, 3, 3, 1), new DenseLayerSpec(18, 5), new DenseLayerSpec(5, 3) }),
        Schedule = new TickSchedule { MicroTicks = new([1, 2, 2, 3]) },
        LabelFeedback = true,
        MessageLayerNorm = true,
    };

    public static TheoryData<string> Networks => [.. s_networks.Keys];

    private static readonly Dictionary<string, Architecture> s_networks = new()
    {
        ["deep"] = s_deep,
        ["backward sweep, learned cell"] = s_deep with
        {
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
            MessageLayerNorm = false,
            LearnedInitialCell = true,
        },
        ["several ticks"] = s_deep with { Schedule = new TickSchedule { TicksPerExample = 2 }, PositionFeatures = true },
    };

    private sealed class DeepLearner(VsmlModel model, MetaParameters theta) : Learner(model, theta, seed: 3);

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_saved_learner_goes_on_with_the_same_bits(string name)
    {
        var learner = Learner(name);
        for (var t = 0; t < Length / 2; t++) learner.Learn(Input(t), t % 3);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var other = Learner(name);
        other.Learn(Input(Length), 1);
        try
        {
            learner.Save(path);
            other.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
        for (var t = Length / 2; t < Length; t++)
            other.Learn(Input(t), t % 3).ToArray().ShouldBe(learner.Learn(Input(t), t % 3).ToArray());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Predictions_are_those_of_the_step_and_leave_no_trace(string name)
    {
        var (curious, silent) = (Learner(name), Learner(name));
        for (var t = 0; t < Length; t++)
        {
            for (var other = 0; other < 3; other++) curious.Predict(Input(100 + other));
            var prediction = curious.Predict(Input(t)).ToArray();
            prediction.ShouldBe(curious.Learn(Input(t), t % 3).ToArray());
            prediction.ShouldBe(silent.Learn(Input(t), t % 3).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Learning_and_predicting_allocate_nothing(string name)
    {
        var learner = Learner(name);
        var input = Input(0);
        Round();
        Allocations.Of(() =>
        {
            for (var i = 0; i < 10; i++) Round();
        }).ShouldBe(0);

        void Round()
        {
            learner.Predict(input);
            learner.Learn(input, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Canonical_cells_come_back_at_every_level(string name)
    {
        var architecture = s_networks[name];
        var model = RuntimeCompiler.Compile(architecture);
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var runner = new EpisodeRunner(model, level);
            for (var l = 0; l < architecture.Layers.Count; l++)
            {
                float[] cells = [.. Enumerable.Range(0, runner.CanonicalFloats(l)).Select(i => (float)i)];
                runner.SetCells(l, cells);
                var back = new float[cells.Length];
                runner.GetCells(l, back);
                back.ShouldBe(cells);
            }
        }
    }

    private static DeepLearner Learner(string name) =>
        new(RuntimeCompiler.Compile(s_networks[name]), MetaParameters.Initial(s_networks[name], seed: 5));

    private static float[] Input(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, s_deep.InputSize).Select(_ => (float)random.NextDouble())];
    }
}
