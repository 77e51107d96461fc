using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What comes back of the episodes of a population.</summary>
public static class Outcomes
{
    /// <summary>Mean loss and right predictions of one episode over the examples that count; NaN, and no more, from a loss on that is not finite.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="memory">What the launch worked on.</param>
    /// <param name="classes">The class of each example [data, example].</param>
    /// <param name="firstCounted">The first example that counts [data].</param>
    /// <param name="losses">Receives the mean loss [episode].</param>
    /// <param name="correct">Receives the number of right predictions [episode].</param>
    public static void Sum(Index1D episode, EpisodeMemory memory, ArrayView<int> classes, ArrayView<int> firstCounted, ArrayView<float> losses, ArrayView<int> correct)
    {
        int data = episode / memory.EpisodesOfData, first = firstCounted[data];
        var (sum, right, finite) = (0.0, 0, true);
        for (var t = 0; t < memory.Count; t++)
        {
            var made = (long)episode.X * memory.Length + t;
            var loss = memory.Losses[made];
            finite = MemberNoise.IsFinite(loss);
            if (!finite) break;
            if (t < first) continue;
            sum += loss;
            if (Class(memory, made * memory.OutputSize) == classes[(long)data * memory.Length + t]) right++;
        }
        var counted = memory.Count - (first < memory.Count ? first : memory.Count);
        losses[episode] = !finite ? float.NaN : counted == 0 ? 0f : (float)(sum / counted);
        correct[episode] = right;
    }

    private static int Class(EpisodeMemory memory, long logits)
    {
        var best = 0;
        for (var b = 1; b < memory.OutputSize; b++)
            if (memory.Logits[logits + b] > memory.Logits[logits + best]) best = b;
        return best;
    }
}
