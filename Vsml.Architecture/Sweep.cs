namespace Vsml;

/// <summary>A sweep over the layers within one example (model.md, "The network tick").</summary>
public enum Sweep
{
    /// <summary>
    /// The example's first forward sweep, over layers 0..K-1. Before it the states of a batch are merged. Without a backward sweep it is
    /// the one that takes in error and label of the example before.
    /// </summary>
    First,

    /// <summary>A further forward sweep over the same input, with more than one tick per example. Error and label are zero in it.</summary>
    Further,

    /// <summary>The sweep over layers K-1..0 that takes in error and label of this same example, once its output is read.</summary>
    Backward,
}
