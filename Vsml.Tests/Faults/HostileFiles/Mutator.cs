using System.Text;

namespace Vsml.Tests.Faults.HostileFiles;

/// <summary>Damage to files, the same for the same seed: bytes changed, removed, doubled and moved, from this file and from others.</summary>
/// <param name="seed">Seed.</param>
internal sealed class Mutator(int seed)
{
    private static readonly string[] s_words = ["{}", "[]", "null", "true", "-1", "0", "1e999", "NaN", "2147483648", "-9223372036854775808", "18446744073709551615", "\"\"", "\\u0000", "\\ud800", ",", ":", "\"", "\n", ";"];
    private static readonly byte[][] s_numbers = [[0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0x80, 0, 0, 0], [0, 0, 0, 0x80], [0, 0, 0xc0, 0x7f], [0, 0, 0x80, 0xff]];
    private readonly Random _random = new(seed);

    /// <summary>A damaged file.</summary>
    /// <param name="corpus">Good files; not empty.</param>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        var bytes = corpus[_random.Next(corpus.Count)].ToList();
        for (var edits = _random.Next(1, 5); edits > 0; edits--) Edit(bytes, corpus[_random.Next(corpus.Count)]);
        return [.. bytes];
    }

    private void Edit(List<byte> bytes, byte[] other)
    {
        // Half of the damage hits the beginning, where headers stand.
        var at = _random.Next(1 + (_random.Next(2) == 0 ? Math.Min(bytes.Count, 64) : bytes.Count));
        var rest = bytes.Count - at;
        switch (_random.Next(8))
        {
            case 0 when rest > 0: bytes[at] = (byte)_random.Next(256); break;
            case 1 when rest > 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 2: bytes.RemoveRange(at, Math.Min(_random.Next(1, 40), rest)); break;
            case 3: bytes.RemoveRange(at, rest); break;
            case 4: bytes.InsertRange(at, Encoding.ASCII.GetBytes(s_words[_random.Next(s_words.Length)])); break;
            case 5: Overwrite(bytes, at, s_numbers[_random.Next(s_numbers.Length)]); break;
            case 6: bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, Math.Min(_random.Next(1, 60), rest))); break;
            case 7 when other.Length > 0:
                var from = _random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + _random.Next(1, 60))]);
                break;
        }
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] number)
    {
        for (var i = 0; i < number.Length && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }
}
