namespace Vsml.Baselines;

/// <summary>Arrays one after the other in one span.</summary>
internal static class FlatState
{
    /// <summary>Writes arrays.</summary>
    public static void Save(Span<float> state, params ReadOnlySpan<float[]> arrays)
    {
        foreach (var array in arrays)
        {
            array.CopyTo(state);
            state = state[array.Length..];
        }
    }

    /// <summary>Reads arrays.</summary>
    public static void Load(ReadOnlySpan<float> state, params ReadOnlySpan<float[]> arrays)
    {
        foreach (var array in arrays)
        {
            state[..array.Length].CopyTo(array);
            state = state[array.Length..];
        }
    }
}
