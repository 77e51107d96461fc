using System.Text.Json.Nodes;
using Vsml.MetaTraining;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Scale;

/// <summary>
/// An optimizer of somebody else's that waits: <see cref="Pause"/> milliseconds at every step, so that a run is of the same length however busy
/// the machine is, and for ever at step number <see cref="Hang"/>.
/// </summary>
internal static class WaitingOptimizer
{
    /// <summary>Environment variables.</summary>
    public const string Pause = "ACME_PAUSE", Hang = "ACME_HANG";

    private const string Name = "waiting-descent";

    private const string Source =
        $$"""

        [VsmlPart("{{Name}}")]
        internal sealed record WaitingDescent : IMetaOptimizer
        {
            public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]>());

            public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta)
            {
                Thread.Sleep(int.Parse(Environment.GetEnvironmentVariable("{{Pause}}") ?? "0"));
                if (++state.Steps == int.Parse(Environment.GetEnvironmentVariable("{{Hang}}") ?? "0")) Thread.Sleep(Timeout.Infinite);
                for (var i = 0; i < theta.Length; i++) theta[i] -= (float)learningRate * gradient[i];
            }
        }
        """;

    /// <summary>Compiles its assembly.</summary>
    /// <param name="path">The file.</param>
    public static void Compile(string path) => AcmeParts.CompileWith(Source, path);

    /// <summary>The text of a run with it.</summary>
    /// <param name="run">The run with another one.</param>
    public static string In(RunConfiguration run)
    {
        var json = JsonNode.Parse(RunConfigurationJson.Format(run))!;
        json["optimizer"] = new JsonObject { ["type"] = Name };
        return json.ToJsonString();
    }
}
