using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;

namespace Vsml.Benchmarks.Suites;

/// <summary>The published convolutional networks on one core; times are for one sub-RNN at one output position.</summary>
internal sealed class ConvSuite : ISuite
{
    /// <inheritdoc/>
    public string Name => "conv";

    /// <inheritdoc/>
    public bool TimesArchitectures => false;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        for (var i = 0; i < ConvCases.All.Count; i++)
        {
            var network = ConvCases.All[i];
            run.Begin(i, ConvCases.All.Count, network.Name);
            run.Add(ForwardSuite.Measure(network, run, Name).Row);
        }
    }
}
