using System.IO.Compression;

namespace Vsml.Data;

/// <summary>Reads Omniglot's published archives: folder/alphabet/character/drawing.png, 105x105 black on white, one bit a pixel.</summary>
public static class OmniglotArchive
{
    private const int Side = 105;
    private const int MostImages = 100_000;
    private const int LargestImage = 1 << 16;

    /// <summary>Reads an archive.</summary>
    /// <param name="path">The zip file.</param>
    /// <returns>All drawings, 1 for paper and 0 for ink; a class for every character, named alphabet/character.</returns>
    /// <exception cref="VsmlException">The file cannot be read, or holds something else.</exception>
    public static ImageDataset Read(string path) => DataFile.Read(path, (stream, name) =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var drawings = archive.Entries
            .Where(entry => entry.FullName.EndsWith(".png", StringComparison.OrdinalIgnoreCase) && !IsOfSystem(entry.FullName))
            .Select(entry => (Entry: entry, Character: Character(entry.FullName, name)))
            .OrderBy(drawing => drawing.Entry.FullName, StringComparer.Ordinal).ToList();
        if (drawings.Count is 0 or > MostImages) throw new VsmlException($"{name}: holds {drawings.Count} PNG images; it must be from 1 to {MostImages}");
        var classes = drawings.Select(drawing => drawing.Character).Distinct().Order(StringComparer.Ordinal).ToArray();
        var number = classes.Select((character, c) => (character, c)).ToDictionary(pair => pair.character, pair => pair.c, StringComparer.Ordinal);
        var images = new float[drawings.Count * Side * Side];
        var labels = new int[drawings.Count];
        for (var i = 0; i < drawings.Count; i++)
        {
            BitImage(drawings[i].Entry, name, images.AsSpan(i * Side * Side, Side * Side));
            labels[i] = number[drawings[i].Character];
        }
        return new ImageDataset(Path.GetFileName(name), images, labels, Side, Side, 1, classes);
    });

    // macOS puts __MACOSX/ and ._NAME beside what was packed.
    private static bool IsOfSystem(string entry) => entry.Split('/').Any(part => part == "__MACOSX" || part.StartsWith('.'));

    private static string Character(string entry, string name)
    {
        var parts = entry.Split('/');
        return parts.Length >= 3 ? $"{parts[^3]}/{parts[^2]}" : throw new VsmlException($"{name}: {entry} is not in a folder alphabet/character");
    }

    private static void BitImage(ZipArchiveEntry entry, string name, Span<float> pixels)
    {
        if (entry.Length > LargestImage) throw new VsmlException($"{name}: {entry.FullName} is larger than {LargestImage} bytes");
        var content = new byte[entry.Length];
        using (var stream = entry.Open())
            if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length)
                throw new VsmlException($"{name}: {entry.FullName} ends early");
        PngBitImage.Decode(content, Side, Side, $"{name}: {entry.FullName}", pixels);
    }
}
