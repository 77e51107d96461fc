namespace Vsml.Evaluation;

/// <summary>Accuracy of one learner over a range of examples: one line of the published comparisons.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Variant">The variant that did best over this range; empty if there is only one.</param>
/// <param name="From">First example, from 1.</param>
/// <param name="To">Last example.</param>
/// <param name="Correct">Number of right predictions in each episode, each made before the label was seen.</param>
public sealed record MetaTestResult(string Learner, string Variant, int From, int To, EquatableArray<int> Correct)
{
    /// <summary>Number of episodes.</summary>
    public int Episodes => Correct.Count;

    /// <summary>Number of examples.</summary>
    public int Examples => To - From + 1;

    /// <summary>Mean over episodes of the share of right predictions.</summary>
    public double Accuracy => Correct.Sum(correct => (long)correct) / ((double)Episodes * Examples);

    /// <summary>Standard error of that mean; null for a single episode, which tells nothing of it.</summary>
    public double? StandardError => Statistics.StandardError([.. Correct.Select(correct => (double)correct / Examples)]);
}
