using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// A learner other than a VSML network that runs can meta-train, the <c>learner</c> of a run: a plain value, compared by value. One marked
/// <see cref="VsmlPartAttribute"/> can stand in run configurations. Its parameters are those of one number of inputs and of classes.
/// </summary>
[PartFamily("learner")]
public abstract record LearnerDescription
{
    /// <summary>Makes a learner; its parameters are undefined until they are set.</summary>
    /// <param name="inputs">A, the floats of one input.</param>
    /// <param name="outputs">B, the number of classes.</param>
    public abstract IParametricLearner Create(int inputs, int outputs);

    /// <summary>Draws the parameters to begin meta-training with.</summary>
    /// <param name="inputs">A, the floats of one input.</param>
    /// <param name="outputs">B, the number of classes.</param>
    /// <param name="random">Stream to draw from, which alone decides them.</param>
    public abstract float[] InitialParameters(int inputs, int outputs, ref CounterRandom random);
}
