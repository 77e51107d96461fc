using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// What episodes are drawn from, as a plain value: compared by value, written as JSON (<see cref="TaskJson"/>), the same on every
/// machine. One marked <see cref="VsmlPartAttribute"/> can stand in run configurations and be named on the command line. It promises
/// that an episode depends on the description, the random stream and the length alone, and may be drawn on any thread.
/// </summary>
[PartFamily("task type", Shape = typeof(TaskShape))]
public abstract record TaskDescription
{
    /// <summary>A, the floats of one input.</summary>
    /// <exception cref="VsmlException">The description does not fit together or names data that are not there.</exception>
    public abstract int InputSize { get; }

    /// <summary>B, the number of classes.</summary>
    /// <exception cref="VsmlException">As for <see cref="InputSize"/>.</exception>
    public abstract int OutputSize { get; }

    /// <summary>The longest episode that can be drawn.</summary>
    /// <exception cref="VsmlException">As for <see cref="InputSize"/>.</exception>
    public virtual int MaxLength => int.MaxValue;

    /// <summary>The only length that an episode can have; null if there is a choice.</summary>
    public virtual int? FixedLength => null;

    /// <summary>Which examples the loss of an episode counts.</summary>
    public virtual EpisodeLoss Loss => EpisodeLoss.Mean;

    /// <summary>The data sets whose images episodes show.</summary>
    internal virtual IEnumerable<ImageDataset> Datasets => [];

    /// <summary>Draws an episode into a new buffer.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="length">T, the number of examples.</param>
    /// <exception cref="VsmlException">The length is impossible, or the description is wrong.</exception>
    public EpisodeData Sample(ref CounterRandom random, int length)
    {
        var episode = new EpisodeData();
        Sample(ref random, length, episode);
        return episode;
    }

    /// <summary>Draws an episode into a buffer, which holds on to its memory for the next one.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="length">T, the number of examples.</param>
    /// <param name="episode">Gets the examples. One buffer serves one thread at a time.</param>
    /// <exception cref="VsmlException">The length is impossible, or the description is wrong.</exception>
    public abstract void Sample(ref CounterRandom random, int length, EpisodeData episode);

    /// <summary>The same task with other sizes, as a stage of a run asks for; the default keeps its own.</summary>
    /// <param name="inputs">A, the floats of one input; 0 for the task's own.</param>
    /// <param name="classes">B, the number of classes; 0 for the task's own.</param>
    /// <returns>The task with as many of these sizes as it can take. Whoever asks looks at what came of it.</returns>
    public virtual TaskDescription Resize(int inputs, int classes) => this;

    /// <summary>Checks the whole description, data included, against an episode length.</summary>
    /// <param name="length">T, the number of examples.</param>
    /// <exception cref="VsmlException">Something is wrong; the message says what.</exception>
    public void Validate(int length)
    {
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(this).Problems);
        _ = (InputSize, OutputSize);
        if (FixedLength is { } only && length != only)
            throw new VsmlException($"episodes of this task have {only} examples, not {length}");
        if (length < 1 || length > MaxLength)
            throw new VsmlException($"an episode of {length} examples is outside 1..{MaxLength}, what the task's data allow without repeating an example");
    }
}

/// <summary>Which examples the loss of an episode counts.</summary>
public enum EpisodeLoss
{
    /// <summary>The mean over all examples.</summary>
    Mean,

    /// <summary>The last example alone, as in few-shot learning.</summary>
    Last,
}
