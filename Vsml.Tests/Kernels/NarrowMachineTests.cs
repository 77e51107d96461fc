using Vsml.Tests.Tool;

namespace Vsml.Tests.Kernels;

/// <summary>
/// The golden traces and gradients once more, in a process whose wider levels are switched off: inside a wider one the JIT gives
/// the same vectors more registers and other instructions.
/// </summary>
public class NarrowMachineTests
{
    [Theory]
    [InlineData("Avx2", "DOTNET_EnableAVX512")]
    [InlineData("Portable", "DOTNET_EnableAVX512", "DOTNET_EnableAVX2")]
    public void Golden_cases_hold(string level, params string[] switchedOff) =>
        ShouldPass($"(FullyQualifiedName~{nameof(GoldenTraceTests)}|FullyQualifiedName~{nameof(GoldenGradientTests)})&DisplayName~level: {level}", switchedOff);

    // AVX-512 too, which then runs in software.
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX512", "DOTNET_EnableAVX2")]
    public void What_is_not_finite_stays_so(params string[] switchedOff) => ShouldPass($"FullyQualifiedName~{nameof(NonFiniteTests)}", switchedOff);

    private static void ShouldPass(string tests, string[] switchedOff)
    {
        var run = ToolRun.OfProcess(
            "dotnet",
            ["test", typeof(NarrowMachineTests).Assembly.Location, "--filter", tests],
            [.. switchedOff.Select(name => (name, "0")), ("DOTNET_CLI_UI_LANGUAGE", "en"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0")]);
        run.Code.ShouldBe(0, run.Output + run.Error);
        run.Output.ShouldContain("Passed!");
        run.Output.ShouldNotContain("No test matches");
    }
}
