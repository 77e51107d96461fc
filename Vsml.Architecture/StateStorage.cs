namespace Vsml;

/// <summary>How a device stores the h of sub-RNNs between turns; their c, in which they learn, is float32 always.</summary>
public enum StateStorage
{
    /// <summary>As float32.</summary>
    Float32,

    /// <summary>As float16, which saves a quarter of what a turn reads and writes.</summary>
    Float16,
}
