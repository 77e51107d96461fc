namespace Vsml.Baselines;

/// <summary>
/// How a baseline turns each example's gradient into a step. In single precision and by element-wise vector arithmetic, for many
/// small learners run side by side; meta-parameters are stepped by <see cref="MetaTraining.IMetaOptimizer"/>. An optimizer of your own
/// derives from it: the record holds options alone, its <see cref="ParameterSteps"/> hold what one learner remembers.
/// </summary>
/// <param name="LearningRate">The learning rate; above 0.</param>
public abstract record OnlineOptimizer(float LearningRate)
{
    /// <summary>The 13 learning rates that the comparisons choose from: 1, 2, 5 times 10^-4 ... 10^-1, and 1.</summary>
    public static EquatableArray<float> LearningRates { get; } =
        new([1e-4f, 2e-4f, 5e-4f, 1e-3f, 2e-3f, 5e-3f, 1e-2f, 2e-2f, 5e-2f, .1f, .2f, .5f, 1f]);

    /// <summary>Makes the memory for a block of parameters, as it is before the first step. A learner calls it once for each of its blocks.</summary>
    /// <param name="count">Number of parameters.</param>
    public abstract ParameterSteps Begin(int count);
}
