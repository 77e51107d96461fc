namespace Vsml.Data;

/// <summary>Numbers whose count is not known before the last has come. Grows by pieces, so that nothing is copied until the end.</summary>
internal sealed class FloatChunks
{
    private const int FirstChunk = 1 << 12;
    private const int LargestChunk = 1 << 20;

    private readonly List<float[]> _full = [];
    private float[] _last = new float[FirstChunk];
    private int _filled;

    /// <summary>Adds a number.</summary>
    /// <param name="value">The number.</param>
    public void Add(float value)
    {
        if (_filled == _last.Length)
        {
            _full.Add(_last);
            _last = new float[Math.Min(2 * _last.Length, LargestChunk)];
            _filled = 0;
        }
        _last[_filled++] = value;
    }

    /// <summary>All numbers but the first ones in one array. Gives the pieces up, so that their memory can be had again.</summary>
    /// <param name="skipped">How many are left out at the beginning.</param>
    public float[] TakeAll(int skipped)
    {
        _full.Add(_last[.._filled]);
        var all = new float[_full.Sum(chunk => chunk.Length) - skipped];
        var at = 0;
        for (var i = 0; i < _full.Count; i++)
        {
            var part = _full[i].AsSpan(Math.Min(skipped, _full[i].Length));
            skipped -= _full[i].Length - part.Length;
            part.CopyTo(all.AsSpan(at));
            at += part.Length;
            _full[i] = [];
        }
        (_last, _filled) = ([], 0);
        _full.Clear();
        return all;
    }
}
