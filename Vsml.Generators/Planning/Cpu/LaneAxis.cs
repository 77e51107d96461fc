namespace Vsml.Generators.Planning;

/// <summary>The axis whose neighbours share a vector; printed as Vsml.Contracts.LaneAxis.</summary>
public enum LaneAxis
{
    /// <summary>Neighbouring inputs of a dense layer.</summary>
    Inputs,

    /// <summary>Neighbouring outputs of a dense layer.</summary>
    Outputs,

    /// <summary>Neighbouring state entries of one sub-RNN of a convolution.</summary>
    Entries,
}
