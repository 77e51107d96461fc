using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace Vsml.Ilgpu;

/// <summary>
/// Finds the libraries of drivers. ILGPU asks for libcuda.so and libOpenCL.so, but a driver without its developer's files brings
/// libcuda.so.1 and libOpenCL.so.1.
/// </summary>
internal static class DriverLibraries
{
    private const string Cuda = "cuda", OpenCl = "OpenCL";

    // There ILGPU sets a resolver itself, and an assembly takes only one.
    private const string SubsystemLibraries = "/usr/lib/wsl/lib";

    private static readonly Lazy<bool> Resolved = new(SetResolver);

    /// <summary>Lets ILGPU find them; does nothing the second time, and where a program has set its own resolver.</summary>
    public static void Resolve() => _ = Resolved.Value;

    /// <summary>Whether the library of CUDA's driver is there.</summary>
    public static bool HasCuda() => CandidatesOf(OperatingSystem.IsWindows() ? "nvcuda" : Cuda).Any(CanLoad);

    private static bool SetResolver()
    {
        if (!OperatingSystem.IsLinux() || Directory.Exists(SubsystemLibraries)) return false;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Find);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name is Cuda or OpenCl)
            foreach (var candidate in CandidatesOf(name))
                if (NativeLibrary.TryLoad(candidate, assembly, path, out var library)) return library;
        return 0;
    }

    private static bool CanLoad(string name) => NativeLibrary.TryLoad(name, typeof(Context).Assembly, null, out _);

    private static IEnumerable<string> CandidatesOf(string name) => OperatingSystem.IsLinux() ? [$"lib{name}.so.1", $"lib{name}.so"] : [name];
}
