using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>The window of one episode that a meta-iteration runs.</summary>
/// <param name="Request">The meta-iteration.</param>
/// <param name="Index">The episode, counted from the range's first.</param>
/// <param name="Began">Meta-iteration in which the episode began.</param>
/// <param name="Task">Index of its task.</param>
/// <param name="Part">Its data, and the window's examples.</param>
internal sealed record EpisodeWindow(GradientRequest Request, int Index, uint Began, int Task, EpisodePart Part)
{
    /// <summary>Draws the episode.</summary>
    /// <param name="request">The meta-iteration.</param>
    /// <param name="index">The episode, counted from the range's first.</param>
    /// <param name="data">Receives its data.</param>
    public static EpisodeWindow Of(GradientRequest request, int index, EpisodeData data)
    {
        var (began, from, begins) = request.State.At(index, request.Iteration);
        var source = request.Episodes;
        var task = source.Choose(request.Seed, began, request.StreamOf(index));
        var random = new CounterRandom(request.Seed, RandomStream.Task, began, request.StreamOf(index));
        source.Tasks[task].Task.Sample(ref random, source.Length, data);
        var to = Math.Min(source.Length, from + request.Length);
        return new EpisodeWindow(request, index, began, task, new EpisodePart(data, from, to, source.Loss == EpisodeLoss.Last ? source.Length - 1 : 0, begins));
    }

    /// <summary>What its initial cells are drawn from.</summary>
    public CounterRandom Cells => new(Request.Seed, RandomStream.Cells, Began, Request.StreamOf(Index));

    /// <summary>Examples by which it goes on. An episode ends with the window that reaches its end.</summary>
    public int Carried => Part.To == Request.Episodes.Length || Request.Stride == 0 ? Part.To - Part.From : Math.Min(Request.Stride, Part.To - Part.From);

    /// <summary>Whether examples are left for the next meta-iteration.</summary>
    public bool GoesOn => Part.From + Carried < Request.Episodes.Length;

    /// <summary>Examples that are done after it; 0 if the episode is over.</summary>
    public int Position => GoesOn ? Part.From + Carried : 0;

    /// <summary>What the learner had learned before.</summary>
    /// <param name="floats">Its number of floats.</param>
    /// <exception cref="VsmlException">It is another's.</exception>
    public float[] Learner(int floats)
    {
        var learner = Request.State.Learners[Index];
        return learner.Length == floats ? learner
            : throw new VsmlException($"The unroll state has {learner.Length} floats for episode {Request.StreamOf(Index)}, but its learner has {floats}; it belongs to other tasks.");
    }
}
