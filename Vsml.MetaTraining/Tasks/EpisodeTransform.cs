using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// A change made to every episode of a task: a plain value, compared by value. One marked <see cref="VsmlPartAttribute"/> can stand in
/// run configurations. It promises that what becomes of an episode depends on the description, the random stream and the episode alone.
/// </summary>
[PartFamily("transform")]
public abstract record EpisodeTransform
{
    /// <summary>The sizes that come out.</summary>
    /// <param name="inputSize">Floats of one input that go in.</param>
    /// <param name="outputSize">Classes that go in.</param>
    /// <exception cref="VsmlException">The change is impossible for these sizes.</exception>
    public virtual (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) => (inputSize, outputSize);

    /// <summary>The same change so that another number of inputs comes out.</summary>
    /// <param name="inputs">How many, 1 or more.</param>
    /// <returns>The change; null, the default, for one that does not decide the number.</returns>
    public virtual EpisodeTransform? WithInputs(int inputs) => null;

    /// <summary>Changes an episode.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="episode">The episode.</param>
    public abstract void Apply(ref CounterRandom random, EpisodeData episode);
}
