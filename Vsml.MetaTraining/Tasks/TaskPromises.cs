using System.Globalization;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Tries what tasks and transforms of other assemblies promise: episodes that description, stream and length alone decide. A few small
/// draws that catch the usual slips.
/// </summary>
internal static class TaskPromises
{
    private const ulong Seed = 1;
    private const int Examples = 8;

    /// <summary>Tries a task, its transforms included.</summary>
    /// <param name="task">The task.</param>
    /// <param name="length">T, an episode length that it allows.</param>
    /// <exception cref="VsmlException">A promise is broken; the message names the types that may have done it.</exception>
    public static void Check(TaskDescription task, int length)
    {
        var foreign = ConfigurationWalk.Of(task).Parts.Select(use => use.Part).Where(Parts.IsForeign).Select(part => part.GetType().Name).Distinct().ToList();
        if (foreign.Count == 0) return;
        var (names, examples) = (Words.List(foreign), task.FixedLength ?? Math.Min(length, Examples));
        var (first, second) = (new EpisodeData(), new EpisodeData());
        Draw(first);
        // What an earlier episode left in the buffer must not show.
        second.Reshape(examples, task.InputSize, task.OutputSize);
        Array.Fill(second.Inputs, float.NaN);
        Array.Fill(second.Classes, -1);
        Draw(second);
        var inputs = Inputs(first);
        var classes = first.Classes.AsSpan(0, examples);
        if (!inputs.SequenceEqual(Inputs(second)) || !classes.SequenceEqual(second.Classes.AsSpan(0, examples)))
            throw new VsmlException($"{names}: two episodes drawn from the same stream differ; an episode must depend on the description, the stream and its length alone.");
        if (inputs.IndexOfNonFinite() is >= 0 and var at)
            throw new VsmlException(string.Create(CultureInfo.InvariantCulture, $"{names}: input {at % task.InputSize} of example {at / task.InputSize} is {inputs[at]}; inputs must be finite."));
        foreach (var c in classes)
            if (c < 0 || c >= task.OutputSize) throw new VsmlException(string.Create(CultureInfo.InvariantCulture, $"{names}: an example has class {c}, outside 0..{task.OutputSize - 1}."));

        void Draw(EpisodeData episode)
        {
            var random = new CounterRandom(Seed, RandomStream.Task, 0, 0);
            task.Sample(ref random, examples, episode);
            if ((episode.Length, episode.InputSize, episode.OutputSize) != (examples, task.InputSize, task.OutputSize))
                throw new VsmlException(string.Create(CultureInfo.InvariantCulture,
                    $"{names}: an episode has {episode.Length} examples of {episode.InputSize} inputs and {episode.OutputSize} classes, but the description says {examples}, {task.InputSize} and {task.OutputSize}."));
        }

        ReadOnlySpan<float> Inputs(EpisodeData episode) => episode.Inputs.AsSpan(0, examples * task.InputSize);
    }
}
