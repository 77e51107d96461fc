using System.Reflection;

namespace Vsml.Tool.Declared;

/// <summary>Finds models that were declared in C# and compiled into an assembly.</summary>
internal static class DeclaredModels
{
    private const string ModelProperty = "Model";

    /// <summary>Loads assemblies and reads a declared model from the one that has it.</summary>
    /// <param name="paths">The assemblies' files, at least one.</param>
    /// <param name="typeName">The class, with or without its namespace.</param>
    /// <exception cref="VsmlException">A file is no assembly, or none has such a model; names both.</exception>
    public static (Type Type, Architecture Architecture) Read(IReadOnlyList<string> paths, string typeName) =>
        Read(paths.FirstOrDefault(path => LoadableTypes(UserAssembly.Load(path)).Any(type => type.FullName == typeName || type.Name == typeName)) ?? paths[0], typeName);

    /// <summary>Loads an assembly and reads a declared model from it.</summary>
    /// <param name="path">The assembly's file.</param>
    /// <param name="typeName">The class, with or without its namespace.</param>
    /// <exception cref="VsmlException">The file is no assembly, or it has no such model; names both.</exception>
    public static (Type Type, Architecture Architecture) Read(string path, string typeName)
    {
        var assembly = UserAssembly.Load(path);
        try
        {
            var type = Find(path, assembly, typeName);
            var property = ModelPropertyOf(type) ?? throw NoModel(path, $"'{typeName}' is not a declared model; mark it [VsmlModel].");
            var architecture = property.GetValue(null) is FreeSizeModel free ? free.Architecture : ((VsmlModel)property.GetValue(null)!).Architecture;
            return (type, architecture);
        }
        // Whatever the assembly's own code throws is told by its message.
        catch (Exception exception) when (exception is not VsmlException and not OutOfMemoryException)
        {
            for (; exception is TargetInvocationException or TypeInitializationException && exception.InnerException is { } inner; exception = inner) { }
            throw NoModel(path, exception.Message);
        }
    }

    private static Type Find(string path, Assembly assembly, string typeName)
    {
        var types = LoadableTypes(assembly);
        if (types.FirstOrDefault(type => type.FullName == typeName) is { } exact) return exact;
        var named = types.Where(type => type.Name == typeName).ToList();
        if (named.Count == 1) return named[0];
        if (named.Count > 1) throw NoModel(path, $"it has several types '{typeName}'; write one of {string.Join(", ", named.Select(type => type.FullName))}.");
        var models = types.Where(type => ModelPropertyOf(type) is not null).Select(type => type.FullName).ToList();
        throw NoModel(path, models.Count == 0
            ? $"it has no type '{typeName}', and no declared models at all."
            : $"it has no type '{typeName}'; its models are {string.Join(", ", models)}.");
    }

    // Types whose base types are missing on this machine do not matter unless one of them is asked for.
    private static Type[] LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return [.. exception.Types.OfType<Type>()];
        }
    }

    private static PropertyInfo? ModelPropertyOf(Type type) =>
        type.ContainsGenericParameters ? null
        : type.GetProperty(ModelProperty, BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly) is { } property && (property.PropertyType == typeof(VsmlModel) || property.PropertyType == typeof(FreeSizeModel)) ? property : null;

    private static VsmlException NoModel(string path, string why) => new($"Cannot read a model from '{path}': {why}");
}
