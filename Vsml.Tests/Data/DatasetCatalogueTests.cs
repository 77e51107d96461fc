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
        var digits = DatasetCatalogue.Load("digits");
        (digits.Count, digits.Height, digits.Width, digits.ClassCount).ShouldBe((1797, 8, 8, 10));
        digits.Labels[..3].ToArray().ShouldBe([0, 1, 2]);
        digits.Image(0)[..5].ToArray().ShouldBe([0f, 0f, 5 / 16f, 13 / 16f, 9 / 16f]);
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
        DatasetCatalogue.Load(folder.Write("d.csv", "1,2,a\n3,4,b\n"u8.ToArray())).Count.ShouldBe(2);
        var images = folder.Write("own-images-idx3-ubyte.gz", DataBytes.Gzip(DataBytes.Idx(8, [2, 1, 1], [1, 2])));
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(images)).Message.ShouldContain("own-labels-idx1-ubyte.gz: there is no such file");
        folder.Write("own-labels-idx1-ubyte.gz", DataBytes.Gzip(DataBytes.Idx(8, [2], [0, 1])));
        DatasetCatalogue.Load(images).Count.ShouldBe(2);
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load(folder.Write("x.png", [1]))).Message.ShouldContain("neither a CSV file");
    }

    [Fact]
    public void WrongNamesAreExplained()
    {
        Should.Throw<VsmlException>(() => DatasetCatalogue.Load("minst")).Message.ShouldBe("minst: is no data set and no file; the names are mnist, digits, fashion, random, sum-sign");
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
