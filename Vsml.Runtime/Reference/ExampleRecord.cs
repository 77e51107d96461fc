namespace Vsml.Reference;

/// <summary>One turn of a layer, as the reverse pass needs it.</summary>
/// <param name="Layer">The layer's index.</param>
/// <param name="Place">Where its meta-parameters are.</param>
/// <param name="States">h and c before each of its micro ticks.</param>
/// <param name="Forward">Its incoming forward messages.</param>
/// <param name="Backward">Its incoming backward messages.</param>
internal sealed record TurnRecord(int Layer, SubRnnParameters Place, LayerStates[] States, double[] Forward, double[] Backward);

/// <summary>One example, as the reverse pass needs it.</summary>
internal sealed class ExampleRecord
{
    /// <summary>The turns of each forward sweep, in their order.</summary>
    public List<List<TurnRecord>> ForwardSweeps { get; } = [];

    /// <summary>The turns of the backward sweep, in their order; empty without one.</summary>
    public List<TurnRecord> BackwardSweep { get; } = [];

    /// <summary>The bounded outputs, [batch, B].</summary>
    public double[] Logits { get; set; } = [];

    /// <summary>The labels, [batch, B].</summary>
    public double[] Labels { get; set; } = [];
}
