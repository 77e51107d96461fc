using Vsml.Data;

namespace Vsml.MetaTraining;

/// <summary>
/// How many distinct tasks a run has drawn so far: the expected number among the episodes begun. An episode is a task of its own where
/// something of it is drawn from a continuum (a projection, a synthetic problem); otherwise there are as many tasks as choices
/// of classes, of pixels and of names of the labels. Which examples come, their order and their scale make no other task.
/// </summary>
internal sealed class TaskCounter
{
    private readonly RunConfiguration _run;
    private readonly Dictionary<TaskDescription, (double Choices, double[] ShareOfStage)> _tasks = [];
    private readonly IReadOnlyList<EpisodeSource> _stages;
    private readonly double[] _episodes;
    private readonly int[] _positions;
    private int _done;

    /// <summary>Prepares the count of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stages">What the episodes of each stage are drawn from.</param>
    public TaskCounter(RunConfiguration run, IReadOnlyList<EpisodeSource> stages)
    {
        (_run, _stages) = (run, stages);
        _positions = new int[run.Estimator.EpisodesPerIteration];
        _episodes = new double[stages.Count];
        for (var s = 0; s < stages.Count; s++)
        {
            var sum = stages[s].Tasks.Sum(share => share.Weight);
            foreach (var share in stages[s].Tasks)
            {
                if (!_tasks.TryGetValue(share.Task, out var known)) _tasks[share.Task] = known = (Choices(share.Task), new double[stages.Count]);
                known.ShareOfStage[s] += share.Weight / sum;
            }
        }
    }

    /// <summary>The number after some meta-iterations, which are counted from the last call on; null where the estimator does not tell how many episodes it runs.</summary>
    /// <param name="iteration">Meta-iterations done.</param>
    public long? After(int iteration)
    {
        if (_run.Estimator.EpisodesPerIteration == 0) return null;
        if (iteration < _done)
        {
            Array.Clear(_episodes);
            _done = 0;
        }
        for (; _done < iteration; _done++)
        {
            var stage = _run.StageAt(_done);
            Advance(stage, begins: _done == 0 || _run.StageAt(_done - 1) != stage);
        }
        return (long)Math.Round(_tasks.Values.Sum(task => Distinct(task.Choices, task.ShareOfStage.Zip(_episodes, (share, episodes) => share * episodes).Sum())));
    }

    private void Advance(int stage, bool begins)
    {
        var (source, estimator) = (_stages[stage], _run.Estimator);
        var (truncation, examples) = (estimator.TruncationOf(source), estimator.Advance(_run.Seed, (uint)_done, source));
        for (var i = 0; i < _positions.Length; i++)
        {
            if (begins) _positions[i] = truncation.Start(i, source.Length);
            if (begins || _positions[i] == 0) _episodes[stage]++;
            _positions[i] += examples;
            if (_positions[i] >= source.Length) _positions[i] = 0;
        }
    }

    // Of equally likely tasks, how many are among so many draws.
    private static double Distinct(double tasks, double draws) => tasks > 1e9 ? draws : tasks * (1 - Math.Pow(1 - 1 / tasks, draws));

    private static double Choices(TaskDescription task) => task switch
    {
        TransformedTask transformed => Transformed(transformed),
        MixedTask mixed => mixed.Shares.Sum(share => Choices(share.Task)),
        ImageTask { ClassCount: > 0 } images => Ordered((images with { ClassCount = 0 }).OutputSize, images.ClassCount) / Ordered(images.ClassCount, images.ClassCount),
        ImageTask or SumSignTask => 1,
        OmniglotTask omniglot => Ordered(DatasetCatalogue.Prepare(omniglot.Archive, omniglot.Split, omniglot.Size).ClassCount, omniglot.Ways),
        _ => double.PositiveInfinity,
    };

    private static double Transformed(TransformedTask task)
    {
        var (choices, inputs, outputs) = (Choices(task.Source), task.Source.InputSize, task.Source.OutputSize);
        foreach (var transform in task.Transforms)
        {
            choices *= transform switch
            {
                RandomPixels pixels => Ordered(inputs, pixels.Count),
                LabelPermutation => Ordered(outputs, outputs),
                FixedProjection or FixedPermutation or InputScaleJitter or Padding => 1,
                _ => double.PositiveInfinity,
            };
            (inputs, outputs) = transform.SizesAfter(inputs, outputs);
        }
        return choices;
    }

    // n (n - 1) ... of k factors: choices in order.
    private static double Ordered(int n, int k)
    {
        var product = 1.0;
        for (var i = 0; i < k; i++) product *= n - i;
        return product;
    }
}
