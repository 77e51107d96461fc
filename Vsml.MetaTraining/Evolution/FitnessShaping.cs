namespace Vsml.MetaTraining;

/// <summary>What losses become before ES weighs the noise with them.</summary>
public enum FitnessShaping
{
    /// <summary>They stay what they are: the estimate is that of the published form.</summary>
    None,

    /// <summary>Their ranks, scaled to -0.5 (smallest loss) ... 0.5; equal losses share their mean rank.</summary>
    CentredRanks,
}
