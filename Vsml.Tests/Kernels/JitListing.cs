using System.Diagnostics;
using System.Text.RegularExpressions;
using Vsml.Contracts;
using Vsml.Files;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Kernels;

/// <summary>What the JIT made of a kernel, as the runtime itself lists it.</summary>
/// <param name="Lines">The listing of one method.</param>
internal sealed partial record JitListing(IReadOnlyList<string> Lines)
{
    /// <summary>
    /// Compiles an architecture's kernels, those of the adjoint included, in a process that has no wider level than the one given,
    /// and lists methods.
    /// </summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="level">A level that this machine has.</param>
    /// <param name="methods">Names of methods.</param>
    /// <returns>A listing for each name.</returns>
    public static IReadOnlyDictionary<string, JitListing> Of(Architecture architecture, SimdLevel level, IReadOnlyList<string> methods)
    {
        using var folder = new TemporaryFolder();
        ArchitectureJson.Write(folder["network.json"], architecture);
        SafetensorsFile.Write(folder["episode.safetensors"], Episode(architecture));
        var listing = folder["listing.txt"];
        var start = new ProcessStartInfo(
            "dotnet",
            [ToolRun.Assembly, "trace", "--architecture", folder["network.json"], "--input", folder["episode.safetensors"], "--output", folder["trace.safetensors"], "--gradient"])
        {
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_JitDisasm"] = string.Join(' ', methods);
        start.Environment["DOTNET_JitStdOutFile"] = listing;
        if (level < SimdLevel.Avx512) start.Environment["DOTNET_EnableAVX512"] = "0";
        if (level < SimdLevel.Avx2) start.Environment["DOTNET_EnableAVX2"] = "0";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, error);
        var text = File.ReadAllLines(listing);
        return methods.ToDictionary(method => method, method => Parse(text, $".{level}Kernels:{method}("));
    }

    /// <summary>Lines of each innermost loop, from its label to the jump back, in the order of the code.</summary>
    public IReadOnlyList<IReadOnlyList<string>> InnerLoops
    {
        get
        {
            var labels = new Dictionary<string, int>();
            var loops = new List<(int First, int Last)>();
            for (var i = 0; i < Lines.Count; i++)
                if (Label().Match(Lines[i]) is { Success: true } label) labels[label.Groups[1].Value] = i;
                else if (Jump().Match(Lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out var first)) loops.Add((first, i));
            return [.. loops
                .Where(loop => !loops.Any(other => other != loop && other.First >= loop.First && other.Last <= loop.Last))
                .Select(loop => (IReadOnlyList<string>)[.. Lines.Skip(loop.First).Take(loop.Last - loop.First + 1)])];
        }
    }

    /// <summary>Whether a line reads or writes the stack, as code does whose values do not fit into registers.</summary>
    /// <param name="line">A line of this listing.</param>
    public bool UsesStack(string line) =>
        // Without a frame pointer, rbp is a register like any other.
        Lines.Any(header => header.Contains("; rsp based frame", StringComparison.Ordinal))
            ? line.Contains("[rsp", StringComparison.Ordinal)
            : StackOperand().IsMatch(line);

    /// <summary>Whether a line multiplies vectors of floats, fused with an addition or not.</summary>
    /// <param name="line">A line of a listing.</param>
    public static bool IsProduct(string line) => Product().IsMatch(line);

    private static JitListing Parse(string[] text, string method)
    {
        const string Header = "; Assembly listing for method ";
        var first = Array.FindIndex(text, line => line.StartsWith(Header, StringComparison.Ordinal) && line.Contains(method, StringComparison.Ordinal));
        first.ShouldBeGreaterThanOrEqualTo(0, $"the JIT listed no method {method}");
        return new([.. text[first..].TakeWhile((line, i) => i == 0 || !line.StartsWith(Header, StringComparison.Ordinal))]);
    }

    // One example is enough for the JIT.
    private static IEnumerable<Tensor> Episode(Architecture architecture)
    {
        foreach (var tensor in MetaParameters.Initial(architecture, seed: 1).ToTensors()) yield return tensor;
        yield return Tensor.Of("inputs", [1, 1, architecture.InputSize], new float[architecture.InputSize]);
        yield return Tensor.Of("labels", [1, 1, architecture.OutputSize], new float[architecture.OutputSize]);
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            int[] shape = [1, .. architecture.Layers[l].SubRnnShape, architecture.StateSize];
            yield return Tensor.Of($"cell/{l}", shape, new float[shape.Aggregate((a, b) => a * b)]);
        }
    }

    [GeneratedRegex(@"^(\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+(?:j\w+|b\.\w+|b|cbn?z)\s+(?:.*,\s*)?(?:SHORT )?(\w+_IG\w+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"\[(?:rsp|rbp|sp|fp)\b")]
    private static partial Regex StackOperand();

    [GeneratedRegex(@"^\s+(?:vfmadd\w*ps|v?mulps|fmul|fmla)\s")]
    private static partial Regex Product();
}
