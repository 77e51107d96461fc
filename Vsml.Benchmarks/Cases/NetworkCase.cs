using Vsml.Contracts;

namespace Vsml.Benchmarks.Cases;

/// <summary>A network to time.</summary>
/// <param name="Name">Its name in tables and files.</param>
/// <param name="Architecture">The architecture.</param>
/// <param name="Batch">Examples that share a tick.</param>
/// <param name="FreeSizes">Whether its kernels take the sizes when a learner is made, instead of having them written down.</param>
internal sealed record NetworkCase(string Name, Architecture Architecture, int Batch = 1, bool FreeSizes = false)
{
    /// <summary>Compiles the network, unless this process has it already.</summary>
    /// <param name="level">SIMD level of the kernels.</param>
    public VsmlModel Compile(SimdLevel level) =>
        FreeSizes ? RuntimeCompiler.CompileFree(Architecture, level).For(Architecture) : RuntimeCompiler.Compile(Architecture, level);

    /// <summary>
    /// Steps of sub-RNNs that one example takes: each layer's sub-RNNs, at each of its output positions, times its micro ticks,
    /// times the sweeps.
    /// </summary>
    public double SubRnnMicroTicks
    {
        get
        {
            var schedule = Architecture.Schedule;
            var sweeps = schedule.TicksPerExample + (schedule.BackwardSweep == BackwardSweep.None ? 0 : 1);
            return Architecture.Layers.Select((layer, l) => (double)layer.SubRnnCount * Positions(layer) * schedule.MicroTicksOf(l) * sweeps).Sum();
        }
    }

    /// <summary>
    /// Useful flops of an example forward: 2 N 4N for each micro tick of a sub-RNN. Null for convolutions, whose products are the
    /// same at all positions.
    /// </summary>
    public double? ForwardFlops => Architecture.Layers.Any(layer => layer is ConvLayerSpec)
        ? null
        : SubRnnMicroTicks * 8.0 * Architecture.StateSize * Architecture.StateSize;

    /// <summary>Meta-parameters as training begins with them.</summary>
    public MetaParameters InitialTheta => MetaParameters.Initial(Architecture, seed: 1, inputGateBias: 3);

    private static double Positions(LayerSpec layer) => layer is ConvLayerSpec conv ? (double)conv.OutputHeight * conv.OutputWidth : 1;
}
