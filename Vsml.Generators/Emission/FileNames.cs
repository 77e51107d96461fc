using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Vsml.Generators.Declaration;

namespace Vsml.Generators.Emission;

/// <summary>Keeps the names of emitted files apart: the compiler compares them without case, C# compares types with it.</summary>
internal static class FileNames
{
    /// <summary>The names that equal another one but for case.</summary>
    /// <param name="names">File prefixes of all models.</param>
    public static EquatableArray<string> DifferingInCaseOnly(IEnumerable<string> names) =>
        new(names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).SelectMany(group => group));

    /// <summary>Gives a model with such a name a prefix of its own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="clashes">What <see cref="DifferingInCaseOnly"/> found.</param>
    public static ModelDeclaration Resolve(ModelDeclaration model, EquatableArray<string> clashes) =>
        clashes.Contains(model.FilePrefix) ? model with { FilePrefix = model.FilePrefix + "-" + Digest(model.FilePrefix) } : model;

    // FNV-1a: string.GetHashCode differs from process to process.
    private static string Digest(string text)
    {
        var hash = 2166136261u;
        foreach (var character in text) hash = unchecked((hash ^ character) * 16777619u);
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
