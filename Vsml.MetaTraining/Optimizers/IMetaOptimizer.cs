namespace Vsml.MetaTraining;

/// <summary>Turns gradients into steps of theta. Holds options only; what changes is in the <see cref="OptimizerState"/>.</summary>
public interface IMetaOptimizer
{
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
