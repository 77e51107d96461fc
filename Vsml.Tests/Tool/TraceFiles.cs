using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Tool;

/// <summary>Golden cases as arguments of <c>vsml trace</c>, and its output against their expectations.</summary>
internal static class TraceFiles
{
    /// <summary>The arguments for a case.</summary>
    public static string[] Arguments(string name, string output, params string[] options) =>
        ["trace", "--architecture", ArchitecturePath(name), "--input", InputPath(name), "--output", output, .. options];

    /// <summary>A case's architecture.</summary>
    public static string ArchitecturePath(string name) => Path.Combine(GoldenFiles.Folder, name + ".json");

    /// <summary>A case's tensors.</summary>
    public static string InputPath(string name) => Path.Combine(GoldenFiles.Folder, name + ".safetensors");

    /// <summary>Expects all tensors of a case, each of the right shape and type and within the golden tolerance.</summary>
    public static void ShouldHold(string name, string output, TensorType type, bool gradient)
    {
        var golden = GoldenFiles.Load(name);
        var expected = SafetensorsFile.Read(InputPath(name)).Tensors.Where(tensor => tensor.Name.StartsWith("expect/", StringComparison.Ordinal));
        var actual = SafetensorsFile.Read(output);
        foreach (var tensor in expected)
        {
            var plain = tensor.Name["expect/".Length..];
            var isGradient = plain.StartsWith("grad/", StringComparison.Ordinal);
            if (isGradient && !gradient) continue;
            var found = actual.Get(plain);
            found.Type.ShouldBe(type, plain);
            found.Shape.ShouldBe(tensor.Shape, plain);
            var (values, wanted, single) = (found.ToDoubles(), tensor.ToDoubles(), type == TensorType.F32);
            var tolerance = isGradient
                ? golden.GradientTolerance(single)
                : golden.ForwardTolerance(wanted, single, plain.StartsWith("cell/", StringComparison.Ordinal) || plain.StartsWith("hidden/", StringComparison.Ordinal));
            for (var i = 0; i < wanted.Length; i++)
                if (!(Math.Abs(values[i] - wanted[i]) <= tolerance))
                    Assert.Fail($"{name}: {plain}[{i}] is {values[i]} instead of {wanted[i]}; tolerance {tolerance:g3}.");
        }
        if (!gradient) actual.Tensors.ShouldAllBe(tensor => !tensor.Name.StartsWith("grad/"));
        else
            foreach (var (l, cells) in golden.Architecture.Layers.Select((_, l) => (l, actual.Get($"cell/{l}"))))
                actual.Get($"grad/cell/{l}").Shape.ShouldBe(cells.Shape);
    }
}
