namespace Vsml.Ilgpu;

/// <summary>How ILGPU's CPU accelerator groups its threads. All of them are threads of the system, which makes every barrier dear.</summary>
/// <param name="WarpSize">Lanes of a warp, at least 2.</param>
/// <param name="GroupSize">Threads of a group: 1, or whole warps.</param>
/// <param name="Groups">Groups that run at once.</param>
internal sealed record CpuShape(int WarpSize, int GroupSize, int Groups)
{
    /// <summary>Groups of one thread, which wait for nobody, one a core.</summary>
    public static CpuShape Fastest { get; } = new(2, 1, Environment.ProcessorCount);
}
