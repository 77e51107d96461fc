namespace Vsml.Data;

/// <summary>Data sets given by path, told apart by what the file holds: CSV text, IDX images with their labels beside them, or an Omniglot archive.</summary>
internal static class DatasetFile
{
    private const int Sample = 512;

    private enum Kind
    {
        Csv,
        IdxImages,
        IdxLabels,
        Archive,
        Matlab,
        Cifar,
        Other,
    }

    /// <summary>Reads a data set.</summary>
    /// <param name="path">The file.</param>
    /// <param name="csv">How a CSV file is to be read; refused for others.</param>
    /// <exception cref="VsmlException">The file is of no such kind, damaged, or not there.</exception>
    public static ImageDataset Read(string path, CsvOptions csv)
    {
        var kind = KindOf(path);
        if (kind == Kind.Csv) return CsvFile.Read(path, csv);
        if (csv != default) throw NotCsv(path);
        return kind switch
        {
            Kind.IdxImages => IdxFile.ReadImages(path, LabelsBeside(path), Path.GetFileName(path)),
            Kind.IdxLabels => throw new VsmlException($"{path}: holds labels; give the file of the images"),
            Kind.Archive => OmniglotArchive.Read(path),
            Kind.Matlab => SvhnSet.Read(path, Path.GetFileName(path)),
            Kind.Cifar => CifarFile.Read(path),
            _ => throw new VsmlException($"{path}: is neither CSV text, nor IDX images (as ...images-idx3-ubyte), nor an Omniglot archive (.zip), nor cropped house numbers (.mat), nor a batch of CIFAR-10 (.bin); the first two may be gzipped"),
        };
    }

    /// <summary>The files that <see cref="Read"/> would read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">As for <see cref="Read"/>.</exception>
    public static IReadOnlyList<string> Paths(string path) => KindOf(path) == Kind.IdxImages ? [path, LabelsBeside(path)] : [path];

    /// <summary>An error for options that only CSV files have.</summary>
    /// <param name="name">The data that they were given for.</param>
    public static VsmlException NotCsv(string name) =>
        new($"{name}: is no CSV file, so there is no label column to choose and no header; leave out label and header");

    private static Kind KindOf(string path) => DataFile.Read(path, (stream, name) =>
    {
        using var unpacked = DataFile.Unpack(stream);
        Span<byte> sample = stackalloc byte[Sample];
        sample = sample[..(unpacked ?? stream).ReadAtLeast(sample, Sample, throwOnEndOfStream: false)];
        // Without a mark of its own, so that its name and length must tell.
        if (unpacked is null && name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && stream.Length > 0 && stream.Length % CifarFile.Record == 0) return Kind.Cifar;
        if (sample is [0, 0, _, var dimensions, ..]) return dimensions == 1 ? Kind.IdxLabels : Kind.IdxImages;
        if (sample is [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..]) return Kind.Archive;
        if (MatlabFile.IsOne(sample)) return Kind.Matlab;
        return IsText(sample) || Path.GetFileName(name).Contains(".csv", StringComparison.OrdinalIgnoreCase) ? Kind.Csv : Kind.Other;
    });

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            if (value < ' ' && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r')) return false;
        return true;
    }

    // Published sets are called ...-images-idx3-ubyte or ...-images.idx3-ubyte, and unpacking leaves pairs of which one is gzipped.
    private static string LabelsBeside(string imagesPath)
    {
        var file = Path.GetFileName(imagesPath);
        var isGzip = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        var images = file.LastIndexOf("images", StringComparison.Ordinal);
        if (images < 0)
            throw new VsmlException($"{imagesPath}: holds images, but its name does not tell where their labels are; call it NAME-images-idx3-ubyte and the labels beside it NAME-labels-idx1-ubyte");
        var labels = $"{file[..images]}labels{file[(images + "images".Length)..]}".Replace("idx3", "idx1").Replace("idx4", "idx1");
        if (isGzip) labels = labels[..^".gz".Length];
        var names = new[] { labels, labels.Replace(".idx1", "-idx1"), labels.Replace("-idx1", ".idx1") }
            .SelectMany(name => isGzip ? new[] { name + ".gz", name } : [name, name + ".gz"])
            .Select(name => Path.Combine(Path.GetDirectoryName(imagesPath) ?? "", name)).ToArray();
        return Array.Find(names, File.Exists) ?? throw new VsmlException($"{names[0]}: there is no such file; it must hold the labels of {imagesPath}");
    }
}
