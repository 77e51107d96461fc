using Vsml.Contracts;
using Vsml.Files;

namespace Vsml.Tool.Tracing;

/// <summary>How a trace is to be computed.</summary>
/// <param name="Backend">What computes it.</param>
/// <param name="Precision">F32 or F64.</param>
/// <param name="Gradient">Whether gradients are wanted.</param>
/// <param name="Simd">Level of compiled kernels.</param>
internal sealed record TraceRequest(TraceBackend Backend, TensorType Precision, bool Gradient, SimdLevel Simd)
{
    /// <summary>Reads the options of the command line.</summary>
    /// <exception cref="VsmlException">An option has a value that does not exist, or two do not go together.</exception>
    public static TraceRequest Parse(string backend, string precision, bool gradient, SimdLevel simd)
    {
        var request = new TraceRequest(
            backend switch
            {
                "compiled" => TraceBackend.Compiled,
                "reference" => TraceBackend.Reference,
                "ilgpu" => throw new VsmlException("--backend ilgpu: this version emits no GPU kernels; use compiled or reference."),
                _ => throw new VsmlException($"--backend: there is no backend '{backend}'; there are compiled, reference and ilgpu."),
            },
            precision switch
            {
                "f32" => TensorType.F32,
                "f64" => TensorType.F64,
                _ => throw new VsmlException($"--precision: there is no precision '{precision}'; there are f32 and f64."),
            },
            gradient,
            simd);
        if (request.Backend == TraceBackend.Compiled && request.Precision == TensorType.F64)
            throw new VsmlException("--precision f64: emitted kernels are float32; use --backend reference for f64.");
        return request;
    }
}
