namespace Vsml.Generators.Emission;

/// <summary>A value of the LSTM cell that is kept for the reverse pass, in this order.</summary>
internal enum StoredValue
{
    /// <summary>sigmoid(i - 5).</summary>
    InputGate,

    /// <summary>tanh(g).</summary>
    Candidate,

    /// <summary>sigmoid(f + 5).</summary>
    ForgetGate,

    /// <summary>sigmoid(o).</summary>
    OutputGate,

    /// <summary>tanh of the new c.</summary>
    TanhCell,
}
