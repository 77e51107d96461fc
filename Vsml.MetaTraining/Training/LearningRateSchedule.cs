using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// The learning rate of every meta-iteration: given at the boundaries of the stages, falling or rising exponentially between
/// them, with a linear warm-up. Depends on iterations alone, never on time.
/// </summary>
public sealed record LearningRateSchedule
{
    /// <summary>Values at the start of the first stage and the end of every stage; a single one holds throughout.</summary>
    [JsonRequired, MinLength(1), Range(1e-12, 1e6)]
    public EquatableArray<double> Values { get; init; } = [0.01];

    /// <summary>Iterations over which the rate grows from nothing to its value. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int WarmUpIterations { get; init; }

    /// <summary>The rate of one iteration.</summary>
    /// <param name="iteration">The iteration, from 0.</param>
    /// <param name="stages">The run's stages.</param>
    public double At(int iteration, IReadOnlyList<TrainingStage> stages)
    {
        var rate = Values.Count == 1 ? Values[0] : Between(iteration, stages);
        return iteration < WarmUpIterations ? rate * (iteration + 1) / WarmUpIterations : rate;
    }

    private double Between(int iteration, IReadOnlyList<TrainingStage> stages)
    {
        var start = 0;
        for (var s = 0; s < stages.Count; start += stages[s++].Iterations)
        {
            var part = iteration - start;
            if (part >= stages[s].Iterations) continue;
            var (from, to) = (DeterministicMath.Log(Values[s]), DeterministicMath.Log(Values[s + 1]));
            return DeterministicMath.Exp(from + (to - from) * part / stages[s].Iterations);
        }
        return Values[^1];
    }
}
