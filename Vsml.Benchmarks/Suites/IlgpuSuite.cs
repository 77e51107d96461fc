using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Processes;
using Vsml.Benchmarks.Reporting;
using Vsml.Ilgpu;
using Vsml.Tool.Ilgpu;

namespace Vsml.Benchmarks.Suites;

/// <summary>
/// Populations on a GPU: episodes of different theta side by side, against what the device copies and multiplies in the same run, and
/// the same in other libraries. Where there is no GPU, a tiny case on ILGPU's CPU accelerator, whose figures mean nothing.
/// </summary>
internal sealed class IlgpuSuite : ISuite
{
    // The published meta-iteration: 2 x 1,024 episodes of 500 examples.
    private const int PublishedEpisodes = 2048, PublishedLength = 500;

    // As many groups as keep all multiprocessors busy.
    private const int GradientEpisodes = 256;

    private static readonly NetworkCase s_tiny = new("tiny-cpu-accelerator", DenseCases.Network(8, [16, 4]));

    private static readonly (string Library, string Module, string Published)[] s_peers = [("jax", "jax", "jit"), ("pytorch", "torch", "batched")];

    /// <inheritdoc/>
    public string Name => "ilgpu";

    /// <inheritdoc/>
    public bool TimesArchitectures => false;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        var gpu = IlgpuDevice.List().FirstOrDefault(description => description.Kind != DeviceKind.Cpu && description.Obstacle is null);
        using var device = IlgpuDevice.Open(gpu is null ? "cpu" : FormattableString.Invariant($"{gpu.Index}"));
        run.Note(gpu is null
            ? "ilgpu: no GPU was found. This is a tiny case on ILGPU's CPU accelerator, which shows that the suite runs and nothing else."
            : $"ilgpu: device {device.Description}, {device.Accelerator.NumMultiprocessors} multiprocessors, {device.Accelerator.MemorySize >> 20} MiB.");
        var network = gpu is null ? s_tiny : DenseCases.Default;
        var length = gpu is null ? 2 : run.Quick ? 10 : 50;

        run.Begin(0, "limits of the device");
        var limits = DeviceLimits.Measure(device, run.Timing, isTiny: gpu is null);
        run.Note(FormattableString.Invariant($"ilgpu: the device copies {limits.CopyGigabytes:0.0} GB/s, bytes read and written, and multiplies and adds {limits.FmaGflops:0.0} GFLOP/s."));

        run.Begin(0.3, network.Name);
        var (row, members) = MeasureEpisodes(network, device, length, limits, run);
        run.Add(row, Gflops(row, network));
        run.Begin(0.4, "whole meta-iterations");
        run.Add(MeasureIterations(network, device, run));
        run.Add(MeasureGradient(network, device, run));
        for (var p = 0; p < s_peers.Length; p++)
        {
            run.Begin(0.6 + 0.2 * p, s_peers[p].Library);
            MeasurePeer(s_peers[p], network, members, length, row, run);
        }
    }

    // Gives the memory back before a peer wants it.
    private (BenchmarkResult Row, int Members) MeasureEpisodes(NetworkCase network, IlgpuDevice device, int length, DeviceLimits limits, SuiteRun run)
    {
        var isTiny = device.Description.Kind == DeviceKind.Cpu;
        using var population = new DevicePopulation(IlgpuCompiler.Compile(network.Architecture), device, network.InitialTheta, isTiny ? 2 : PublishedEpisodes, length);
        if (!isTiny && population.Episodes < PublishedEpisodes) run.Note($"ilgpu: memory holds {population.Episodes} episodes at once.");
        var sample = run.Timing.Measure(population.Run);
        var rate = population.Episodes * length / sample.Quiet;
        var row = new BenchmarkResult
        {
            Suite = Name,
            Case = network.Name,
            ExamplesPerSecond = rate,
            SecondsPerIteration = isTiny ? null : (double)PublishedEpisodes * PublishedLength / rate,
            FractionOfCopy = rate * 2 * sizeof(float) * network.Architecture.StateFloats / 1e9 / limits.CopyGigabytes,
            FmaPeakGflops = limits.FmaGflops,
            Spread = sample.Spread,
        };
        return (row, population.Episodes);
    }

    private BenchmarkResult MeasureIterations(NetworkCase network, IlgpuDevice device, SuiteRun run)
    {
        var (pairs, length) = device.Description.Kind == DeviceKind.Cpu ? (2, 2) : (PublishedEpisodes / 2, run.Quick ? PublishedLength / 10 : PublishedLength);
        using var iteration = new DeviceIteration(network.Architecture, device, pairs, length);
        var sample = run.Timing.Measure(iteration.Run);
        var rate = 2 * pairs * length / sample.Quiet;
        return new BenchmarkResult
        {
            Suite = Name,
            Case = $"{network.Name}-iteration",
            ExamplesPerSecond = rate,
            SecondsPerIteration = device.Description.Kind == DeviceKind.Cpu ? null : (double)PublishedEpisodes * PublishedLength / rate,
            Spread = sample.Spread,
        };
    }

    private BenchmarkResult MeasureGradient(NetworkCase network, IlgpuDevice device, SuiteRun run)
    {
        var (episodes, length) = device.Description.Kind == DeviceKind.Cpu ? (2, 4) : (GradientEpisodes, run.Quick ? PublishedLength / 10 : PublishedLength);
        using var reverse = new DeviceReverse(IlgpuCompiler.Compile(network.Architecture), device, network.InitialTheta, episodes, length);
        var times = run.Timing.MeasureInTurns([reverse.Forward, reverse.ForwardAndBack], (done, _) => run.Begin(0.5 + 0.1 * done, "forwards and back"));
        var (forward, both) = (times[0], times[1]);
        return new BenchmarkResult
        {
            Suite = Name,
            Case = $"{network.Name}-gradient",
            ExamplesPerSecond = episodes * length / both.Quiet,
            Ratio = new("forward", "time", both.Quiet / forward.Quiet),
            Spread = both.Spread,
        };
    }

    private static double Gflops(BenchmarkResult row, NetworkCase network) => row.ExamplesPerSecond!.Value * network.ForwardFlops!.Value / 1e9;

    private void MeasurePeer((string Library, string Module, string Published) peer, NetworkCase network, int members, int length, BenchmarkResult own, SuiteRun run)
    {
        if (PeerProcess.FindPython(peer.Module) is not { } python)
        {
            run.Note($"ilgpu: no Python with {peer.Module} is installed; {peer.Library} is not timed.");
            return;
        }
        var figures = PeerProcess.RunPopulation(python, peer.Library, network, members, length, run.Timing);
        run.Note($"ilgpu: {figures.Library}");
        foreach (var (form, rate) in figures.ExamplesPerSecond)
            run.Add(new BenchmarkResult { Suite = Name, Case = $"{network.Name}-{peer.Library}-{form}", ExamplesPerSecond = rate });
        run.Add(own with { Ratio = new(peer.Library, "rate", own.ExamplesPerSecond!.Value / figures.ExamplesPerSecond[peer.Published]) }, Gflops(own, network));
    }
}
