namespace Vsml.MetaTraining;

/// <summary>
/// Turns gradients into steps of theta: a record of options; what changes is in the <see cref="OptimizerState"/>. An optimizer marked
/// <see cref="VsmlPartAttribute"/> can stand in run configurations. It promises that a step depends on its arguments alone, and that
/// the state has the same names and lengths for as long as a run lasts.
/// </summary>
[PartFamily("optimizer")]
public interface IMetaOptimizer
{
    /// <summary>Largest norm of a gradient, to which longer ones are scaled down before the step; 0, the default, for no clipping.</summary>
    double ClipNorm => 0;

    /// <summary>The state before the first step.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    OptimizerState Initial(int parameterCount);

    /// <summary>One step downhill.</summary>
    /// <param name="state">The state of the steps before; changed in place.</param>
    /// <param name="gradient">Gradient of the meta-loss, one value a parameter.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="theta">The parameters; changed in place.</param>
    /// <exception cref="VsmlException">The state belongs to another optimizer or number of parameters.</exception>
    void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta);
}
