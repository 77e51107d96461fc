using Vsml.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

public class FashionMnistTests
{
    [Fact]
    public void ReadsTheFirstFolderThatHasBothFilesPlainOrGzipped()
    {
        using var incomplete = new TemporaryFolder();
        using var complete = new TemporaryFolder();
        incomplete.Write("t10k-images-idx3-ubyte.gz", [1]);
        complete.Write("t10k-images-idx3-ubyte", DataBytes.Idx(8, [2, 1, 1], [0, 255]));
        complete.Write("t10k-labels-idx1-ubyte.gz", DataBytes.Gzip(DataBytes.Idx(8, [2], [9, 0])));
        string[] folders = [incomplete["none"], incomplete.Path, complete.Path];

        FashionMnist.TryLoad(DatasetSplit.Train, folders).ShouldBeNull();
        var test = FashionMnist.TryLoad(DatasetSplit.Test, folders)!;
        test.Labels.ToArray().ShouldBe([9, 0]);
        test.ClassNames[9].ShouldBe("Ankle boot");
        test.ClassCount.ShouldBe(10);

        complete.Write("t10k-labels-idx1-ubyte.gz", DataBytes.Idx(8, [2], [9, 10]));
        Should.Throw<VsmlException>(() => FashionMnist.TryLoad(DatasetSplit.Test, folders)).Message.ShouldContain("label 2 is 10, but fashion has 10 classes");
    }

    [Fact]
    public void ThePublishedFilesHaveTwoAddressesAndAChecksumEach()
    {
        FashionMnist.Files.Count.ShouldBe(4);
        FashionMnist.Files.ShouldAllBe(file => file.Addresses.Count == 2 && file.Checksum.Length == 32 && file.MostBytes > 30_000_000);
        FashionMnist.Files.SelectMany(file => file.Addresses).ShouldAllBe(address => Uri.IsWellFormedUriString(address, UriKind.Absolute));
    }

    [Fact]
    public void TheInstalledPackageIsLookedAtBeforeTheCache() =>
        DataFolders.Candidates("fashion").ShouldBe(["/usr/share/datasets/fashion-mnist", Path.Combine(DataFolders.Cache, "fashion")]);
}
