using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Vsml.Data;

/// <summary>The data sets that can be named on the command line and in configurations, and data files given by path.</summary>
public static class DatasetCatalogue
{
    private const int MnistTrainCount = 8000;
    private const string Mnist = "mnist";
    private const string Digits = "digits";

    private const string DigitsFile = "digits.csv.gz";
    private static readonly string[] MnistFiles = ["mnist10k-images-idx3-ubyte.gz", "mnist10k-labels-idx1-ubyte.gz"];

    private static readonly DatasetInfo[] Known =
    [
        new(Mnist, "10,000 handwritten digits, 28x28; the first 8,000 for training, the last 2,000 held out", "MIT (package); CC BY-SA 3.0 (MNIST)", DatasetSource.Embedded),
        new(Digits, "1,797 optically recognised handwritten digits, 8x8, in one piece", "CC BY 4.0", DatasetSource.Embedded),
        .. PublishedSet.All.Select(set => new DatasetInfo(set.Name, set.Description, set.Licence, DatasetSource.Download)),
        new("random", "normal vectors with random labels: memorisation", "", DatasetSource.Generated),
        new("sum-sign", "vectors labelled by the sign of their sum", "", DatasetSource.Generated),
        new("synthetic", "tables of numbers from random mixtures, networks and trees", "", DatasetSource.Generated),
    ];

    private static readonly DatasetSplit[] s_parts = [DatasetSplit.Train, DatasetSplit.Test];

    private static readonly ConcurrentDictionary<string, (ImageDataset Train, ImageDataset Test)> Registered = new(StringComparer.Ordinal);

    // The split stands as a number: hashing an enumeration in a generic key may allocate, and this is looked up for every episode.
    private readonly record struct Key(string Name, int Split, CsvOptions Csv, int Size = 0, int Standardise = -1, bool Grey = false);

    private static readonly ConcurrentDictionary<Key, Lazy<ImageDataset>> Loaded = new();
    private static readonly ConcurrentDictionary<Key, Lazy<ImageDataset>> Prepared = new();

