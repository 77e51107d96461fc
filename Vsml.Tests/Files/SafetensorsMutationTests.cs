using System.Text;
using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Files;

/// <summary>Damaged files, by the hundred: each is read or refused with a clear line, and nothing else happens.</summary>
public sealed class SafetensorsMutationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TruncatedFilesAreRefused()
    {
        var whole = Sample(out _);
        for (var length = 0; length < whole.Length; length++)
        {
            var error = ReadOrRefuse(whole.AsSpan(0, length).ToArray());
            error.ShouldNotBeNull($"cut to {length} bytes");
        }
    }

    [Fact]
    public void MutatedFilesAreReadOrRefused()
    {
        var random = new Random(20260101);
        var whole = Sample(out var headerLength);
        var refused = 0;
        for (var round = 0; round < 1500; round++)
        {
            var bytes = (byte[])whole.Clone();
            var changes = random.Next(1, 4);
            for (var change = 0; change < changes; change++)
            {
                // Mostly in the header, where it matters.
                var position = random.Next(8) == 0 ? random.Next(whole.Length) : random.Next(8 + headerLength);
                bytes[position] = random.Next(3) switch
                {
                    0 => (byte)random.Next(256),
                    1 => (byte)(bytes[position] ^ (1 << random.Next(8))),
                    _ => (byte)"0123456789{}[]\",:-e\\"[random.Next(20)],
                };
            }
            if (ReadOrRefuse(bytes) is not null) refused++;
        }
        refused.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void HeadersWithPartsSwappedRepeatedOrLeftOutAreReadOrRefused()
    {
        var random = new Random(7);
        var whole = Sample(out var headerLength);
        var header = Encoding.UTF8.GetString(whole, 8, headerLength).TrimEnd();
        for (var round = 0; round < 500; round++)
        {
            var start = random.Next(header.Length);
            var length = random.Next(1, header.Length - start + 1);
            var target = random.Next(header.Length);
            var mutated = random.Next(3) switch
            {
                0 => header.Remove(start, length),
                1 => header.Insert(target, header.Substring(start, length)),
                _ => header.Replace(header.Substring(start, Math.Min(length, 3)), random.Next(2) == 0 ? "9999999999" : "\"\"", StringComparison.Ordinal),
            };
            var text = Encoding.UTF8.GetBytes(mutated);
            ReadOrRefuse([.. BitConverter.GetBytes((ulong)text.Length), .. text, .. whole.AsSpan(8 + headerLength)]);
        }
    }

    private byte[] Sample(out int headerLength)
    {
        SafetensorsFile.Write(_folder["whole"],
        [
            Tensor.Of("theta/shared/lstm/w", [3, 4], new float[12]), Tensor.Of("cell/0", [1, 2, 1], new double[2]),
            Tensor.Of("step", [1], new long[1]), Tensor.Of("flags", [5], new byte[5]),
        ], new Dictionary<string, string> { ["case"] = "sample" });
        var bytes = File.ReadAllBytes(_folder["whole"]);
        headerLength = (int)BitConverter.ToUInt64(bytes);
        return bytes;
    }

    private string? ReadOrRefuse(byte[] bytes)
    {
        File.WriteAllBytes(_folder["mutated"], bytes);
        try
        {
            var file = SafetensorsFile.Read(_folder["mutated"]);
            foreach (var tensor in file.Tensors) tensor.Count.ShouldBeLessThanOrEqualTo(bytes.Length);
            return null;
        }
        catch (VsmlException refusal)
        {
            refusal.Message.ShouldContain(_folder["mutated"]);
            refusal.Message.ShouldNotContain("\n");
            return refusal.Message;
        }
    }
}
