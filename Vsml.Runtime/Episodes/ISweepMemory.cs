using Vsml.Contracts;

namespace Vsml;

/// <summary>Where the sweeps of one example find and leave states and forward messages: in place, or along a tape.</summary>
internal interface ISweepMemory
{
    /// <summary>The state before a sweep.</summary>
    /// <param name="sweep">Index of the sweep within the example.</param>
    NetworkState Before(int sweep);

    /// <summary>The state after a sweep, which the next one finds before it; may be the state before.</summary>
    /// <param name="sweep">Index of the sweep within the example.</param>
    NetworkState After(int sweep);

    /// <summary>The forward messages of a forward sweep, which a backward sweep reads again.</summary>
    /// <param name="sweep">Index of the forward sweep within the example.</param>
    AlignedFloats[] Forward(int sweep);
}
