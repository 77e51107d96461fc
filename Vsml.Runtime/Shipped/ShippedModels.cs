namespace Vsml;

/// <summary>
/// Networks that are compiled into the runtime, of the options that shipped meta-parameters have. Their sizes are free: with them no
/// program needs a compiler, whatever its data.
/// </summary>
public static class ShippedModels
{
    /// <summary>One layer: N 16, M 8, label feedback, one micro tick, and a backward sweep with meta-parameters of its own.</summary>
    public static FreeSizeModel Online => OnlineNetwork.Model;

    /// <summary>Two layers, each with meta-parameters of its own: N 18, M 8, and messages between hidden layers divided by the root of their number.</summary>
    public static FreeSizeModel Deep => DeepNetwork.Model;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FreeSizeModel> All { get; } = [Online, Deep, TwoMicroTickNetwork.Model, SmallNetwork.Model];

    /// <summary>The compiled network of an architecture.</summary>
    /// <param name="architecture">An architecture of given sizes.</param>
    /// <returns>The network, or null if none of its options is shipped.</returns>
    public static VsmlModel? Find(Architecture architecture) => All.FirstOrDefault(model => model.Covers(architecture))?.For(architecture);
}

/// <summary>See <see cref="ShippedModels.Online"/>.</summary>
[VsmlModel(StateSize = 16, MessageSize = 8, LabelFeedback = true)]
[DenseLayer]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class OnlineNetwork;

/// <summary>See <see cref="ShippedModels.Deep"/>.</summary>
[VsmlModel(StateSize = 18, MessageSize = 8, LabelFeedback = true, LayerwiseParameters = true, MessageScale = MessageScale.Root)]
[DenseLayer]
[DenseLayer]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class DeepNetwork;

/// <summary>As <see cref="ShippedModels.Online"/>, with two micro ticks.</summary>
[VsmlModel(StateSize = 16, MessageSize = 8, LabelFeedback = true)]
[DenseLayer]
[TickSchedule(MicroTicks = 2, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class TwoMicroTickNetwork;

/// <summary>As <see cref="ShippedModels.Online"/>, with N 8: quick to meta-train.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class SmallNetwork;
