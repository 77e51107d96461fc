using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Vsml.Generators.Diagnostics;

/// <summary>A place in source by value: it keeps no syntax tree alive.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Span">Characters of the file.</param>
/// <param name="Lines">The same as lines and columns.</param>
internal sealed record LocationInfo(string Path, TextSpan Span, LinePositionSpan Lines)
{
    /// <summary>Copies a location.</summary>
    /// <param name="location">A place in source.</param>
    public static LocationInfo From(Location location) =>
        new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);

    /// <summary>The place in a compilation, so that <c>#pragma warning</c> reaches it.</summary>
    /// <param name="compilation">The present compilation.</param>
    public Location In(Compilation compilation)
    {
        var tree = compilation.SyntaxTrees.FirstOrDefault(tree => tree.FilePath == Path && tree.Length >= Span.End);
        return tree is null ? Location.Create(Path, Span, Lines) : Location.Create(tree, Span);
    }
}
