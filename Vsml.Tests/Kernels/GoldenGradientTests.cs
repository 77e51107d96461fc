using Vsml.Contracts;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Kernels;

/// <summary>Emitted adjoint kernels against the gradients of the published implementation.</summary>
public class GoldenGradientTests
{
    public static TheoryData<string, SimdLevel> Cases => GoldenTraceTests.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_adjoints_reproduce_the_gradient(string name, SimdLevel level)
    {
        var golden = GoldenFiles.Load(name);
        var (theta, _) = EpisodeTrace.Differentiate(
            RuntimeCompiler.Compile(golden.Architecture, level), level, golden.Batch, Singles(golden.Theta), [.. golden.Cells.Select(Singles)], Singles(golden.Inputs), Singles(golden.Labels));

        // Half of what the golden files allow: 1e-4 of the largest entry.
        var tolerance = golden.GradientTolerance(singlePrecision: true) / 2 + 1e-12;
        for (var i = 0; i < theta.Length; i++)
            if (!(Math.Abs(theta[i] - golden.ThetaGradient[i]) <= tolerance))
                Assert.Fail($"{name} {level} gradient[{i}] is {theta[i]} instead of {golden.ThetaGradient[i]}; tolerance {tolerance:g3}.");
    }

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
