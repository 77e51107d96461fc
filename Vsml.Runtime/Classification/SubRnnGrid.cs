namespace Vsml;

/// <summary>States of the sub-RNNs of a dense layer that grows, in canonical order [a, b, N].</summary>
internal sealed class SubRnnGrid(int stateSize)
{
    /// <summary>A.</summary>
    public int Rows { get; private set; }

    /// <summary>B.</summary>
    public int Columns { get; private set; }

    /// <summary>c; more than is used.</summary>
    public float[] Cell { get; private set; } = [];

    /// <summary>h; more than is used.</summary>
    public float[] Hidden { get; private set; } = [];

    /// <summary>Floats of h, or of c.</summary>
    public int Length => Rows * Columns * stateSize;

    /// <summary>Index of entry 0 of a sub-RNN.</summary>
    public int IndexOf(int a, int b) => (a * Columns + b) * stateSize;

    /// <summary>Other sizes: what is in both stays, new sub-RNNs are zero. New rows are rarely moved to other memory; new columns always are.</summary>
    public void Resize(int rows, int columns)
    {
        Cell = Resized(Cell, rows, columns);
        Hidden = Resized(Hidden, rows, columns);
        (Rows, Columns) = (rows, columns);
    }

    /// <summary>A column after the last, with the states of the last.</summary>
    public void RepeatLastColumn()
    {
        Resize(Rows, Columns + 1);
        foreach (var states in (float[][])[Cell, Hidden])
            for (var a = 0; a < Rows; a++) states.AsSpan(IndexOf(a, Columns - 2), stateSize).CopyTo(states.AsSpan(IndexOf(a, Columns - 1)));
    }

    /// <summary>Takes a column out.</summary>
    public void RemoveColumn(int column)
    {
        foreach (var states in (float[][])[Cell, Hidden])
        {
            var to = 0;
            for (var a = 0; a < Rows; a++)
                for (var b = 0; b < Columns; b++)
                {
                    if (b == column) continue;
                    states.AsSpan(IndexOf(a, b), stateSize).CopyTo(states.AsSpan(to));
                    to += stateSize;
                }
            states.AsSpan(to).Clear();
        }
        Columns--;
    }

    /// <summary>An independent copy.</summary>
    public SubRnnGrid Copy()
    {
        var copy = (SubRnnGrid)MemberwiseClone();
        copy.Cell = [.. Cell];
        copy.Hidden = [.. Hidden];
        return copy;
    }

    private float[] Resized(float[] states, int rows, int columns)
    {
        var length = checked(rows * columns * stateSize);
        if (columns == Columns)
        {
            if (length > states.Length) Array.Resize(ref states, (int)Math.Min(Array.MaxLength, Math.Max(length, 2L * states.Length)));
            return states;
        }
        var resized = new float[length];
        for (var a = 0; a < Math.Min(Rows, rows); a++)
            states.AsSpan(IndexOf(a, 0), Math.Min(Columns, columns) * stateSize).CopyTo(resized.AsSpan(a * columns * stateSize));
        return resized;
    }
}
