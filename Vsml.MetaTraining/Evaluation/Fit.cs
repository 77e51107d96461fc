using Vsml.Contracts;
using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.Evaluation;

/// <summary>
/// Online learning of a whole training set, then a test with learning stopped: for a VSML network a fit by forward passes alone
/// (paper, section 4.1).
/// </summary>
/// <param name="Train">What is learned, each example once an epoch in a new order.</param>
/// <param name="Test">What is asked afterwards.</param>
/// <param name="Epochs">Passes over the training set; 1 or more.</param>
/// <param name="Seed">Seed of the orders and of what learners begin with.</param>
public sealed record Fit(ImageDataset Train, ImageDataset Test, int Epochs = 1, ulong Seed = 1)
{
    /// <summary>Lets a learner go over the training set, and tests it.</summary>
    /// <param name="name">The learner's name in results.</param>
    /// <param name="learner">The learner, as it is to begin.</param>
    /// <param name="progress">Told the share that is done, 0 to 1; may be null. Called from the thread that learns.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="VsmlException">The parts have other sizes, or the learner's loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public FitResult Run(string name, IOnlineLearner learner, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        if (Train.ImageSize != Test.ImageSize || Train.ClassCount != Test.ClassCount) throw new VsmlException($"{Train.Name}: the training part has {Train.ImageSize} inputs and {Train.ClassCount} classes, the test part {Test.ImageSize} and {Test.ClassCount}.");
        var (order, total, done, right) = (new int[Train.Count], (double)Epochs * Train.Count + Test.Count, 0L, 0L);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            for (var i = 0; i < order.Length; i++) order[i] = i;
            var random = new CounterRandom(Seed, RandomStream.Task, (uint)epoch, 0);
            random.Shuffle(order);
            foreach (var i in order)
            {
                var step = learner.Learn(Train.Image(i), Train.Labels[i]);
                if (!float.IsFinite(step.Loss)) throw new VsmlException(FormattableString.Invariant($"{name}: the loss of example {done % Train.Count + 1} of epoch {epoch + 1} is not finite; the learner cannot go on. Take a lower rate, or another theta."));
                if (step.Prediction.Class == Train.Labels[i]) right++;
                Tell();
            }
        }
        var tested = 0;
        for (var i = 0; i < Test.Count; i++)
        {
            if (learner.Predict(Test.Image(i)).Class == Test.Labels[i]) tested++;
            Tell();
        }
        return new FitResult(name, Epochs, Train.Count, Test.Count, (double)right / ((double)Epochs * Train.Count), (double)tested / Test.Count);

        void Tell()
        {
            if (++done % 100 != 0) return;
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(done / total);
        }
    }
}

/// <summary>What came of a <see cref="Fit"/>.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Epochs">Passes over the training set.</param>
/// <param name="TrainExamples">Examples of the training set.</param>
/// <param name="TestExamples">Examples of the test set.</param>
/// <param name="OnlineAccuracy">Share of right predictions while it learned, each made before the label was seen.</param>
/// <param name="TestAccuracy">Share of right predictions of the test set, with learning stopped.</param>
public sealed record FitResult(string Learner, int Epochs, int TrainExamples, int TestExamples, double OnlineAccuracy, double TestAccuracy);
