using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Vsml;

/// <summary>
/// The code that was emitted for a declared model, read back from the debug symbols of its assembly, where the compiler keeps
/// every generated file: what was compiled, not what would be emitted today. Pin it with a snapshot test
/// (docs/snapshot-testing.md).
/// </summary>
public sealed class EmittedSource
{
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private EmittedSource(IReadOnlyDictionary<string, string> files) => Files = files;

    /// <summary>File names and texts, in ordinal order of the names; line ends are LF.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>The emitted code of a declared model.</summary>
    /// <typeparam name="TModel">A class with [VsmlModel].</typeparam>
    /// <exception cref="VsmlException">Its assembly has no debug symbols, or they hold no emitted code of it.</exception>
    public static EmittedSource Of<TModel>()
        where TModel : Learner => Of(typeof(TModel));

    /// <summary>The emitted code of a declared model.</summary>
    /// <param name="model">A class with [VsmlModel].</param>
    /// <exception cref="VsmlException">Its assembly has no debug symbols, or they hold no emitted code of it.</exception>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An assembly without a path is refused with an explanation.")]
    public static EmittedSource Of(Type model)
    {
        var assembly = model.Assembly.Location;
        if (assembly.Length == 0)
            throw new VsmlException($"The assembly of {model.FullName} has no file, and so no debug symbols beside it to read emitted code from.");
        using var image = new PEReader(File.OpenRead(assembly));
        if (!image.TryOpenAssociatedPortablePdb(assembly, path => File.Exists(path) ? File.OpenRead(path) : null, out var provider, out _) || provider is null)
            throw new VsmlException($"{assembly} has no debug symbols to read emitted code from. Build it with DebugType portable or embedded.");
        using (provider)
        {
            var files = Read(provider.GetMetadataReader(), model.FullName!);
            return files.Count > 0
                ? new EmittedSource(files)
                : throw new VsmlException($"The debug symbols of {assembly} hold no emitted code of {model.FullName}. Mark the class with [VsmlModel].");
        }
    }

    /// <summary>A part of the files, to pin what matters: kernels of one SIMD level read like those of the others.</summary>
    /// <param name="file">Whether to keep the file of a name, for example "Demo.MnistLearner.PortableKernels.g.cs".</param>
    public EmittedSource Only(Func<string, bool> file) =>
        new(new SortedDictionary<string, string>(Files.Where(pair => file(pair.Key)).ToDictionary(), StringComparer.Ordinal));

    /// <summary>All files, each under a line with its name.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, content) in Files)
            text.Append("// ---- ").Append(name).Append(" ----\n").Append(content.TrimEnd('\n')).Append("\n\n");
        return text.ToString().TrimEnd('\n');
    }

    private static SortedDictionary<string, string> Read(MetadataReader symbols, string type)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var handle in symbols.Documents)
        {
            var path = symbols.GetString(symbols.GetDocument(handle).Name).Replace('\\', '/');
            var name = path[(path.LastIndexOf('/') + 1)..];
            // A dash follows the type's name where another one differs in case only.
            if (path.Contains("/Vsml.Generators.VsmlModelGenerator/", StringComparison.Ordinal)
                && name.StartsWith(type, StringComparison.Ordinal) && name[type.Length] is '.' or '-'
                && Text(symbols, handle) is { } text)
                files.Add(name, text);
        }
        return files;
    }

    private static string? Text(MetadataReader symbols, DocumentHandle document)
    {
        foreach (var handle in symbols.GetCustomDebugInformation(document))
        {
            var information = symbols.GetCustomDebugInformation(handle);
            if (symbols.GetGuid(information.Kind) != s_embeddedSource) continue;
            // Four bytes of length, 0 for text that is not compressed.
            var blob = symbols.GetBlobBytes(information.Value);
            using var raw = new MemoryStream(blob, sizeof(int), blob.Length - sizeof(int));
            using Stream content = BitConverter.ToInt32(blob) == 0 ? raw : new DeflateStream(raw, CompressionMode.Decompress);
            return new StreamReader(content, Encoding.UTF8).ReadToEnd().ReplaceLineEndings("\n");
        }
        return null;
    }
}
