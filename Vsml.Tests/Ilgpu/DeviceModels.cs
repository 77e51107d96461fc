using System.Collections.Concurrent;
using Vsml.Ilgpu;
using Vsml.Tool.Ilgpu;

namespace Vsml.Tests.Ilgpu;

/// <summary>Models with kernels for ILGPU, each compiled once for all tests.</summary>
internal static class DeviceModels
{
    private static readonly ConcurrentDictionary<(Architecture, DevicePrecision), Lazy<IlgpuModel>> s_models = new();

    /// <summary>The model of an architecture.</summary>
    public static IlgpuModel Of(Architecture architecture, DevicePrecision precision = default) =>
        s_models.GetOrAdd((architecture, precision), key => new(() => IlgpuCompiler.Compile(key.Item1, key.Item2))).Value;
}
