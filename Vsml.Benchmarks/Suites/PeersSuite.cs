using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Processes;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Suites;

/// <summary>The same online learning in other libraries, where they are installed, on one core, in the same run as the emitted kernels.</summary>
internal sealed class PeersSuite : ISuite
{
    // The forms of each program that are written as the published code is; the faster of them is the peer to beat.
    private static readonly (string Library, string Module, string Script, string[] Published)[] s_peers =
    [
        ("pytorch", "torch", "vsml_torch.py", ["eager", "script"]),
        ("jax", "jax", "vsml_jax.py", ["jit"]),
    ];

    // A tuned BLAS is well above, a plain one well below.
    private const double LeastProductShare = 0.15;

    /// <inheritdoc/>
    public string Name => "peers";

    /// <inheritdoc/>
    public bool TimesArchitectures => false;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        var network = DenseCases.Default;
        for (var p = 0; p < s_peers.Length; p++)
        {
            var (library, module, script, published) = s_peers[p];
            run.Begin(p, s_peers.Length, library);
            if (PeerProcess.FindPython(module) is not { } python)
            {
                run.Note($"peers: no Python with {module} is installed; {library} is not timed.");
                continue;
            }
            var before = ForwardSuite.Measure(network, run, Name).Row;
            var peer = PeerProcess.Run(python, script, network, run.Timing);
            var rates = peer.ExamplesPerSecond;
            run.Note($"peers: {peer.Library}");
            if (peer.ProductGflops is { } product && product < LeastProductShare * FmaPeak.Sample(run.Level))
                run.Note(FormattableString.Invariant($"peers: the matrix product of {peer.Library} reaches only {product:0.0} GFLOP/s. Install a tuned BLAS for a fair comparison (Debian: libopenblas0)."));
            // Once more afterwards: a machine that slows down meanwhile must not count for either side.
            var (after, gflops) = ForwardSuite.Measure(network, run, Name);
            var own = (before.ExamplesPerSecond!.Value + after.ExamplesPerSecond!.Value) / 2;
            foreach (var (form, rate) in rates)
                run.Add(new BenchmarkResult { Suite = Name, Case = $"{network.Name}-{library}-{form}", Threads = 1, ExamplesPerSecond = rate });
            Compare(library, published.Max(form => rates[form]));
            Compare($"{library}-factored", rates["factored"]);

            void Compare(string to, double rate) => run.Add(
                after with { ExamplesPerSecond = own, NanosecondsPerSubRnnMicroTick = 1e9 / (own * network.SubRnnMicroTicks), Ratio = new(to, "rate", own / rate) },
                gflops!.Value * own / after.ExamplesPerSecond!.Value);
        }
    }
}
