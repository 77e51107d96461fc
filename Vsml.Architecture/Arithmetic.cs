namespace Vsml;

/// <summary>How a device multiplies own states with recurrent weights, h W; sums, gates and messages are float32 always.</summary>
public enum Arithmetic
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>Factors rounded to 10 bits of mantissa, on tensor cores.</summary>
    Tf32,

    /// <summary>Factors rounded to 7 bits of mantissa, on tensor cores; twice as fast.</summary>
    Bf16,
}
