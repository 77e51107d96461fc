using System.Text;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

/// <summary>Damaged files by the hundred: each either still makes sense or is refused in one line.</summary>
public sealed class MutationTests : IDisposable
{
    private const string Case = "dense-tiny";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("compiled", 1)]
    [InlineData("reference", 2)]
    public void Damaged_tensors(string backend, int seed)
    {
        var original = File.ReadAllBytes(TraceFiles.InputPath(Case));
        var random = new Random(seed);
        var headerLength = 8 + BitConverter.ToInt32(original);
        for (var i = 0; i < 250; i++)
        {
            // Half of the damage hits the header, where most that can go wrong stands.
            File.WriteAllBytes(_folder["in"], Mutate(original, random, random.Next(2) == 0 ? headerLength : original.Length));
            RunAndCheck(TraceFiles.ArchitecturePath(Case), _folder["in"], backend, $"seed {seed}, mutation {i}");
        }
    }

    [Fact]
    public void Damaged_architectures()
    {
        var original = File.ReadAllBytes(TraceFiles.ArchitecturePath(Case));
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            File.WriteAllBytes(_folder["a.json"], Mutate(original, random, original.Length));
            RunAndCheck(_folder["a.json"], TraceFiles.InputPath(Case), "reference", $"mutation {i}");
        }
    }

    private void RunAndCheck(string architecture, string input, string backend, string what)
    {
        File.Delete(_folder["out"]);
        var run = ToolRun.InProcess("trace", "--architecture", architecture, "--input", input, "--output", _folder["out"], "--backend", backend);
        if (run.Code == ExitCodes.Success) File.Exists(_folder["out"]).ShouldBeTrue(what);
        else
        {
            run.Code.ShouldBe(ExitCodes.BadInput, $"{what}: {run.Error}");
            run.ShouldBeRefused();
            File.Exists(_folder["out"]).ShouldBeFalse(what);
        }
    }

    private static byte[] Mutate(byte[] original, Random random, int length)
    {
        var bytes = original.ToList();
        for (var edits = random.Next(1, 4); edits > 0 && length > 1; edits--)
        {
            var at = random.Next(Math.Min(length, bytes.Count));
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, Encoding.ASCII.GetBytes(random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture))); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                case 5: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
                default: bytes[at] = (byte)"0123456789[]{},:\""[random.Next(17)]; break;
            }
            if (bytes.Count == 0) return [];
        }
        return [.. bytes];
    }
}
