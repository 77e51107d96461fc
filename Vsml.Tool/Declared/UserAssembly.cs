using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using Vsml.MetaTraining;

namespace Vsml.Tool.Declared;

/// <summary>Assemblies that a user names with --assembly. Their code runs in this process.</summary>
internal static class UserAssembly
{
    // The same content is the same assembly, wherever it lies: its types must not come twice.
    private static readonly ConcurrentDictionary<string, Lazy<Assembly>> Loaded = new();

    /// <summary>Loads an assembly.</summary>
    /// <param name="path">Its file.</param>
    /// <exception cref="VsmlException">The file is not there, or is no assembly.</exception>
    public static Assembly Load(string path)
    {
        if (Directory.Exists(path)) throw new VsmlException($"'{path}' is a folder; --assembly takes a .dll file.");
        if (!File.Exists(path)) throw new VsmlException($"There is no file '{path}'.");
        // So long are pipes and devices, which must not be opened.
        if (new FileInfo(path).Length == 0) throw new VsmlException($"Cannot load '{path}': it is not a .NET assembly.");
        try
        {
            var digest = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
            return Loaded.GetOrAdd(digest, _ => new Lazy<Assembly>(() => new Folder(path).Load())).Value;
        }
        catch (Exception exception) when (exception is BadImageFormatException or FileLoadException)
        {
            throw new VsmlException($"Cannot load '{path}': it is not a .NET assembly.", exception);
        }
    }

    /// <summary>Loads an assembly and registers its parts.</summary>
    /// <param name="path">Its file.</param>
    /// <returns>The parts' names; there may be none.</returns>
    /// <exception cref="VsmlException">The file is no assembly, or one of its parts is none that runs can have.</exception>
    public static IReadOnlyList<string> LoadParts(string path)
    {
        var assembly = Load(path);
        try
        {
            return Parts.Load(assembly);
        }
        // Whatever the assembly's own code throws is told by its message.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new VsmlException($"'{path}': {exception.Message}", exception);
        }
    }

    /// <summary>The method of a user's assembly in which something went wrong; null if it was elsewhere.</summary>
    /// <param name="exception">What was thrown.</param>
    public static string? OriginOf(Exception exception)
    {
        foreach (var frame in new StackTrace(exception).GetFrames())
            if (frame.GetMethod() is { DeclaringType: { } type } method)
            {
                if (Loaded.Values.Any(loaded => loaded.IsValueCreated && loaded.Value == type.Assembly)) return $"{type.FullName}.{method.Name} of {type.Assembly.GetName().Name}.dll";
                if (Shared(type.Assembly.GetName()) || type.Assembly == typeof(UserAssembly).Assembly) return null;
            }
        return null;
    }

    private static bool Shared(AssemblyName name) =>
        name.Name == typeof(VsmlModel).Assembly.GetName().Name || name.Name == typeof(Architecture).Assembly.GetName().Name || name.Name == typeof(Parts).Assembly.GetName().Name;

    // What the assembly needs comes from its folder, but the toolkit is this program's own, so that models and parts are ones it knows.
    private sealed class Folder(string path) : AssemblyLoadContext(path)
    {
        private readonly string _path = Path.GetFullPath(path);

        public Assembly Load() => LoadFromAssemblyPath(_path);

        protected override Assembly? Load(AssemblyName name)
        {
            if (Shared(name)) return null;
            var beside = Path.Combine(Path.GetDirectoryName(_path)!, name.Name + ".dll");
            return File.Exists(beside) ? UserAssembly.Load(beside) : null;
        }
    }
}
