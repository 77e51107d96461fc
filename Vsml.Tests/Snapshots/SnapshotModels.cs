namespace Vsml.Tests.Snapshots;

/// <summary>One layer; everything at its default but the sizes.</summary>
[VsmlModel(StateSize = 4, MessageSize = 3)]
[DenseLayer(6, 3)]
public sealed partial class OneLayer;

/// <summary>One layer, whose kernels for ILGPU round.</summary>
[VsmlModel(StateSize = 4, MessageSize = 3, Arithmetic = Arithmetic.Bf16, StateStorage = StateStorage.Float16)]
[DenseLayer(6, 3)]
public sealed partial class OneLayerRounded;

/// <summary>Two layers, every option that a dense network has.</summary>
[VsmlModel(StateSize = 4, MessageSize = 3, LayerwiseParameters = true, LabelFeedback = true, MessageLayerNorm = true,
    PositionFeatures = true, LearnedInitialCell = true)]
[DenseLayer(6, 4, MicroTicks = 1)]
[DenseLayer(3)]
[TickSchedule(TicksPerExample = 2, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class TwoLayers;

/// <summary>A convolution in front of a dense layer.</summary>
[VsmlModel(StateSize = 4, MessageSize = 3)]
[Conv2dLayer(Height = 5, Width = 5, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2)]
[DenseLayer(3)]
[TickSchedule(BackwardSweep = BackwardSweep.Shared)]
internal sealed partial class Convolution;

/// <summary>One layer whose sizes are given when a learner is made.</summary>
[VsmlModel(StateSize = 4, MessageSize = 3)]
[DenseLayer]
#pragma warning disable VSML0302 // Kernels for ILGPU need numbers.
internal sealed partial class AnySize;
#pragma warning restore VSML0302
