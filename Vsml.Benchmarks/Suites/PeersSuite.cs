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
    private static readonly (string Library, string Module, string Script, string[] Published, bool UsesBlas)[] s_peers =
    [
        ("pytorch", "torch", "vsml_torch.py", ["eager", "script"], UsesBlas: true),
        ("jax", "jax", "vsml_jax.py", ["jit"], UsesBlas: false),
    ];

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
            var (library, module, script, published, usesBlas) = s_peers[p];
            run.Begin(p, s_peers.Length, library);
            if (PeerProcess.FindPython(module) is not { } python)
            {
                run.Note($"peers: no Python with {module} is installed; {library} is not timed.");
                continue;
            }
            var product = usesBlas ? PeerProcess.FastestProduct(python, script, network) : null;
            var before = ForwardSuite.Measure(network, run, Name).Row;
            var peer = PeerProcess.Run(python, script, network, product?.CoreType, run.Timing);
            var rates = peer.ExamplesPerSecond;
            run.Note($"peers: {peer.Library}");
            if (product is not null) run.Note(About(product));
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

    private static string About(PeerProduct product) => product.IsTuned
        ? FormattableString.Invariant($"peers: its matrix product reaches {product.Gflops:0.0} GFLOP/s{(product.CoreType is { } type ? $", with OPENBLAS_CORETYPE={type}" : "")}.")
        : FormattableString.Invariant($"peers: its matrix product reaches {product.Gflops:0.0} GFLOP/s without a tuned BLAS. Install one for a fair comparison (Debian: libopenblas0).");
}
