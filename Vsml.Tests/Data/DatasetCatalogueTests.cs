using Vsml.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

public class DatasetCatalogueTests
{
    [Fact]
    public void MnistIsEmbeddedAndSplit()
    {
        var train = DatasetCatalogue.Load("mnist", DatasetSplit.Train);
        var test = DatasetCatalogue.Load("mnist");
        var all = DatasetCatalogue.Load("mnist", DatasetSplit.All);
        (train.Count, test.Count, all.Count).ShouldBe((8000, 2000, 10000));
        (test.Height, test.Width, test.Channels, test.ClassCount).ShouldBe((28, 28, 1, 10));
        train.Image(7999).SequenceEqual(all.Image(7999)).ShouldBeTrue();
        test.Image(0).SequenceEqual(all.Image(8000)).ShouldBeTrue();
        test.Labels.SequenceEqual(all.Labels[8000..]).ShouldBeTrue();
        // The figures of the full training set, which ten thousand of its images cannot miss by much.
        var (mean, deviation) = all.Moments();
        mean.ShouldBe(.13066, .002);
        deviation.ShouldBe(.30811, .002);
        Enumerable.Range(0, 10).Select(c => all.OfClass(c).Length).ShouldAllBe(count => count >= 863 && count <= 1127);
    }

    [Fact]
    public void NoHeldOutImageIsAmongTheTrainingImages()
    {
        var train = DatasetCatalogue.Load("mnist", DatasetSplit.Train);
        var test = DatasetCatalogue.Load("mnist");
        var seen = new HashSet<string>();
        for (var i = 0; i < train.Count; i++) seen.Add(Key(train.Image(i)));
        for (var i = 0; i < test.Count; i++) seen.ShouldNotContain(Key(test.Image(i)));

        static string Key(ReadOnlySpan<float> image) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(image)));
    }

    [Fact]
    public void DigitsAreEmbedded()
    {
        var digits = DatasetCatalogue.Load("digits", DatasetSplit.All);
        (digits.Count, digits.Height, digits.Width, digits.ClassCount).ShouldBe((1797, 8, 8, 10));
        digits.Labels[..3].ToArray().ShouldBe([0, 1, 2]);
        digits.Image(0)[..5].ToArray().ShouldBe([0f, 0f, 5 / 16f, 13 / 16f, 9 / 16f]);
    }

    [Fact]
    public void AFileIsReadOnceHoweverItsPathIsWritten()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], "x,y,label\n1,2,a\n3,4,b\n2,2,a\n1,1,b\n");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, folder["rows.csv"]);
        Path.IsPathRooted(relative).ShouldBeFalse();
        DatasetCatalogue.Load(folder["rows.csv"], DatasetSplit.All).ShouldBeSameAs(DatasetCatalogue.Load(relative, DatasetSplit.All));
        DatasetCatalogue.Prepare(relative, DatasetSplit.All).ShouldBeSameAs(DatasetCatalogue.Prepare(folder["rows.csv"], DatasetSplit.All));
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(relative + "x")).Message.ShouldStartWith(relative + "x");
    }

    [Fact]
    public void PreparedSetsAreStandardisedAtTheirSizeAndKept()
    {
        var small = DatasetCatalogue.Prepare("mnist", DatasetSplit.Test, 8);
        small.ImageSize.ShouldBe(64);
        small.Moments().Mean.ShouldBe(0, 1e-5);
        small.Moments().StandardDeviation.ShouldBe(1, 1e-5);
        DatasetCatalogue.Prepare("mnist", DatasetSplit.Test, 8).ShouldBeSameAs(small);
    }

    [Fact]
    public void ReadsDataFiles()
    {
        using var folder = new TemporaryFolder();
        DatasetCatalogue.Load(folder.Write("d.csv", "1,2,a\n3,4,b\n5,6,a\n"u8.ToArray()), DatasetSplit.All).Count.ShouldBe(3);
        DatasetCatalogue.Load(folder.Write("iris.data", DataBytes.Gzip("1,2,a\n3,4,b\n5,6,a\n"u8.ToArray())), DatasetSplit.All).Count.ShouldBe(3);
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(folder.Write("x.png", [1]))).Message.ShouldContain("neither CSV text");
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load("mnist", csv: new("0"))).Message.ShouldContain("no CSV file");
    }

    [Theory]
    [InlineData("own-images-idx3-ubyte", "own-labels-idx1-ubyte")]
    [InlineData("own-images-idx3-ubyte.gz", "own-labels-idx1-ubyte.gz")]
    [InlineData("own-images.idx3-ubyte", "own-labels.idx1-ubyte")]
    [InlineData("own-images.idx3-ubyte", "own-labels-idx1-ubyte")]
    [InlineData("own-images-idx3-ubyte", "own-labels.idx1-ubyte.gz")]
    [InlineData("images-idx3-ubyte.gz", "labels-idx1-ubyte")]
    [InlineData("images.csv", "labels.csv")]
    public void ImagesFindTheirLabelsUnderTheNamesInUse(string images, string labels)
    {
        using var folder = new TemporaryFolder();
        var path = Write(images, DataBytes.Idx(8, [2, 1, 1], [1, 2]));
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(path)).Message.ShouldContain("there is no such file; it must hold the labels of");
        var labelsPath = Write(labels, DataBytes.Idx(8, [2], [5, 3]));
        DatasetCatalogue.Load(path, DatasetSplit.All).ClassNames.ShouldBe(["3", "5"]);
        DatasetCatalogue.Files(path).ShouldBe([path, labelsPath]);
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(labelsPath)).Message.ShouldContain("holds labels");

        string Write(string name, byte[] content) => folder.Write(name, name.EndsWith(".gz", StringComparison.Ordinal) ? DataBytes.Gzip(content) : content);
    }

    [Fact]
    public void ImagesOfAnotherNameAreExplained()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("train.idx3-ubyte", DataBytes.Idx(8, [2, 1, 1], [1, 2]));
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(path)).Message.ShouldContain("its name does not tell where their labels are");
    }

    [Fact]
    public void AFileIsDividedIntoPartsWithoutACommonExample()
    {
        using var folder = new TemporaryFolder();
        // Sorted by class, every line twice, and one class with two lines alone.
        var lines = Enumerable.Range(0, 100).Select(i => $"{i},{i * i},{i / 50}").ToList();
        var path = folder.Write("d.csv", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', ["x,y,kind", .. lines, .. lines, "7,7,9", "8,8,9"])));
        var all = DatasetCatalogue.Load(path, DatasetSplit.All);
        var train = DatasetCatalogue.Load(path, DatasetSplit.Train);
        var test = DatasetCatalogue.Load(path, DatasetSplit.Test);
        (all.Count, train.Count, test.Count).ShouldBe((202, 161, 41));
        Enumerable.Range(0, 3).Select(c => test.OfClass(c).Length).ShouldBe([20, 20, 1]);
        test.Image(0).ToArray().ShouldBe([1f, 1f]);
        test.Image(1).ToArray().ShouldBe([6f, 36f]);
        Rows(train).Intersect(Rows(test)).ShouldBeEmpty();
        Rows(train).Concat(Rows(test)).Order().ShouldBe(Rows(all).Order());

        static IEnumerable<string> Rows(ImageDataset set) => Enumerable.Range(0, set.Count).Select(i => $"{string.Join(' ', set.Image(i).ToArray())}: {set.Labels[i]}").ToList();
    }

    [Fact]
    public void AFileWithoutTwoOfAClassCannotBeDivided()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("d.csv", "x,kind\n1,a\n2,b\n"u8.ToArray());
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(path, DatasetSplit.Test)).Message.ShouldContain("take all of them");
        DatasetCatalogue.Load(path, DatasetSplit.All).Count.ShouldBe(2);
    }

    [Fact]
    public void DigitsAreDividedLikeAFile()
    {
        var train = DatasetCatalogue.Load("digits", DatasetSplit.Train);
        var test = DatasetCatalogue.Load("digits", DatasetSplit.Test);
        (train.Count + test.Count).ShouldBe(1797);
        test.Count.ShouldBeInRange(355, 365);
    }

    [Fact]
    public void ColumnsOfCsvFilesAreStandardisedEachByItsOwnUnlessAskedOtherwise()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("d.csv", "time,x,kind\n1700000000,1,a\n1700086400,2,b\n1700172800,3,a\n"u8.ToArray());
        DatasetCatalogue.Prepare(path, DatasetSplit.All).Image(2)[1].ShouldBe(1.2247449f, 1e-5f);
        Math.Abs(DatasetCatalogue.Prepare(path, DatasetSplit.All, standardise: Standardisation.All).Image(2)[1] + 1).ShouldBeLessThan(1e-3f);
        DatasetCatalogue.Prepare("mnist", DatasetSplit.Test, 8).Image(0)[0].ShouldNotBe(0f);
    }

    [Fact]
    public void WrongNamesAreExplained()
    {
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load("minst")).Message
            .ShouldStartWith($"minst: is no data set and no file (at {Path.GetFullPath("minst")}); the names are mnist, digits, fashion, mnist-60k, kmnist, emnist-balanced, emnist-letters, cifar10, omniglot, omniglot-small, svhn, random, sum-sign");
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load("random")).Message.ShouldContain("generated anew");
    }

    [Fact]
    public void EveryEntrySaysWhereItComesFrom()
    {
        DatasetCatalogue.Entries.Count.ShouldBeGreaterThanOrEqualTo(5);
        DatasetCatalogue.Entries.Where(entry => entry.Source != DatasetSource.Download).ShouldAllBe(entry => DatasetCatalogue.IsPresent(entry.Name));
    }

    [Fact]
    public async Task OnlyDownloadableSetsAreDownloaded()
    {
        (await DatasetCatalogue.DownloadAsync("mnist")).ShouldBeEmpty();
        (await Should.ThrowAsync<VsmlException>(() => DatasetCatalogue.DownloadAsync("emnist"))).Message.ShouldContain("no data set");
    }
}
