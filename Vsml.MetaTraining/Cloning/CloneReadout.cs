namespace Vsml.MetaTraining;

/// <summary>Which cell entries hold what plain backpropagation calls weight and bias: those of <see cref="BackpropagationTheta"/>.</summary>
internal static class CloneReadout
{
    /// <summary>The weight's.</summary>
    public const int WeightEntry = BackpropagationTheta.WeightEntry;

    /// <summary>The bias'.</summary>
    public const int BiasEntry = BackpropagationTheta.BiasEntry;
}
