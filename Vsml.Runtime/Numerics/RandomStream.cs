namespace Vsml.Numerics;

/// <summary>What a stream of random numbers is for. Streams of one seed never share a Philox block.</summary>
public enum RandomStream : uint
{
    /// <summary>Perturbations of theta.</summary>
    Noise = 0,

    /// <summary>Tasks: which examples, labels, projections.</summary>
    Task = 1,

    /// <summary>Initial cells of the sub-RNNs.</summary>
    Cells = 2,

    /// <summary>Initial meta-parameters.</summary>
    Theta = 3,

    /// <summary>Meta-tests and other evaluation.</summary>
    Evaluation = 4,

    /// <summary>Truncation schedules and other choices of the meta-optimisation.</summary>
    Schedule = 5,
}
