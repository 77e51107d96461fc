using Vsml.Baselines;
using Vsml.Data;
using Vsml.Evaluation;
using Vsml.Numerics;

namespace Vsml.Tests.Evaluation;

public class FitTests
{
    private static readonly ImageDataset Train = Points(40), Test = Points(10);

    [Fact]
    public void The_training_part_is_learned_and_the_test_part_only_asked()
    {
        var learner = new Counting();
        var shares = new List<double>();
        var result = new Fit(Train, Test, Epochs: 5).Run("counting", learner, shares.Add);
        (learner.Learned, learner.Asked).ShouldBe((200, 10));
        result.ShouldBe(new FitResult("counting", 5, 40, 10, .5, .5));
        shares.ShouldBe([100 / 210.0, 200 / 210.0]);
        learner.Orders.Chunk(40).Select(order => string.Join(' ', order)).Distinct().Count().ShouldBe(5);
        learner.Orders.Chunk(40).ShouldAllBe(order => order.Order().SequenceEqual(Enumerable.Range(0, 40).Select(i => (float)i)));
    }

    [Fact]
    public void A_learner_that_leaves_finite_numbers_is_named() =>
        Should.Throw<VsmlException>(() => new Fit(Train, Test).Run("wild", new TanhNetwork([1, 2], 1e300))).Message.ShouldContain("wild: the loss of example ");

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        Should.Throw<VsmlException>(() => new Fit(Train, new ImageDataset("points", new float[4], [0, 1], 1, 2, 1, ["a", "b"])).Run("x", new Counting())).Message.ShouldContain("1 inputs and 2 classes, the test part 2 and 2");
    }

    [Fact]
    public void It_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => new Fit(Train, Test, Epochs: 100).Run("x", new Counting(), _ => stop.Cancel(), stop.Token));
    }

    private static ImageDataset Points(int count) =>
        new("points", [.. Enumerable.Range(0, count).Select(i => (float)i)], [.. Enumerable.Range(0, count).Select(i => i % 2)], 1, 1, 1, ["a", "b"]);

    private sealed class Counting() : Baseline(1, 2)
    {
        public int Learned { get; private set; }

        public int Asked { get; private set; }

        public List<float> Orders { get; } = [];

        public override void Reset(ref CounterRandom random)
        {
        }

        protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
        {
            Asked++;
            logits[0] = 1;
            logits[1] = 0;
        }

        protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
        {
            Learned++;
            Orders.Add(input[0]);
            logits[0] = 1;
            logits[1] = 0;
            return 0;
        }
    }
}
