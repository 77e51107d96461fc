using System.Diagnostics;

namespace Vsml.MetaTraining;

/// <summary>What is told after every iteration of a cloning run.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Iterations">Iterations of the whole run.</param>
/// <param name="Stage">The stage, from 0.</param>
/// <param name="Loss">The iteration's loss.</param>
public readonly record struct CloneProgress(int Iteration, int Iterations, int Stage, CloneLoss Loss);

/// <summary>
/// Meta-trains one sub-RNN so that running forward is backpropagation (paper section 3.2; docs/cloning.md). One thread; the seed
/// decides the bits, and a run that is resumed has those of one that was never stopped.
/// </summary>
public sealed class CloneRun
{
    private const string Kind = "clone";

    private const int MetricsInterval = 50, SlowMetricsInterval = 5; // iterations

    private readonly CloneFolder _folder;
    private readonly CloneConfiguration _configuration;
    private readonly Adam _adam;

    /// <summary>Prepares a run.</summary>
    /// <param name="folder">Its folder, new or opened.</param>
    public CloneRun(CloneFolder folder)
    {
        (_folder, _configuration) = (folder, folder.Configuration);
        _adam = new() { ClipNorm = _configuration.ClipNorm };
    }

    /// <summary>Runs to the end, or until it is cancelled, with a checkpoint then.</summary>
    /// <param name="progress">Told after every iteration.</param>
    /// <param name="warn">Told about damaged checkpoints.</param>
    /// <param name="cancellation">Stops the run after an iteration.</param>
    /// <returns>Iterations done.</returns>
    /// <exception cref="VsmlException">The folder cannot be written, or the loss is not finite.</exception>
    public int Run(Action<CloneProgress> progress, Action<string> warn, CancellationToken cancellation = default)
    {
        var state = _folder.LoadNewest(warn) ?? Begin();
        using var metrics = MetricsLog.Open(_folder.MetricsPath, (_, iteration) => iteration <= state.Iteration);
        var watch = Stopwatch.StartNew();
        var end = 0;
        for (var s = 0; s < _configuration.Stages.Count; s++)
        {
            var (stage, start) = (_configuration.Stages[s], end);
            end += stage.Iterations;
            if (state.Iteration >= end) continue;
            var sampler = new CloneSampler(_configuration, stage);
            Func<CloneState, IReadOnlyList<CloneSample>, double, CloneLoss> step = stage.Optimizer == CloneOptimizer.Adam ? AdamOf(stage) : GaussNewtonOf(stage);
            while (state.Iteration < end && !cancellation.IsCancellationRequested)
            {
                var progressed = (double)(state.Iteration - start) / stage.Iterations;
                var loss = step(state, sampler.Draw(state.Values, state.Iteration, progressed), progressed);
                if (!double.IsFinite(loss.Total)) throw NotFinite(state.Iteration);
                state = state with { Iteration = state.Iteration + 1 };
                progress(new(state.Iteration, _configuration.Iterations, s, loss));
                if (state.Iteration % (stage.Optimizer == CloneOptimizer.Adam ? MetricsInterval : SlowMetricsInterval) == 0 || state.Iteration == end) Append(metrics, state.Iteration, s, loss, watch.Elapsed);
                if (state.Iteration % _configuration.Checkpoints.Interval == 0) Save(state, metrics);
            }
        }
        Save(state, metrics);
        CloneTheta.ToTheta(_configuration, state.Values).Save(_folder.ThetaPath, CloneTheta.Metadata(_configuration));
        return state.Iteration;
    }

    private CloneState Begin()
    {
        var values = CloneTheta.Initial(_configuration);
        var adam = _adam.Initial(values.Length);
        return new(0, values, new(adam.Steps, new Dictionary<string, double[]>([.. adam.Moments, GaussNewton.Initial()])));
    }

    private Func<CloneState, IReadOnlyList<CloneSample>, double, CloneLoss> AdamOf(CloneStage stage)
    {
        var gradients = new CloneGradient(_configuration, stage.Window);
        return (state, samples, progress) =>
        {
            var gradient = new float[state.Values.Length];
            var loss = gradients.Evaluate(state.Values, samples, gradient);
            if (!double.IsFinite(GradientClipping.Clip(gradient, _configuration.ClipNorm))) throw NotFinite(state.Iteration);
            _adam.Step(state.Optimizer, gradient, CloneSampler.Geometric(stage.LearningRate, stage.FinalLearningRate, progress), state.Values);
            return loss;
        };
    }

    private Func<CloneState, IReadOnlyList<CloneSample>, double, CloneLoss> GaussNewtonOf(CloneStage stage)
    {
        var steps = new GaussNewton(_configuration, stage.Window);
        return (state, samples, _) => steps.Step(state.Optimizer, samples, state.Values);
    }

    private VsmlException NotFinite(int iteration) => new(FormattableString.Invariant($"The loss is not finite at iteration {iteration}; try a smaller learningRate. The run is in '{_folder.Path}'."));

    private void Save(CloneState state, MetricsLog metrics)
    {
        metrics.FlushToDisk();
        _folder.Save(state);
    }

    private static void Append(MetricsLog metrics, int iteration, int stage, CloneLoss loss, TimeSpan elapsed) => metrics.Append(Kind, iteration, writer =>
    {
        writer.WriteNumber("stage", stage);
        writer.WriteNumber("loss", loss.Total);
        writer.WriteNumber("forwardMessage", loss.Forward);
        writer.WriteNumber("backwardMessage", loss.Backward);
        writer.WriteNumber("weightChange", loss.Weight);
        writer.WriteNumber("biasChange", loss.Bias);
        writer.WriteNumber("elapsedSeconds", Math.Round(elapsed.TotalSeconds, 3));
    });
}