    /// <summary>All names, those that the program registered last.</summary>
    public static IReadOnlyList<DatasetInfo> Entries =>
        [.. Known, .. Registered.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry =>
            new DatasetInfo(entry.Key, string.Create(CultureInfo.InvariantCulture, $"{entry.Value.Train.Count} + {entry.Value.Test.Count} images, given by the program"), "", DatasetSource.Registered))];

    /// <summary>Gives a name to data sets of the program's own.</summary>
    /// <param name="name">A name that is not taken.</param>
    /// <param name="train">Images that meta-training may see.</param>
    /// <param name="test">Held-out images of the same shape and classes.</param>
    /// <exception cref="VsmlException">The name is taken, or the two parts differ in shape or classes.</exception>
    public static void Register(string name, ImageDataset train, ImageDataset test)
    {
        if (train.Height != test.Height || train.Width != test.Width || train.Channels != test.Channels || train.ClassCount != test.ClassCount)
            throw new VsmlException($"{name}: training and test images differ in shape or classes");
        if (Known.Any(entry => entry.Name == name) || !Registered.TryAdd(name, (train, test)))
            throw new VsmlException($"{name}: there is a data set of this name already");
    }

    /// <summary>Whether a set comes with examples for testing apart from the others; what does not is divided (<see cref="DatasetDivision"/>).</summary>
    /// <param name="nameOrFile">As for <see cref="Load"/>.</param>
    public static bool HasTestPart(string nameOrFile) => nameOrFile == Mnist || PublishedSet.Find(nameOrFile) is not null || Registered.ContainsKey(nameOrFile);

    /// <summary>The files that <see cref="Load"/> would read for a file given by path: itself, and for images their labels; none for a name.</summary>
    /// <param name="nameOrFile">As for <see cref="Load"/>.</param>
    /// <exception cref="VsmlException">There is no such data set, or the file is of no known kind.</exception>
    public static IReadOnlyList<string> Files(string nameOrFile) =>
        IsNamed(nameOrFile) ? [] : Path.Exists(nameOrFile) ? DatasetFile.Paths(nameOrFile) : throw Unknown(nameOrFile);

    /// <summary>The full path of a file; a name as it is.</summary>
    /// <param name="nameOrFile">As for <see cref="Load"/>; paths are relative to the current folder.</param>
    public static string Locate(string nameOrFile) => IsNamed(nameOrFile) || nameOrFile.Length == 0 || nameOrFile.Contains('\0', StringComparison.Ordinal) ? nameOrFile : Path.GetFullPath(nameOrFile);

    /// <summary>
    /// SHA-256 of what a data set holds, whether it is compressed or not: of a file, or of images followed by their labels. It is
    /// computed anew every time.
    /// </summary>
    /// <param name="nameOrFile">As for <see cref="Load"/>, or a file of any other kind.</param>
    /// <returns>64 hexadecimal digits.</returns>
    /// <exception cref="VsmlException">There is no such data set, it is generated, it is not on this machine, or its file cannot be read.</exception>
    public static string Digest(string nameOrFile)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (Registered.TryGetValue(nameOrFile, out var own))
            foreach (var part in new[] { own.Train, own.Test })
            {
                hash.AppendData(MemoryMarshal.AsBytes(part.Images));
                hash.AppendData(MemoryMarshal.AsBytes(part.Labels));
            }
        else if (nameOrFile is Mnist or Digits)
            foreach (var file in nameOrFile == Mnist ? MnistFiles : [DigitsFile]) Resource(file, (stream, _) => Append(hash, stream));
        else
            foreach (var path in PublishedSet.Find(nameOrFile) is { } published ? FilesOf(published) : IsNamed(nameOrFile) ? throw Generated(nameOrFile) : Files(nameOrFile))
                DataFile.Read(path, (stream, _) => Append(hash, stream));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Loads a data set, pixels scaled to [0, 1] (the numbers of a CSV file as they are). Kept for the next call.</summary>
    /// <param name="nameOrFile">
    /// A name of <see cref="Entries"/>, or a file: CSV text, or IDX images (NAME-images-idx3-ubyte) with the labels beside them
    /// (NAME-labels-idx1-ubyte), each plain or gzipped, or an Omniglot archive. What a file is, is told by its content.
    /// </param>
    /// <param name="split">Which part. Files, and sets in one piece, are divided by the rule of <see cref="DatasetDivision"/>.</param>
    /// <param name="csv">How a CSV file is to be read; refused for other data.</param>
    /// <exception cref="VsmlException">There is no such data set, it is generated and has no images, it is not on this machine, or its file is wrong.</exception>
    public static ImageDataset Load(string nameOrFile, DatasetSplit split = DatasetSplit.Test, CsvOptions csv = default) =>
        Once(Loaded, new(nameOrFile, (int)split, csv), key => Read(key.Name, (DatasetSplit)key.Split, key.Csv));

    /// <summary>
    /// A data set ready for episodes: resized (<see cref="ImageDataset.AtSize"/>), colours averaged if asked for, then standardised with the mean and standard
    /// deviation of its own examples at that size. Kept for the next call.
    /// </summary>
    /// <param name="nameOrFile">As for <see cref="Load"/>.</param>
    /// <param name="split">Which part.</param>
    /// <param name="size">Rows and columns; 0 for the set's own.</param>
    /// <param name="csv">As for <see cref="Load"/>.</param>
    /// <param name="standardise">By which figures; null for <see cref="ImageDataset.UsualStandardisation"/>.</param>
    /// <param name="grey">Whether each pixel becomes the mean of its channels.</param>
    /// <exception cref="VsmlException">As for <see cref="Load"/>, or the size is wrong.</exception>
    public static ImageDataset Prepare(string nameOrFile, DatasetSplit split, int size = 0, CsvOptions csv = default, Standardisation? standardise = null, bool grey = false) =>
        Once(Prepared, new(nameOrFile, (int)split, csv, size, standardise is { } given ? (int)given : -1, grey), key =>
        {
            var sized = Load(key.Name, (DatasetSplit)key.Split, key.Csv).AtSize(key.Size);
            if (key.Grey) sized = sized.Averaged();
            return sized.Standardise(key.Standardise < 0 ? sized.UsualStandardisation : (Standardisation)key.Standardise);
        });

    /// <summary>Whether <see cref="Load"/> would find a named set on this machine (generated ones always are).</summary>
    /// <param name="name">A name of <see cref="Entries"/>.</param>
    public static bool IsPresent(string name) =>
        PublishedSet.Find(name) is not { } set || s_parts.All(part => set.FilesOf(part, DataFolders.Candidates(set.Folder)) is not null);

    /// <summary>The published set that a built-in one is a part of: mnist-60k, all of MNIST, for mnist; any other name is its own.</summary>
    /// <param name="name">As for <see cref="Load"/>.</param>
    public static string WholeOf(string name) => name == Mnist ? PublishedSet.WholeMnist : name;

    /// <summary>Downloads a data set into the cache folder; those that need no download are left alone.</summary>
    /// <param name="name">A name of <see cref="Entries"/>.</param>
    /// <param name="progress">Told how far it is; may be null.</param>
    /// <param name="cancellation">Stops it; what has come so far is kept for the next attempt.</param>
    /// <returns>The paths of its files; empty if there was nothing to download.</returns>
    /// <exception cref="VsmlException">There is no such set, or the download fails.</exception>
    public static async Task<IReadOnlyList<string>> DownloadAsync(string name, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (Entries.All(entry => entry.Name != name)) throw Unknown(name);
        if (PublishedSet.Find(name) is not { } set) return [];
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("vsml");
        var downloader = new Downloader(client);
        var paths = new List<string>();
        foreach (var file in set.Files)
            paths.Add(await downloader.GetAsync(file, Path.Combine(DataFolders.Cache, set.Folder), progress, cancellation));
        return paths;
    }

    private static ImageDataset Read(string name, DatasetSplit split, CsvOptions csv)
    {
        if (IsNamed(name) && csv != default) throw DatasetFile.NotCsv(name);
        if (split != DatasetSplit.All && !HasTestPart(name)) return DatasetDivision.Part(Load(name, DatasetSplit.All, csv), split);
        if (Registered.TryGetValue(name, out var own)) return Part(split, own.Train, own.Test);
        switch (name)
        {
            case Mnist:
                var all = IdxFile.Combine(
                    Resource(MnistFiles[0], IdxFile.Read), MnistFiles[0], Resource(MnistFiles[1], IdxFile.Read), MnistFiles[1], name, null);
                return split switch
                {
                    DatasetSplit.Train => all.Slice(0, MnistTrainCount),
                    DatasetSplit.Test => all.Slice(MnistTrainCount, all.Count - MnistTrainCount),
                    _ => all,
                };
            case Digits:
                // The embedded file has no header, and pixels count 0 to 16 dots.
                var digits = Resource(DigitsFile, (stream, _) => CsvFile.Read(stream, name, new(Header: false)));
                var scaled = new float[digits.Images.Length];
                TensorPrimitives.Divide(digits.Images, 16f, scaled);
                return new ImageDataset(name, scaled, digits.Labels.ToArray(), digits.Height, digits.Width, 1, digits.ClassNames);
        }
        if (PublishedSet.Find(name) is { } set) return Part(split, Published(set, DatasetSplit.Train, split), Published(set, DatasetSplit.Test, split));
        if (IsNamed(name)) throw Generated(name);
        return Path.Exists(name) ? DatasetFile.Read(name, csv) : throw Unknown(name);
    }

    /// <summary>Whether a text is the name of a data set, not the path of a file.</summary>
    internal static bool IsNamed(string name) => Registered.ContainsKey(name) || Known.Any(entry => entry.Name == name);

    private static ImageDataset? Published(PublishedSet set, DatasetSplit part, DatasetSplit wanted) =>
        wanted != part && wanted != DatasetSplit.All ? null : set.Read(part, set.FilesOf(part, DataFolders.Candidates(set.Folder)) ?? throw IsMissing(set));

    private static IEnumerable<string> FilesOf(PublishedSet set) =>
        s_parts.SelectMany(part => set.FilesOf(part, DataFolders.Candidates(set.Folder)) ?? throw IsMissing(set)).Distinct();

    private static VsmlException IsMissing(PublishedSet set) => new(
        $"{set.Name}: is not on this machine: run 'vsml data get {set.Name}'{(set.Name == FashionMnist.Name ? ", or install Debian's dataset-fashion-mnist" : "")}, or put {(set.Files.Count == 1 ? set.Files[0].Name : $"its {set.Files.Count} files")} into {DataFolders.Candidates(set.Folder).Last()}");

    private static VsmlException Generated(string name) => new($"{name}: is generated anew for every episode and has no images");

    private static bool Append(IncrementalHash hash, Stream stream)
    {
        using var unpacked = DataFile.Unpack(stream);
        var piece = new byte[1 << 16];
        for (int read; (read = (unpacked ?? stream).Read(piece)) > 0;) hash.AppendData(piece, 0, read);
        return true;
    }

    private static ImageDataset Part(DatasetSplit split, ImageDataset? train, ImageDataset? test) => split switch
    {
        DatasetSplit.Train => train!,
        DatasetSplit.Test => test!,
        _ => Join(train!, test!),
    };

    private static ImageDataset Join(ImageDataset first, ImageDataset second)
    {
        // Parts of few-shot sets have classes of their own.
        var areSame = first.ClassNames.SequenceEqual(second.ClassNames);
        var labels = second.Labels.ToArray();
        if (!areSame) foreach (ref var label in labels.AsSpan()) label += first.ClassCount;
        return new(first.Name, [.. first.Images, .. second.Images], [.. first.Labels, .. labels], first.Height, first.Width, first.Channels, areSame ? first.ClassNames : [.. first.ClassNames, .. second.ClassNames]);
    }

    private static T Resource<T>(string file, Func<Stream, string, T> read)
    {
        using var stream = typeof(DatasetCatalogue).Assembly.GetManifestResourceStream("Vsml.Data." + file)!;
        return read(stream, file);
    }

    private static ImageDataset Once(ConcurrentDictionary<Key, Lazy<ImageDataset>> kept, Key key, Func<Key, ImageDataset> make) =>
        kept.TryGetValue(key, out var found) && found.IsValueCreated ? found.Value : Make(kept, key, make);

    // A failure is not kept: the file may be there the next time.
    private static ImageDataset Make(ConcurrentDictionary<Key, Lazy<ImageDataset>> kept, Key key, Func<Key, ImageDataset> make)
    {
        // A file is read once, however its path is written.
        var located = key with { Name = Locate(key.Name) };
        var entry = kept.GetOrAdd(key, new Lazy<ImageDataset>(() => located == key ? make(key) : Once(kept, located, _ => make(key))));
        try
        {
            return entry.Value;
        }
        catch
        {
            kept.TryRemove(new(key, entry));
            throw;
        }
    }

    private static VsmlException Unknown(string name) =>
        new($"{name}: is no data set and no file (at {Locate(name)}); the names are {string.Join(", ", Entries.Select(entry => entry.Name))}");
}
