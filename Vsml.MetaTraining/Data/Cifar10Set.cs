using System.Formats.Tar;
using System.IO.Compression;

namespace Vsml.Data;

/// <summary>CIFAR-10 (Krizhevsky 2009) from its archive of binary files.</summary>
internal sealed record Cifar10Set(string Name, IReadOnlyList<DownloadFile> Files)
    : PublishedSet(Name, "CIFAR-10: 50,000 + 10,000 colour photographs in 10 classes, 32x32", "as published, for research", Name, Files)
{
    /// <summary>The archive's name.</summary>
    public const string Archive = "cifar-10-binary.tar.gz";

    /// <inheritdoc/>
    public override IReadOnlyList<string>? FilesOf(DatasetSplit part, IEnumerable<string> folders) => First(folders, Archive);

    /// <inheritdoc/>
    public override ImageDataset Read(DatasetSplit part, IReadOnlyList<string> files) => DataFile.Read(files[0], (stream, name) =>
    {
        var batches = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        using var archive = new TarReader(unpacked);
        while (archive.GetNextEntry() is { } entry)
        {
            var file = Path.GetFileName(entry.Name);
            if (entry.DataStream is null || !(part == DatasetSplit.Train ? file.StartsWith("data_batch_", StringComparison.Ordinal) : file == "test_batch.bin")) continue;
            batches[file] = CifarFile.Content(entry.DataStream, entry.Length, $"{name}: {file}");
        }
        if (batches.Count == 0) throw new VsmlException($"{name}: there is no {(part == DatasetSplit.Train ? "data_batch_1.bin" : "test_batch.bin")} in it");
        return CifarFile.Images([.. batches.Values.SelectMany(batch => batch)], name, Name);
    });
}
