using Vsml.Contracts;
using Vsml.Files;
using Vsml.Tool.Commands;

namespace Vsml.Tool.Tracing;

/// <summary>How a trace is to be computed.</summary>
/// <param name="Backend">What computes it.</param>
/// <param name="Precision">F32 or F64.</param>
/// <param name="Gradient">Whether gradients are wanted.</param>
/// <param name="Simd">Level of compiled kernels.</param>
/// <param name="Device">Device of kernels for ILGPU; null for the first GPU.</param>
/// <param name="DevicePrecision">How exactly these compute.</param>
internal sealed record TraceRequest(TraceBackend Backend, TensorType Precision, bool Gradient, SimdLevel Simd, string? Device, DevicePrecision DevicePrecision)
{
    /// <summary>Reads the options of the command line.</summary>
    /// <exception cref="VsmlException">An option has a value that does not exist, or two do not go together.</exception>
    public static TraceRequest Parse(string backend, string precision, bool gradient, string? simd, string? device, DevicePrecision devicePrecision)
    {
        var request = new TraceRequest(
            backend switch
            {
                "compiled" => TraceBackend.Compiled,
                "reference" => TraceBackend.Reference,
                "ilgpu" => TraceBackend.Ilgpu,
                _ => throw new VsmlException($"--backend: there is no backend '{backend}'; there are compiled, reference and ilgpu."),
            },
            precision switch
            {
                "f32" => TensorType.F32,
                "f64" => TensorType.F64,
                _ => throw new VsmlException($"--precision: there is no precision '{precision}'; there are f32 and f64."),
            },
            gradient,
            SimdOption.Parse(simd),
            device,
            devicePrecision);
        if (request.Backend != TraceBackend.Reference && request.Precision == TensorType.F64)
            throw new VsmlException("--precision f64: emitted kernels are float32; use --backend reference for f64.");
        if (request.Backend != TraceBackend.Ilgpu && device is not null)
            throw new VsmlException("--device: only kernels for ILGPU run on a device; add --backend ilgpu, or leave it out.");
        if (request.Backend == TraceBackend.Ilgpu && simd is not null)
            throw new VsmlException("--simd: kernels for ILGPU have no levels; choose a device by --device.");
        if (gradient && !devicePrecision.IsFloat32)
            throw new VsmlException($"--gradient: gradients are computed in float32 alone, not with {devicePrecision}; leave either out.");
        return request;
    }
}
