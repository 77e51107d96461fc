using Vsml.Baselines;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Evaluation;

/// <summary>
/// Runs learners on the same fresh episodes, predict then learn, with everything but their own state fixed, and compares their
/// accuracies over every <see cref="Horizon"/>.
/// </summary>
public static class MetaTest
{
    /// <summary>Runs the test. The same bits for any number of threads.</summary>
    /// <param name="task">Where the episodes come from (<see cref="MetaTestTasks.Create"/>).</param>
    /// <param name="learners">Who takes part.</param>
    /// <param name="options">Episodes, length, seed, threads; null for the defaults.</param>
    /// <param name="progress">Told the number of episodes done; may be null.</param>
    /// <param name="cancellation">Stops the test.</param>
    /// <exception cref="VsmlException">The options or the task are wrong, or a learner has other sizes than the task.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static MetaTestReport Run(
        TaskDescription task, IReadOnlyList<MetaTestLearner> learners, MetaTestOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var length = CheckedLength(task, options);
        var correct = Learn(task, [.. learners.SelectMany(learner => learner.Variants)], length, options, [.. Enumerable.Range(0, options.Episodes)], progress, cancellation);
        return Report(learners, correct, length);
    }

    /// <summary>Some episodes of the test that <see cref="Run"/> makes, for one learner of one variant.</summary>
    /// <param name="task">Where the episodes come from.</param>
    /// <param name="learner">Who takes part.</param>
    /// <param name="options">Length, seed, threads.</param>
    /// <param name="episodes">Numbers of the episodes.</param>
    /// <param name="cancellation">Stops the test.</param>
    /// <returns>Right predictions in each of them [episodes].</returns>
    /// <exception cref="VsmlException">As of <see cref="Run"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal static int[] CountRight(TaskDescription task, MetaTestLearner learner, MetaTestOptions options, IReadOnlyList<int> episodes, CancellationToken cancellation) =>
        [.. Learn(task, [learner.Variants.Single()], CheckedLength(task, options), options, episodes, null, cancellation).Select(episode => episode[0].Sum(hit => hit))];

    /// <summary>Examples of an episode of a test.</summary>
    /// <param name="task">Where the episodes come from.</param>
    /// <param name="options">Has the length that is asked for.</param>
    internal static int LengthOf(TaskDescription task, MetaTestOptions options) => task.FixedLength ?? Math.Min(options.Length, task.MaxLength);

    private static int CheckedLength(TaskDescription task, MetaTestOptions options)
    {
        if (options.Episodes < 1) throw new VsmlException($"a meta-test of {options.Episodes} episodes is impossible; there must be at least 1");
        if (options.Length < 1) throw new VsmlException($"a meta-test over {options.Length} examples is impossible; there must be at least 1");
        if (options.Threads < 1) throw new VsmlException($"{options.Threads} threads are impossible; there must be at least 1");
        var length = LengthOf(task, options);
        task.Validate(length);
        TaskPromises.Check(task, length);
        return length;
    }

    // 1 for a right prediction [episode][variant][example].
    private static byte[][][] Learn(
        TaskDescription task, LearnerVariant[] variants, int length, MetaTestOptions options, IReadOnlyList<int> episodes, IProgress<int>? progress, CancellationToken cancellation)
    {
        var correct = new byte[episodes.Count][][];
        var done = 0;
        try
        {
            Parallel.For(0, episodes.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation },
                () => new Worker(task, variants, length, cancellation),
                (i, _, worker) =>
                {
                    correct[i] = worker.Run(options.Seed, (uint)episodes[i]);
                    progress?.Report(Interlocked.Increment(ref done));
                    return worker;
                },
                _ => { });
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is VsmlException or OperationCanceledException)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return correct;
    }

    private static MetaTestReport Report(IReadOnlyList<MetaTestLearner> learners, byte[][][] correct, int length)
    {
        var ranges = Horizon.All.Select(horizon => horizon.In(length)).OfType<(int From, int To)>().Distinct().ToArray();
        var results = new List<MetaTestResult>();
        var curves = new List<LearningCurve>();
        var offset = 0;
        foreach (var learner in learners)
        {
            foreach (var (from, to) in ranges)
            {
                var (variant, counts) = Best(learner, from, to);
                results.Add(new(learner.Name, learner.Variants[variant].Name, from, to, counts));
            }
            var whole = Best(learner, 1, length).Variant;
            var curve = new float[length];
            for (var t = 0; t < length; t++) curve[t] = (float)correct.Sum(episode => episode[offset + whole][t]) / correct.Length;
            curves.Add(new(learner.Name, learner.Variants[whole].Name, curve) { StandardErrors = Errors(correct, offset + whole) });
            offset += learner.Variants.Count;
        }
        return new(length, results, curves);

        // The first of the best ones.
        (int Variant, EquatableArray<int> Counts) Best(MetaTestLearner learner, int from, int to) =>
            learner.Variants.Select((_, variant) => (Variant: variant, Counts: Counts(correct, offset + variant, from, to)))
                .MaxBy(candidate => candidate.Counts.Sum(count => (long)count));
    }

    private static float[]? Errors(byte[][][] correct, int variant)
    {
        if (correct.Length < 2) return null;
        float[][] moving = [.. correct.Select(episode => new LearningCurve("", "", [.. episode[variant].Select(hit => (float)hit)]).Moving(LearningCurve.Window))];
        return [.. Enumerable.Range(0, moving[0].Length).Select(t => (float)Statistics.StandardError([.. moving.Select(episode => (double)episode[t])])!.Value)];
    }

    private static EquatableArray<int> Counts(byte[][][] correct, int variant, int from, int to) => new(correct.Select(episode =>
    {
        var right = 0;
        foreach (var hit in episode[variant].AsSpan(from - 1, to - from + 1)) right += hit;
        return right;
    }));

    /// <summary>What one thread needs.</summary>
    private sealed class Worker(TaskDescription task, LearnerVariant[] variants, int length, CancellationToken cancellation)
    {
        // Parts of the evaluation stream.
        private const uint EpisodePart = 0, LearnerPart = 1;

        private readonly EpisodeData _data = new();
        private readonly IOnlineLearner?[] _learners = new IOnlineLearner?[variants.Length];

        /// <summary>Runs all variants through one episode; 1 for a right prediction [variant][example].</summary>
        public byte[][] Run(ulong seed, uint episode)
        {
            var draw = new CounterRandom(seed, RandomStream.Evaluation, 0, episode, EpisodePart);
            task.Sample(ref draw, length, _data);
            var correct = new byte[variants.Length][];
            for (var v = 0; v < variants.Length; v++)
            {
                var learner = _learners[v] ??= Create(variants[v]);
                var start = new CounterRandom(seed, RandomStream.Evaluation, 0, episode, LearnerPart);
                learner.Reset(ref start);
                correct[v] = Learn(learner);
            }
            return correct;
        }

        private byte[] Learn(IOnlineLearner learner)
        {
            var correct = new byte[length];
            for (var t = 0; t < length; t++)
            {
                if (t % 64 == 0) cancellation.ThrowIfCancellationRequested();
                var label = _data.Classes[t];
                try
                {
                    if (learner.Learn(_data.Input(t), label).Prediction.Class == label) correct[t] = 1;
                }
                catch (ArgumentException exception)
                {
                    throw new VsmlException($"example {t + 1} of an episode cannot be learned: {exception.Message}", exception);
                }
            }
            return correct;
        }

        private IOnlineLearner Create(LearnerVariant variant)
        {
            var learner = variant.Create(_data.InputSize, _data.OutputSize);
            return learner.InputSize == _data.InputSize && learner.OutputSize == _data.OutputSize ? learner
                : throw new VsmlException($"a learner of {learner.InputSize} inputs and {learner.OutputSize} classes cannot take a task of {_data.InputSize} inputs and {_data.OutputSize} classes");
        }
    }
}
