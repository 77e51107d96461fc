namespace Vsml.MetaTraining;

/// <summary>
/// Levenberg-Marquardt on the samples of an iteration (Nocedal and Wright, 2006, section 10.3): the differences are linearised and the
/// damped least-squares problem solved; a step that does not lower the loss of the same samples is not taken.
/// </summary>
internal sealed class GaussNewton
{
    private const string DampingName = "gauss-newton/damping";
    // With less damping than the smallest, a step fits the samples of its iteration at the cost of all others.
    private const double FirstDamping = 0.1, SmallestDamping = 3e-3, LargestDamping = 1e6, Ease = 0.5, Restraint = 4;
    private const int Products = 80;

    private readonly CloneWindow _window;
    private readonly CloneGradient _losses;
    private readonly GaussNewtonSystem _system;

    /// <summary>Allocates the memory of a stage.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="length">Examples of a window.</param>
    public GaussNewton(CloneConfiguration configuration, int length)
    {
        (_window, _losses) = (new(configuration, length), new(configuration, length));
        _system = new(new SubRnnLayout(configuration.StateSize).Length, configuration.CommonWeight);
    }

    /// <summary>What it remembers between steps, to begin with.</summary>
    public static KeyValuePair<string, double[]> Initial() => new(DampingName, [FirstDamping]);

    /// <summary>Takes a step.</summary>
    /// <param name="state">What is remembered; changed.</param>
    /// <param name="samples">What is linearised.</param>
    /// <param name="theta">All parameters; changed.</param>
    /// <returns>The loss before the step.</returns>
    public CloneLoss Step(OptimizerState state, IReadOnlyList<CloneSample> samples, Span<float> theta)
    {
        var damping = state.Moment(DampingName, 1);
        var before = _losses.Evaluate(theta, samples);
        _system.Clear();
        foreach (var sample in samples) _window.Linearise(theta, sample, _system);
        var (step, trial) = (new float[theta.Length], new float[theta.Length]);
        _system.Solve(damping[0], Products, step);
        for (var p = 0; p < trial.Length; p++) trial[p] = theta[p] + step[p];
        var isBetter = _losses.Evaluate(trial, samples).Total < before.Total;
        if (isBetter) trial.CopyTo(theta);
        damping[0] = Math.Clamp(damping[0] * (isBetter ? Ease : Restraint), SmallestDamping, LargestDamping);
        return before;
    }
}
