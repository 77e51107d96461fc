using Vsml.MetaTraining;

namespace Vsml.Baselines;

/// <summary>
/// An online learner whose flat parameter vector is meta-trained: what it learns in an episode is in its state, and how it learns is in
/// its parameters. Parameters, state, stream and examples alone decide what it does.
/// </summary>
public interface IParametricLearner : IOnlineLearner
{
    /// <summary>P, the number of parameters.</summary>
    int ParameterCount { get; }

    /// <summary>Takes parameters over; the state stays.</summary>
    /// <param name="parameters">The parameters [P].</param>
    /// <exception cref="VsmlException">Their number is wrong.</exception>
    void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>S, the floats of everything that it has learned in an episode.</summary>
    int StateSize { get; }

    /// <summary>Writes the state.</summary>
    /// <param name="state">Receives it [S].</param>
    void SaveState(Span<float> state);

    /// <summary>Goes on from a state that was written before.</summary>
    /// <param name="state">The state [S].</param>
    void LoadState(ReadOnlySpan<float> state);
}

/// <summary>One that also gives the gradient of its losses with respect to its parameters.</summary>
public interface IDifferentiableLearner : IParametricLearner
{
    /// <summary>Learns successive examples from its present state, and goes back through them.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="from">First example.</param>
    /// <param name="to">End, exclusive.</param>
    /// <param name="carried">Examples after which the state is taken that it is left with; from 1 to their number.</param>
    /// <param name="weights">What each example's loss counts [to - from].</param>
    /// <param name="losses">Receives each example's loss [to - from].</param>
    /// <param name="predicted">Receives each example's predicted class [to - from].</param>
    /// <param name="gradient">Receives the gradient of the weighted sum [P].</param>
    void Differentiate(EpisodeData episode, int from, int to, int carried, ReadOnlySpan<float> weights, Span<float> losses, Span<int> predicted, Span<float> gradient);
}
