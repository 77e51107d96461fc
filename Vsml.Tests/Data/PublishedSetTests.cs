using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

/// <summary>Readers of published sets, on small files in the same formats.</summary>
public sealed class PublishedSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names => [.. PublishedSet.All.Select(set => set.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_set_is_listed_and_has_addresses_and_checksums(string name)
    {
        DatasetCatalogue.Entries.ShouldContain(entry => entry.Name == name && entry.Source == DatasetSource.Download && entry.Licence.Length > 0);
        DatasetCatalogue.HasTestPart(name).ShouldBeTrue();
        foreach (var file in PublishedSet.Find(name)!.Files)
        {
            file.Addresses.ShouldAllBe(address => Uri.IsWellFormedUriString(address, UriKind.Absolute) && address.EndsWith(".zip") | address.EndsWith(file.Name));
            file.Checksum.Length.ShouldBe(32);
        }
    }

    [Fact]
    public void A_set_that_is_not_here_says_which_command_gets_it()
    {
        if (DatasetCatalogue.IsPresent("svhn")) return;
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load("svhn")).Message.ShouldContain("vsml data get svhn");
    }

    [Fact]
    public void Cifar_images_have_their_colours_beside_each_other()
    {
        var test = Read("cifar10", DatasetSplit.Test, ("cifar-10-binary.tar.gz", Cifar()));
        (test.Height, test.Width, test.Channels, test.ClassCount).ShouldBe((32, 32, 3, 10));
        test.Labels.ToArray().ShouldBe([7]);
        test.Image(0)[..6].ToArray().ShouldBe([0, 85 / 255f, 170 / 255f, 1 / 255f, 86 / 255f, 171 / 255f]);
        // Batches in their order, whatever that of the archive.
        Read("cifar10", DatasetSplit.Train, ("cifar-10-binary.tar.gz", Cifar())).Labels.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_batch_of_Cifar_can_be_named_by_its_path()
    {
        var path = _folder.Write("data_batch_1.bin", [.. Record(4), .. Record(9)]);
        DatasetCatalogue.Load(path, DatasetSplit.All).Labels.ToArray().ShouldBe([4, 9]);
        _folder.Write("data_batch_1.bin", Record(10));
        Should.Throw<VsmlException>(() => CifarFile.Read(path)).Message.ShouldContain("image 1 has label 10");
        _folder.Write("data_batch_1.bin", new byte[100]);
        Should.Throw<VsmlException>(() => CifarFile.Read(path)).Message.ShouldContain("no whole number");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void House_numbers_are_read_from_MATLAB_files_column_by_column(bool compressed)
    {
        var test = Read("svhn", DatasetSplit.Test, ("test_32x32.mat", Svhn(compressed, wideLabels: compressed)));
        (test.Height, test.Width, test.Channels, test.Count).ShouldBe((2, 3, 3, 2));
        // 10 stands for 0.
        test.Labels.ToArray().ShouldBe([0, 4]);
        // X counts rows first, then columns, channels and images.
        test.Image(0).ToArray().ShouldBe(new float[] { 0, 6, 12, 2, 8, 14, 4, 10, 16, 1, 7, 13, 3, 9, 15, 5, 11, 17 }.Select(value => value / 255f));
        test.Image(1)[0].ShouldBe(18 / 255f);
        var path = _folder.Write("own.mat", Svhn(compressed, wideLabels: false));
        DatasetCatalogue.Load(path, DatasetSplit.All).Labels.ToArray().ShouldBe([0, 4]);
    }

    [Fact]
    public void A_damaged_MATLAB_file_is_refused_in_one_line_wherever_it_is_cut()
    {
        foreach (var compressed in new[] { false, true })
        {
            var whole = Svhn(compressed, wideLabels: false);
            for (var length = 0; length < whole.Length - 7; length += 5)
                Should.Throw<VsmlException>(() => SvhnSet.Read(_folder.Write("cut.mat", whole[..length]), "svhn"), $"{length} of {whole.Length}");
        }
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var bytes = Svhn(compressed: false, wideLabels: false);
            bytes[128 + random.Next(bytes.Length - 128)] = (byte)random.Next(256);
            try
            {
                SvhnSet.Read(_folder.Write("wrong.mat", bytes), "svhn");
            }
            catch (VsmlException)
            {
                // Refused, or read as other numbers; nothing else.
            }
        }
    }

    [Fact]
    public void Letters_of_Emnist_stand_upright()
    {
        var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in new[] { ("images-idx3", DataBytes.Idx(8, [2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7])), ("labels-idx1", DataBytes.Idx(8, [2], [1, 3])) })
            {
                using var entry = zip.CreateEntry($"gzip/emnist-letters-test-{name}-ubyte.gz").Open();
                entry.Write(DataBytes.Gzip(content));
            }
        var test = Read("emnist-letters", DatasetSplit.Test, ("emnist-gzip.zip", archive.ToArray()));
        test.Image(0).ToArray().ShouldBe(new float[] { 0, 2, 1, 3 }.Select(value => value / 255f));
        test.ClassNames.ShouldBe(["1", "3"]);
        Should.Throw<VsmlException>(() => PublishedSet.Find("emnist-balanced")!.Read(DatasetSplit.Test, [_folder["emnist-gzip.zip"]])).Message.ShouldContain("there is no emnist-balanced-test-images");
    }

    [Fact]
    public void Kuzushiji_characters_have_names()
    {
        var test = Read("kmnist", DatasetSplit.Test, ("t10k-images-idx3-ubyte.gz", DataBytes.Gzip(DataBytes.Idx(8, [1, 1, 1], [255]))), ("t10k-labels-idx1-ubyte.gz", DataBytes.Gzip(DataBytes.Idx(8, [1], [2]))));
        test.ClassNames[test.Labels[0]].ShouldBe("su");
    }

    [Fact]
    public void Colours_are_inputs_of_their_own_or_averaged()
    {
        var path = _folder.Write("colours.bin", [.. Record(1), .. Record(1), .. Record(2), .. Record(2)]);
        var task = new ImageTask { Data = path, Split = DatasetSplit.All };
        task.InputSize.ShouldBe(32 * 32 * 3);
        (task with { Grey = true }).InputSize.ShouldBe(32 * 32);
        (task with { Grey = true, Size = 8 }).InputSize.ShouldBe(64);
        var grey = DatasetCatalogue.Load(path, DatasetSplit.All).Averaged();
        grey.Channels.ShouldBe(1);
        grey.Image(0)[..2].ToArray().ShouldBe([85 / 255f, 86 / 255f], 1e-6);
        Layouts.For(Network(new ConvLayerSpec(32, 32, 3, 4, 3, 4), new DenseLayerSpec(256, 10)), task.InputSize, task.OutputSize).InputSize.ShouldBe(task.InputSize);
    }

    private static Architecture Network(params LayerSpec[] layers) => new() { Layers = new(layers) };

    private ImageDataset Read(string name, DatasetSplit part, params (string Name, byte[] Content)[] files)
    {
        foreach (var (file, content) in files) _folder.Write(file, content);
        var set = PublishedSet.Find(name)!;
        return set.Read(part, set.FilesOf(part, [_folder["nowhere"], _folder.Path])!);
    }

    private static byte[] Record(byte label) => [label, .. Enumerable.Range(0, 3).SelectMany(channel => Enumerable.Range(0, 1024).Select(p => (byte)((p + 85 * channel) % 256)))];

    private static byte[] Cifar()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var archive = new TarWriter(gzip))
            foreach (var (name, content) in new (string, byte[])[] { ("readme.html", [1]), ("data_batch_2.bin", [.. Record(3)]), ("test_batch.bin", Record(7)), ("data_batch_1.bin", [.. Record(1), .. Record(2)]) })
                archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "cifar-10-batches-bin/" + name) { DataStream = new MemoryStream(content) });
        return packed.ToArray();
    }

    // As MATLAB writes it: a small element for a short name, data filled up to eight bytes, labels as doubles or bytes.
    private static byte[] Svhn(bool compressed, bool wideLabels)
    {
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test".PadRight(116)).CopyTo(header, 0);
        (header[124], header[125], header[126], header[127]) = (0, 1, (byte)'I', (byte)'M');
        byte[] y = wideLabels ? [.. new[] { 10.0, 4.0 }.SelectMany(BitConverter.GetBytes)] : [10, 4];
        byte[][] matrices = [Matrix("X", 9, [2, 3, 3, 2], 2, DataBytes.Counting(36)), Matrix("y", (byte)(wideLabels ? 6 : 9), [2, 1], wideLabels ? 9 : 2, y)];
        return [.. header, .. matrices.SelectMany(matrix => compressed ? Element(15, ZLib(matrix), filled: false) : matrix)];
    }

    private static byte[] Matrix(string name, byte kind, int[] shape, int type, byte[] data)
    {
        byte[] small = [1, 0, (byte)name.Length, 0, .. Encoding.ASCII.GetBytes(name.PadRight(4, '\0'))];
        return Element(14, [.. Element(6, [kind, 0, 0, 0, 0, 0, 0, 0]), .. Element(5, [.. shape.SelectMany(BitConverter.GetBytes)]), .. small, .. Element(type, data)]);
    }

    private static byte[] Element(int type, byte[] data, bool filled = true)
    {
        var element = new byte[8 + (filled ? (data.Length + 7) / 8 * 8 : data.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(element, type);
        BinaryPrimitives.WriteInt32LittleEndian(element.AsSpan(4), data.Length);
        data.CopyTo(element, 8);
        return element;
    }

    private static byte[] ZLib(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(content);
        return packed.ToArray();
    }
}
