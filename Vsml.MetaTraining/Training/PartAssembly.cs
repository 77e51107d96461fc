using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>An assembly whose parts a run uses.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">SHA-256 of its file; where it is none, of its module version id, which every build has anew.</param>
/// <param name="Parts">Names of the parts, each after what it is: "optimizer newton".</param>
internal sealed record PartAssembly(string Name, string Version, [property: JsonPropertyName("sha256"), StringLength(64, MinimumLength = 64)] string Sha256, EquatableArray<string> Parts)
{
    /// <summary>Describes an assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="parts">Its parts.</param>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An assembly without a path is told by its module version id.")]
    public static PartAssembly Of(Assembly assembly, EquatableArray<string> parts)
    {
        var (name, file) = (assembly.GetName(), assembly.Location);
        return new PartAssembly(name.Name!, $"{name.Version}", Convert.ToHexStringLower(file.Length > 0 && File.Exists(file) ? DigestOf(file) : SHA256.HashData(assembly.ManifestModule.ModuleVersionId.ToByteArray())), parts);
    }

    private static byte[] DigestOf(string file)
    {
        using var stream = InputFile.Open(file);
        return SHA256.HashData(stream);
    }

    /// <summary>Name, version and the beginning of the digest.</summary>
    public override string ToString() => $"{Name} {Version} (SHA-256 {Sha256[..12]}...)";
}
