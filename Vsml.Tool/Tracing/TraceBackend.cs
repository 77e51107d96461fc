namespace Vsml.Tool.Tracing;

/// <summary>What computes a trace.</summary>
internal enum TraceBackend
{
    /// <summary>Kernels emitted and compiled at run time; float32.</summary>
    Compiled,

    /// <summary>The plain interpreter in double precision.</summary>
    Reference,

    /// <summary>Kernels emitted for a device that ILGPU drives; float32.</summary>
    Ilgpu,
}
