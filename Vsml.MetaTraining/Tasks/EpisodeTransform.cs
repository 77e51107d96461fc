using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>A change made to every episode of a task: a plain value, compared by value.</summary>
public abstract record EpisodeTransform
{
    /// <summary>The sizes that come out.</summary>
    /// <param name="inputSize">Floats of one input that go in.</param>
    /// <param name="outputSize">Classes that go in.</param>
    /// <exception cref="VsmlException">The change is impossible for these sizes.</exception>
    public virtual (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) => (inputSize, outputSize);

    /// <summary>Changes an episode.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="episode">The episode.</param>
    public abstract void Apply(ref CounterRandom random, EpisodeData episode);
}
