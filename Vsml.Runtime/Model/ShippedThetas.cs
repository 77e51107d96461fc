using System.Collections.Concurrent;
using System.Reflection;
using Vsml.Files;

namespace Vsml;

/// <summary>Meta-parameters inside the assembly: NAME.safetensors of the folder Shipped, with their architecture in NAME.json.</summary>
internal static class ShippedThetas
{
    private const string Folder = "Shipped/", Tensors = ".safetensors", Prefix = "shipped:";
    private static readonly Assembly s_assembly = typeof(ShippedThetas).Assembly;
    private static readonly ConcurrentDictionary<string, MetaParameters> s_read = new();

    /// <summary>All names, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. s_assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Tensors, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Tensors.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The name in shipped:NAME, or null where a text is something else.</summary>
    public static string? NameIn(string source) => source.StartsWith(Prefix, StringComparison.Ordinal) ? source[Prefix.Length..] : null;

    /// <summary>Reads meta-parameters, once.</summary>
    /// <exception cref="VsmlException">There are none of this name.</exception>
    public static MetaParameters Get(string name) => Names.Contains(name)
        ? s_read.GetOrAdd(name, Read)
        : throw new VsmlException($"no theta of the name '{name}' is shipped; there {(Names.Count == 0 ? "is none" : $"{(Names.Count == 1 ? "is" : "are")}: {string.Join(", ", Names)}")}.");

    /// <summary>The shipped meta-parameters of a digest, or null.</summary>
    public static MetaParameters? Find(string? digest) => Names.Select(Get).FirstOrDefault(theta => theta.Digest == digest);

    private static MetaParameters Read(string name)
    {
        using var tensors = s_assembly.GetManifestResourceStream(Folder + name + Tensors)!;
        using var json = new StreamReader(s_assembly.GetManifestResourceStream(Folder + name + ".json")!);
        return MetaParameters.Read(
            SafetensorsFile.Read(tensors, Prefix + name, tensors.Length),
            ArchitectureJson.Parse(json.ReadToEnd(), $"{Prefix}{name} (architecture)"));
    }
}
