namespace Vsml.MetaTraining;

/// <summary>
/// Writes how a run goes as event files, which TensorBoard shows: <c>train/loss</c>, <c>train/accuracy</c>, <c>train/learning rate</c>,
/// <c>train/gradient norm</c>, <c>train/examples per second</c> by meta-iteration, and the accuracies of meta-tests as <c>test/TASK</c>. A run that
/// goes on writes a further file, which takes the place of what others hold of the same iterations.
/// </summary>
public sealed class TensorBoardProgress : ITrainingProgress, IDisposable
{
    private readonly EventFile _file;
    private bool _hasBegun;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">The folder to give to TensorBoard as <c>--logdir</c>, or one below it; made if it is not there.</param>
    /// <exception cref="VsmlException">It cannot be written.</exception>
    public TensorBoardProgress(string folder) => _file = new EventFile(folder);

    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress)
    {
        var metrics = progress.Metrics;
        if (!_hasBegun) _file.Begin(metrics.Iteration);
        _hasBegun = true;
        (string Name, double? Value)[] all =
        [
            ("train/loss", metrics.Loss), ("train/accuracy", metrics.Accuracy), ("train/learning rate", metrics.LearningRate),
            ("train/gradient norm", metrics.GradientNorm), ("train/examples per second", progress.ExamplesPerSecond),
        ];
        _file.Append(metrics.Iteration, [.. all.Where(entry => entry.Value is not null).Select(entry => (entry.Name, entry.Value!.Value))]);
    }

    /// <inheritdoc/>
    public void Evaluated(EvaluationMetrics metrics) =>
        _file.Append(metrics.Iteration, [("test/mean of all tasks", metrics.Score), .. metrics.Results.Select(result => ($"test/{result.Task}", result.Accuracy))]);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
