using System.IO.Compression;

namespace Vsml.Data;

/// <summary>A data set that is downloaded from where it was published.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">What it is, in one line.</param>
/// <param name="Licence">Under which terms it may be used.</param>
/// <param name="Folder">Its folder in the cache.</param>
/// <param name="Files">What is downloaded.</param>
internal abstract record PublishedSet(string Name, string Description, string Licence, string Folder, IReadOnlyList<DownloadFile> Files)
{
    private const string KmnistAddress = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/", SvhnAddress = "http://ufldl.stanford.edu/housenumbers/";

    // The same files in three places.
    private static readonly string[] s_mnist = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/", "https://raw.githubusercontent.com/fgnt/mnist/master/"];

    private const string OmniglotAddress = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/";

    private static readonly DownloadFile[] s_emnist = [new("emnist-gzip.zip", new(["https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"]), "58c8d27c78d21e728a6bc7b3cc06412e", 1L << 30)];

    /// <summary>All of MNIST, of whose training part the set mnist has the first 10,000.</summary>
    public const string WholeMnist = "mnist-60k";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PublishedSet> All { get; } =
    [
        new PairedIdxSet(FashionMnist.Name, "Fashion-MNIST: 60,000 + 10,000 pictures of clothes, 28x28", "MIT", FashionMnist.Files, FashionMnist.ClassNames),
        new PairedIdxSet(WholeMnist, "MNIST: all 60,000 + 10,000 handwritten digits, 28x28", "CC BY-SA 3.0",
        [
            File(s_mnist, "train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"), File(s_mnist, "train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
            File(s_mnist, "t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"), File(s_mnist, "t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
        ], ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        new PairedIdxSet("kmnist", "Kuzushiji-MNIST: 60,000 + 10,000 old Japanese characters, 28x28", "CC BY-SA 4.0",
        [
            File(KmnistAddress, "train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"), File(KmnistAddress, "train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
            File(KmnistAddress, "t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"), File(KmnistAddress, "t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
        ], ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]),
        new EmnistSet("balanced", "EMNIST: 112,800 + 18,800 handwritten digits and letters, 47 classes, 28x28", s_emnist),
        new EmnistSet("letters", "EMNIST: 124,800 + 20,800 handwritten letters, 26 classes, 28x28", s_emnist),
        new Cifar10Set("cifar10", [File("https://www.cs.toronto.edu/~kriz/", Cifar10Set.Archive, "c32a1d4ab5d03f1284b67883e8d87530", 256L << 20)]),
        new OmniglotSet("omniglot", "Omniglot: 20 drawings of each of 964 + 659 characters, 105x105, one bit a pixel",
            File(OmniglotAddress, "images_background.zip", "68d2efa1b9178cc56df9314c21c6e718"), File(OmniglotAddress, "images_evaluation.zip", "6b91aef0f799c5bb55b94e3f2daec811")),
        new OmniglotSet("omniglot-small", "Omniglot's smaller background set, 5 alphabets: 20 drawings of each of 109 + 27 characters",
            File(OmniglotAddress, "images_background_small1.zip", "e704a628b5459e08445c13499850abc4")),
        new SvhnSet("svhn", [File(SvhnAddress, "train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373", 256L << 20), File(SvhnAddress, "test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3", 256L << 20)]),
    ];

    /// <summary>The set of a name; null if there is none.</summary>
    public static PublishedSet? Find(string name) => All.FirstOrDefault(set => set.Name == name);

    /// <summary>The files of one part; null if no folder holds them.</summary>
    /// <param name="part">Train or test.</param>
    /// <param name="folders">Where to look; the first folder that has them all wins.</param>
    public abstract IReadOnlyList<string>? FilesOf(DatasetSplit part, IEnumerable<string> folders);

    /// <summary>Reads one part.</summary>
    /// <param name="part">Train or test.</param>
    /// <param name="files">What <see cref="FilesOf"/> found.</param>
    /// <exception cref="VsmlException">A file is damaged, or holds something else.</exception>
    public abstract ImageDataset Read(DatasetSplit part, IReadOnlyList<string> files);

    /// <summary>A file's first place among folders, as a list; null where it is in none.</summary>
    protected static IReadOnlyList<string>? First(IEnumerable<string> folders, string file) =>
        folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(System.IO.File.Exists) is { } path ? [path] : null;

    private static DownloadFile File(string address, string name, string checksum, long most = 64L << 20) => File([address], name, checksum, most);

    private static DownloadFile File(IEnumerable<string> addresses, string name, string checksum, long most = 64L << 20) => new(name, new(addresses.Select(address => address + name)), checksum, most);
}

/// <summary>Images and labels as IDX files, named as MNIST's are.</summary>
internal sealed record PairedIdxSet(string Name, string Description, string Licence, IReadOnlyList<DownloadFile> Files, IReadOnlyList<string> ClassNames) : PublishedSet(Name, Description, Licence, Name, Files)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string>? FilesOf(DatasetSplit part, IEnumerable<string> folders) =>
        FashionMnist.Find(part, folders) is var (images, labels) ? [images, labels] : null;

    /// <inheritdoc/>
    public override ImageDataset Read(DatasetSplit part, IReadOnlyList<string> files) => IdxFile.ReadImages(files[0], files[1], Name, ClassNames);
}

/// <summary>A part of EMNIST (Cohen, Afshar, Tapson, van Schaik 2017), whose images are stored column by column, in the archive of all parts.</summary>
internal sealed record EmnistSet(string Split, string Description, IReadOnlyList<DownloadFile> Files) : PublishedSet("emnist-" + Split, Description, "public domain (NIST)", "emnist", Files)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string>? FilesOf(DatasetSplit part, IEnumerable<string> folders) => First(folders, Files[0].Name);

    /// <inheritdoc/>
    public override ImageDataset Read(DatasetSplit part, IReadOnlyList<string> files) => DataFile.Read(files[0], (stream, name) =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var of = part == DatasetSplit.Train ? "train" : "test";
        var (images, labels) = ($"emnist-{Split}-{of}-images-idx3-ubyte.gz", $"emnist-{Split}-{of}-labels-idx1-ubyte.gz");
        return IdxFile.Combine(Entry(archive, images, name), images, Entry(archive, labels, name), labels, Name, null).Transposed();
    });

    private static IdxArray Entry(ZipArchive archive, string entry, string name)
    {
        var found = archive.Entries.FirstOrDefault(one => one.Name == entry) ?? throw new VsmlException($"{name}: there is no {entry} in it");
        // Compressed twice, and read from any position.
        using var content = new MemoryStream();
        using (var packed = found.Open()) packed.CopyTo(content);
        content.Position = 0;
        return IdxFile.Read(content, $"{name}: {entry}");
    }
}

/// <summary>
/// Omniglot (Lake, Salakhutdinov, Tenenbaum 2015), with other characters for testing than for training: those of the second archive, or of
/// a single one the second of every five characters.
/// </summary>
internal sealed record OmniglotSet(string Name, string Description, params IReadOnlyList<DownloadFile> Files) : PublishedSet(Name, Description, "MIT", "omniglot", Files)
{
    private const int Period = 5, TestPlace = 1;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? FilesOf(DatasetSplit part, IEnumerable<string> folders) => First(folders, Files[part == DatasetSplit.Test ? Files.Count - 1 : 0].Name);

    /// <inheritdoc/>
    public override ImageDataset Read(DatasetSplit part, IReadOnlyList<string> files)
    {
        var all = OmniglotArchive.Read(files[0]);
        if (Files.Count > 1) return all;
        int[] characters = [.. Enumerable.Range(0, all.ClassCount).Where(c => (c % Period == TestPlace) == (part == DatasetSplit.Test))];
        int[] drawings = [.. characters.SelectMany(c => all.OfClass(c).ToArray())];
        return new ImageDataset(Name, [.. drawings.SelectMany(drawing => all.Image(drawing).ToArray())], [.. characters.SelectMany((c, number) => Enumerable.Repeat(number, all.OfClass(c).Length))],
            all.Height, all.Width, 1, [.. characters.Select(c => all.ClassNames[c])]);
    }
}
