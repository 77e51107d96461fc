namespace Vsml;

/// <summary>Turns outputs into a class.</summary>
public static class Prediction
{
    /// <summary>The class of the largest output, the first one of several. Outputs that are no numbers never win unless all are.</summary>
    /// <param name="logits">The outputs [B].</param>
    public static int Of(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var b = 1; b < logits.Length; b++)
            if (logits[b] > logits[best] || (float.IsNaN(logits[best]) && !float.IsNaN(logits[b]))) best = b;
        return best;
    }
}
