namespace Vsml.Samples;

/// <summary>
/// One learning algorithm in several sizes: networks that differ in inputs and classes alone, so that one theta runs them all.
/// </summary>
public static class DigitLearners
{
    /// <summary>Gives the declared network of an architecture.</summary>
    public static Func<Architecture, VsmlModel> Models { get; } = ModelSource.DeclaredIn(typeof(DigitLearners).Assembly);
}

/// <summary>Meta-training, first stage: 16 inputs, 5 classes.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(16, 5)]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class FirstStageLearner;

/// <summary>Meta-training, second stage: 10 classes.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(16, 10)]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class SecondStageLearner;

/// <summary>Meta-training, third stage: 32 inputs, or 64 as in the meta-test of small images.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(32, 10)]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class ThirdStageLearner;

/// <summary>Choice of the best theta during meta-training: images of 12x12.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(144, 10)]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class ValidationLearner;

/// <summary>Images of 8x8: meta-test, and meta-training at last.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(64, 10)]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class SmallImageLearner;

/// <summary>Meta-test: images of 28x28.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(784, 10)]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
public sealed partial class ImageLearner;
