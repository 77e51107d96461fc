using System.Text;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>The assemblies that a run's parts come from, the toolkit's own left out: a file of the run folder.</summary>
/// <param name="Assemblies">The assemblies.</param>
internal sealed record PartAssemblies(EquatableArray<PartAssembly> Assemblies)
{
    private static readonly RecordShape Shape = RecordShape.Of(typeof(PartAssemblies));

    /// <summary>Those of a configuration; null if it has parts of the toolkit alone.</summary>
    /// <param name="configuration">A configuration whose parts are registered.</param>
    public static PartAssemblies? Of(RunConfiguration configuration)
    {
        var foreign = ConfigurationWalk.Of(configuration).Parts.Select(use => (Use: use, Kind: Parts.KindOf(use.Part)!)).Where(found => !found.Kind.IsBuiltIn)
            .GroupBy(found => found.Kind.Type.Assembly, found => $"{found.Use.Family.Word} {Parts.NameOf(found.Use.Part)}")
            .Select(parts => PartAssembly.Of(parts.Key, [.. parts.Distinct().Order(StringComparer.Ordinal)]))
            .OrderBy(assembly => assembly.Name, StringComparer.Ordinal).ToList();
        return foreign.Count == 0 ? null : new PartAssemblies([.. foreign]);
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file to make.</param>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        Shape.Write(writer, this);
    });

    /// <summary>Checks that the assemblies of a run that was begun before are there, as they were.</summary>
    /// <param name="folder">The run folder, for errors.</param>
    /// <param name="path">The file; there is none in a folder of built-in parts.</param>
    /// <exception cref="VsmlException">An assembly is not loaded, or is of another build.</exception>
    public static void CheckLoaded(string folder, string path)
    {
        if (!File.Exists(path)) return;
        var recorded = StrictJson.Parse(StrictJson.ReadText(path), path, root => (PartAssemblies)Shape.Read(root, path, ""));
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(recorded).Problems, path);
        var missing = recorded.Assemblies.Where(one => Parts.AssemblyOf(one.Name) is null).ToList();
        if (missing.Count > 0)
            throw new VsmlException($"The run in '{folder}' uses parts of {Words.List([.. missing.Select(one => $"{one.Name} {one.Version} ({string.Join(", ", one.Parts)})")])}; give {string.Join(' ', missing.Select(one => $"--assembly {one.Name}.dll"))}, or in a program call Parts.Load.");
        foreach (var one in recorded.Assemblies)
            if (PartAssembly.Of(Parts.AssemblyOf(one.Name)!, one.Parts) is var present && present.Sha256 != one.Sha256)
                throw new VsmlException($"The run in '{folder}' was begun with {one}, but what is loaded is {present}, which may compute other results. Resume with the build that it was begun with; or, to go on with this one all the same, remove '{path}'.");
    }
}
