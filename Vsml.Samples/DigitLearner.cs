namespace Vsml.Samples;

/// <summary>One learning algorithm for all sizes of images: its sizes are free, so that one theta and one class run them all.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class DigitLearner;
