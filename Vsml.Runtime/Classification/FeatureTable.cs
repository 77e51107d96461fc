using System.Text;

namespace Vsml;

/// <summary>
/// The features of a classifier, by position or by name, and the example at hand: which of them have a value. Reading an example checks
/// all of it and changes nothing that was learned; new names wait until they are accepted.
/// </summary>
internal sealed class FeatureTable
{
    private readonly Dictionary<string, int> _indices = [];
    private readonly List<string> _names = [];
    private readonly List<KeyValuePair<string, float>> _new = [];
    private readonly HashSet<string> _newNames = [];
    private float[] _raw = [];
    private bool[] _present = [];

    /// <summary>Number of features.</summary>
    public int Count { get; private set; }

    /// <summary>The names in order, or null where features go by position.</summary>
    public IReadOnlyList<string>? Names => _names.Count > 0 ? _names : null;

    /// <summary>New features of the example that was read last.</summary>
    public int NewCount { get; private set; }

    /// <summary>Whether a feature has a value in the example.</summary>
    public bool IsPresent(int feature) => _present[feature];

    /// <summary>The value of a feature in the example.</summary>
    public float Value(int feature) => _raw[feature];

    /// <summary>Reads an example without missing values.</summary>
    public void Read(ReadOnlySpan<float> values)
    {
        CheckPositions(values.Length);
        for (var i = 0; i < values.Length; i++) CheckFinite(values[i], i);
        Reserve(values.Length);
        values.CopyTo(_raw);
        _present.AsSpan(0, values.Length).Fill(true);
    }

    /// <summary>Reads an example in which null is a missing value.</summary>
    public void Read(ReadOnlySpan<float?> values)
    {
        CheckPositions(values.Length);
        for (var i = 0; i < values.Length; i++)
            if (values[i] is { } value) CheckFinite(value, i);
        Reserve(values.Length);
        for (var i = 0; i < values.Length; i++) (_raw[i], _present[i]) = (values[i] ?? 0f, values[i] is not null);
    }

    /// <summary>Reads an example by names; what is not named is missing.</summary>
    public void Read(IEnumerable<KeyValuePair<string, float>> values)
    {
        if (Count > 0 && Names is null)
            throw new ArgumentException($"This classifier takes {Count} features by position, not by name; its first example decided that.", nameof(values));
        _new.Clear();
        _newNames.Clear();
        _present.AsSpan(0, Count).Clear();
        // Through the interface a dictionary's enumerator would be allocated.
        if (values is Dictionary<string, float> dictionary)
            foreach (var pair in dictionary) Take(pair);
        else
            foreach (var pair in values) Take(pair);
        NewCount = _new.Count;
    }

    /// <summary>Takes the new features of the example in; they come after the others.</summary>
    /// <param name="keys">Receives a number for each that depends on its name, or on its position alone.</param>
    public void AcceptNew(Span<uint> keys)
    {
        for (var i = 0; i < NewCount; i++) keys[i] = _new.Count > 0 ? KeyOf(_new[i].Key) : (uint)(Count + i);
        Reserve(Count + NewCount);
        foreach (var (name, value) in _new)
        {
            _indices.Add(name, Count);
            _names.Add(name);
            (_raw[Count], _present[Count]) = (value, true);
            Count++;
        }
        if (_new.Count == 0) Count += NewCount;
        _new.Clear();
        NewCount = 0;
    }

    /// <summary>The example, to be read again later.</summary>
    public (float?[]? Positions, KeyValuePair<string, float>[]? Names) Remember()
    {
        var size = Count > 0 ? Count : NewCount - _new.Count;
        var present = Enumerable.Range(0, size).Where(i => _present[i]);
        return Names is null && _new.Count == 0
            ? ([.. Enumerable.Range(0, size).Select(i => _present[i] ? _raw[i] : (float?)null)], null)
            : (null, [.. present.Select(i => KeyValuePair.Create(_names[i], _raw[i])), .. _new]);
    }

    /// <summary>An independent copy.</summary>
    public FeatureTable Copy() => Of(Count, Names);

    /// <summary>A table of known features.</summary>
    /// <param name="count">Their number.</param>
    /// <param name="names">Their names, all different, or null.</param>
    public static FeatureTable Of(int count, IReadOnlyList<string>? names)
    {
        var table = new FeatureTable { Count = count };
        foreach (var name in names ?? [])
        {
            table._indices.Add(name, table._names.Count);
            table._names.Add(name);
        }
        table.Reserve(count);
        return table;
    }

    private void CheckPositions(int length)
    {
        if (Names is not null) throw new ArgumentException($"This classifier takes its {Count} features by name, not by position; its first example decided that.", "features");
        if (length == 0) throw new ArgumentException("The example has no features.", "features");
        if (Count > 0 && length != Count) throw new ArgumentException($"The example has {length} features, but the first one had {Count}. Say null for a missing value, or give features by name.", "features");
        _new.Clear();
        NewCount = Count > 0 ? 0 : length;
    }

    private static void CheckFinite(float value, int index)
    {
        if (!float.IsFinite(value)) throw new ArgumentException($"Feature {index} is {value}; every value must be finite. Say null for a missing value.", "features");
    }

    private void Take(KeyValuePair<string, float> pair)
    {
        if (pair.Key is null) throw new ArgumentException("A feature has no name.", "features");
        if (!float.IsFinite(pair.Value)) throw new ArgumentException($"Feature '{pair.Key}' is {pair.Value}; every value must be finite. Leave a missing value out.", "features");
        if (_indices.TryGetValue(pair.Key, out var index))
        {
            if (_present[index]) throw Twice(pair.Key);
            (_raw[index], _present[index]) = (pair.Value, true);
        }
        else
        {
            if (!_newNames.Add(pair.Key)) throw Twice(pair.Key);
            _new.Add(pair);
        }
    }

    private static ArgumentException Twice(string name) => new($"Feature '{name}' is given twice in one example.", "features");

    private void Reserve(int count)
    {
        if (count <= _raw.Length) return;
        Array.Resize(ref _raw, Math.Max(count, 2 * _raw.Length));
        Array.Resize(ref _present, _raw.Length);
    }

    // FNV-1a: the same in every process.
    private static uint KeyOf(string name)
    {
        var hash = 2166136261u;
        foreach (var unit in Encoding.UTF8.GetBytes(name)) hash = (hash ^ unit) * 16777619u;
        return hash;
    }
}
