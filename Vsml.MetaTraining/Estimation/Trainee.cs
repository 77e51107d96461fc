namespace Vsml.MetaTraining;

/// <summary>What estimators see of what is meta-trained, at the sizes of one task: a VSML network, or another learner with a flat parameter vector.</summary>
public abstract record Trainee
{
    /// <summary>A, the floats of one input.</summary>
    public abstract int InputSize { get; }

    /// <summary>B, the number of classes.</summary>
    public abstract int OutputSize { get; }

    /// <summary>Number of meta-parameters.</summary>
    public abstract int ParameterCount { get; }

    /// <summary>The compiled network.</summary>
    /// <exception cref="VsmlException">It is another learner.</exception>
    public abstract VsmlModel Model { get; }

    /// <summary>What it is in words, for messages.</summary>
    internal abstract string Words { get; }

    /// <summary>Memory for episodes that run forward, one thread's.</summary>
    /// <param name="theta">The flat meta-parameters.</param>
    internal abstract IEpisodeLearner Forward(ReadOnlySpan<float> theta);

    /// <summary>What a thread's episodes keep for their gradients.</summary>
    /// <param name="longest">Examples of the longest window.</param>
    /// <param name="bytes">Memory for all threads.</param>
    /// <param name="threads">Number of threads.</param>
    /// <exception cref="VsmlException">It is too little, or there is no gradient.</exception>
    internal abstract TapeMemory PlanTape(int longest, long bytes, int threads);

    /// <summary>Memory for episodes that run forward and backward, one thread's.</summary>
    /// <param name="theta">The flat meta-parameters.</param>
    /// <param name="tape">What it keeps.</param>
    internal abstract IDifferentiatedLearner Reverse(ReadOnlySpan<float> theta, TapeMemory tape);

    /// <summary>Checks that theta and a task are its own.</summary>
    internal void Check(int parameters, TaskDescription task)
    {
        if (InputSize != task.InputSize || OutputSize != task.OutputSize)
            throw new VsmlException($"{Words} has {InputSize} inputs and {OutputSize} outputs, but the task has {task.InputSize} and {task.OutputSize}.");
        if (ParameterCount != parameters)
            throw new VsmlException($"theta has {parameters} values, but {Words} of {InputSize} inputs and {OutputSize} outputs has {ParameterCount} meta-parameters.");
    }
}

/// <summary>A learner's memory for episodes that run forward, used by one after the other.</summary>
internal interface IEpisodeLearner
{
    /// <summary>Floats of everything that a learner has learned.</summary>
    int StateFloats { get; }

    /// <summary>Draws what an episode starts from.</summary>
    void Begin(Numerics.CounterRandom cells);

    /// <summary>Goes back to the episode's beginning.</summary>
    void Restart();

    /// <summary>Goes on from a saved state.</summary>
    void Load(ReadOnlySpan<float> saved);

    /// <summary>Saves the state.</summary>
    void Save(Span<float> saved);

    /// <summary>Runs part of an episode.</summary>
    /// <param name="theta">Flat meta-parameters of the member.</param>
    /// <param name="part">The part.</param>
    /// <param name="correct">Grows by the right predictions among the examples that count.</param>
    /// <returns>The mean loss over the examples that count; NaN as soon as any loss is not finite.</returns>
    float Run(ReadOnlySpan<float> theta, EpisodePart part, ref int correct);
}

/// <summary>A learner's memory for episodes that run forward and backward, used by one after the other.</summary>
internal interface IDifferentiatedLearner
{
    /// <summary>Floats of everything that a learner has learned.</summary>
    int StateFloats { get; }

    /// <summary>Begins an episode.</summary>
    void Begin(ReadOnlySpan<float> theta, Numerics.CounterRandom cells);

    /// <summary>Goes on from a saved state.</summary>
    void Load(ReadOnlySpan<float> theta, ReadOnlySpan<float> saved);

    /// <summary>Saves the state after the examples that were carried.</summary>
    void Save(Span<float> saved);

    /// <summary>Runs part of an episode forward and backward.</summary>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="part">The part.</param>
    /// <param name="nominal">What the sum of losses is divided by.</param>
    /// <param name="carried">Examples after which the state is handed on.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <returns>Sum of the losses that count.</returns>
    double Run(ReadOnlySpan<float> theta, EpisodePart part, int nominal, int carried, Span<float> gradient);

    /// <summary>Right predictions of the last run among the examples that count.</summary>
    int Correct(EpisodePart part);
}
