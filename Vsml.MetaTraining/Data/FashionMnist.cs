namespace Vsml.Data;

/// <summary>Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 60,000 + 10,000 images of 28x28 in 10 classes, MIT licence.</summary>
internal static class FashionMnist
{
    public const string Name = "fashion";

    /// <summary>Where Debian's package dataset-fashion-mnist puts the files.</summary>
    public const string InstalledFolder = "/usr/share/datasets/fashion-mnist";

    private static readonly string[] Mirrors =
    [
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ];

    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The published files with their published MD5 checksums.</summary>
    public static IReadOnlyList<DownloadFile> Files { get; } =
    [
        File("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        File("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        File("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        File("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ];

    /// <summary>Reads one part; null if no folder holds its files.</summary>
    /// <param name="split">Train or test.</param>
    /// <param name="folders">Where to look, the first folder that has both files wins.</param>
    public static ImageDataset? TryLoad(DatasetSplit split, IEnumerable<string> folders) =>
        Find(split, folders) is var (images, labels) ? IdxFile.ReadImages(images, labels, Name, ClassNames) : null;

    /// <summary>The files of one part; null if no folder holds them.</summary>
    /// <param name="split">Train or test.</param>
    /// <param name="folders">Where to look, the first folder that has both files wins.</param>
    public static (string Images, string Labels)? Find(DatasetSplit split, IEnumerable<string> folders)
    {
        var part = split == DatasetSplit.Train ? "train" : "t10k";
        foreach (var folder in folders)
        {
            var images = Find(folder, $"{part}-images-idx3-ubyte");
            var labels = Find(folder, $"{part}-labels-idx1-ubyte");
            if (images is not null && labels is not null) return (images, labels);
        }
        return null;
    }

    private static string? Find(string folder, string file) =>
        new[] { Path.Combine(folder, file + ".gz"), Path.Combine(folder, file) }.FirstOrDefault(System.IO.File.Exists);

    private static DownloadFile File(string name, string md5) => new(name, new(Mirrors.Select(mirror => mirror + name)), md5, 64L << 20);
}
