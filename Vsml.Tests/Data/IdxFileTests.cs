using Vsml.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

public class IdxFileTests
{
    private static IdxArray Read(byte[] bytes) => IdxFile.Read(new MemoryStream(bytes), "f.idx");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsShapeAndValues(bool gzip)
    {
        var bytes = DataBytes.Idx(8, [2, 3, 4], DataBytes.Counting(24));
        var array = Read(gzip ? DataBytes.Gzip(bytes) : bytes);
        array.Shape.ShouldBe([2, 3, 4]);
        array.Values.ShouldBe(DataBytes.Counting(24));
    }

    [Fact]
    public void ReadsMoreThanOneBlock()
    {
        var values = new byte[3_000_000];
        new Random(5).NextBytes(values);
        Read(DataBytes.Gzip(DataBytes.Idx(8, [values.Length], values))).Values.ShouldBe(values);
    }

    [Theory]
    [InlineData(new byte[0], "magic number")]
    [InlineData(new byte[] { 0, 0, 8 }, "magic number")]
    [InlineData(new byte[] { 1, 0, 8, 1, 0, 0, 0, 1, 7 }, "01 00")]
    [InlineData(new byte[] { 0, 0, 0x0d, 1, 0, 0, 0, 1, 7 }, "element type 0x0d")]
    [InlineData(new byte[] { 0, 0, 8, 0, 0, 0, 0, 1, 7 }, "number of dimensions is 0")]
    [InlineData(new byte[] { 0, 0, 8, 9, 0, 0, 0, 1, 7 }, "number of dimensions is 9")]
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0, 0 }, "dimension 1")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 }, "dimension 0 is 0")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0x80, 0, 0, 0, 7 }, "dimension 0 is 2147483648")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 2, 7 }, "promise 2 bytes after the header, but the file holds 1")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 7, 7 }, "promise 1 bytes after the header, but the file holds 2")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 7 }, "promise more than")]
    public void NamesTheFileAndTheWrongField(byte[] bytes, string field)
    {
        var message = Should.Throw<VsmlException>(() => Read(bytes)).Message;
        message.ShouldStartWith("f.idx: ");
        message.ShouldContain(field);
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void RefusesGzippedContentOfAnotherLength()
    {
        var values = new byte[100_000];
        Should.Throw<VsmlException>(() => Read(DataBytes.Gzip(DataBytes.Idx(8, [100_001], values)))).Message.ShouldContain("ends after 100000 of the 100001");
        Should.Throw<VsmlException>(() => Read(DataBytes.Gzip(DataBytes.Idx(8, [99_999], values)))).Message.ShouldContain("more data follows");
    }

    [Fact]
    public void ReadsNoFurtherIntoABombThanItsHeaderPromises()
    {
        var bomb = DataBytes.Gzip(DataBytes.Idx(8, [16], new byte[40_000_000]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<VsmlException>(() => Read(bomb));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2_000_000);
    }

    [Fact]
    public void TakesNoMemoryForAPromiseThatTheCompressedSizeCannotKeep()
    {
        var liar = DataBytes.Gzip(DataBytes.Idx(8, [1_000_000_000], new byte[10]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<VsmlException>(() => Read(liar)).Message.ShouldContain("compressed bytes can hold");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void MutatedFilesReadOrRaiseOneClearLine()
    {
        var plain = DataBytes.Idx(8, [10, 4, 4], DataBytes.Counting(160));
        foreach (var original in new[] { plain, DataBytes.Gzip(plain) })
        {
            var random = new Random(1);
            var refused = 0;
            for (var trial = 0; trial < 500; trial++)
            {
                var bytes = original.ToArray();
                for (var k = random.Next(1, 4); k > 0; k--) bytes[random.Next(random.Next(2) == 0 ? 20 : bytes.Length)] = (byte)random.Next(256);
                if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
                try
                {
                    Read(bytes).Values.Length.ShouldBeGreaterThan(0);
                }
                catch (VsmlException e)
                {
                    refused++;
                    e.Message.ShouldStartWith("f.idx: ");
                }
            }
            refused.ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public void AGzipFileThatIsCutOffIsRefusedEvenIfOnlyItsEndIsMissing()
    {
        var whole = DataBytes.Gzip(DataBytes.Idx(8, [24], DataBytes.Counting(24)));
        for (var length = 2; length < whole.Length; length++)
            Should.Throw<VsmlException>(() => Read(whole[..length])).Message.ShouldStartWith("f.idx: ");
    }

    [Fact]
    public void ClassesAreTheLabelsThatAreThere()
    {
        using var folder = new TemporaryFolder();
        var images = folder.Write("x-images", DataBytes.Idx(8, [3, 1, 1], [1, 2, 3]));
        var labels = folder.Write("x-labels", DataBytes.Idx(8, [3], [26, 1, 26]));
        var set = IdxFile.ReadImages(images, labels, "letters");
        set.ClassNames.ShouldBe(["1", "26"]);
        set.Labels.ToArray().ShouldBe([1, 0, 1]);
        Should.Throw<VsmlException>(() => IdxFile.ReadImages(images, labels, "letters", ["a", "b"])).Message.ShouldContain("label 1 is 26, but letters has 2 classes");
    }

    [Fact]
    public void PairsImagesWithLabels()
    {
        using var folder = new TemporaryFolder();
        var images = folder.Write("x-images", DataBytes.Idx(8, [3, 1, 2], [0, 255, 51, 102, 153, 204]));
        var labels = folder.Write("x-labels", DataBytes.Gzip(DataBytes.Idx(8, [3], [1, 0, 1])));
        var set = IdxFile.ReadImages(images, labels, "x");
        set.Images.ToArray().ShouldBe([0f, 1f, .2f, .4f, .6f, .8f]);
        set.Labels.ToArray().ShouldBe([1, 0, 1]);
        (set.Count, set.Height, set.Width, set.Channels, set.ClassCount).ShouldBe((3, 1, 2, 1, 2));
        set.OfClass(1).ToArray().ShouldBe([0, 2]);
    }

    [Theory]
    [InlineData(new[] { 3, 2 }, new byte[] { 0, 0, 0 }, null, "has 2 dimensions, but images have 3")]
    [InlineData(new[] { 3, 1, 2 }, new byte[] { 0, 0 }, null, "count is 2")]
    [InlineData(new[] { 3, 1, 2 }, new byte[] { 0, 2, 0 }, new[] { "a", "b" }, "label 2 is 2")]
    public void RefusesPairsThatDoNotFit(int[] shape, byte[] labels, string[]? classes, string message)
    {
        using var folder = new TemporaryFolder();
        var images = folder.Write("x-images", DataBytes.Idx(8, shape, new byte[6]));
        var labelFile = folder.Write("x-labels", DataBytes.Idx(8, [labels.Length], labels));
        Should.Throw<VsmlException>(() => IdxFile.ReadImages(images, labelFile, "x", classes)).Message.ShouldContain(message);
    }

    [Fact]
    public void AMissingFileAndAFolderAreOneLine()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<VsmlException>(() => IdxFile.Read(Path.Combine(folder.Path, "none"))).Message.ShouldContain("There is no file");
        Should.Throw<VsmlException>(() => IdxFile.Read(folder.Path)).Message.ShouldContain("is a folder");
    }
}
