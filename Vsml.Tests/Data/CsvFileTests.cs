using System.Text;
using Vsml.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

public class CsvFileTests
{
    private static ImageDataset Read(string text, CsvOptions options = default) =>
        CsvFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "f.csv", options);

    [Fact]
    public void TheLastColumnIsTheLabelByDefault()
    {
        var set = Read("1,2,3,4,7\n5,6,7,8,9\n-1,2.5e1,0,0,7\n");
        (set.Count, set.Height, set.Width).ShouldBe((3, 2, 2));
        set.Image(2).ToArray().ShouldBe([-1f, 25f, 0f, 0f]);
        set.Labels.ToArray().ShouldBe([0, 1, 0]);
        set.ClassNames.ShouldBe(["7", "9"]);
    }

    [Theory]
    [InlineData("a,label,b\n1,x,2\n3,y,4\n", "label")]
    [InlineData("a,label,b\r\n1,x,2\r\n3,y,4", "1")]
    [InlineData("\uFEFFa,label,b\n\n1,\"x\",2\n 3 , y ,4\n\n", "-2")]
    [InlineData("a,label,b\r1,x,2\r3,y,4\r", "label")]
    public void ReadsHeadersTextLabelsQuotesAndAnyLineEnd(string text, string column)
    {
        var set = Read(text, new(column));
        set.Images.ToArray().ShouldBe([1f, 2f, 3f, 4f]);
        set.Labels.ToArray().ShouldBe([0, 1]);
        set.ClassNames.ShouldBe(["x", "y"]);
        (set.Height, set.Width).ShouldBe((1, 2));
    }

    [Fact]
    public void WholeNumbersSortByValueAndTextByItsCharacters()
    {
        Read("0,10\n0,9\n0,-3\n").ClassNames.ShouldBe(["-3", "9", "10"]);
        Read("0,b\n0,10\n0,9\n").ClassNames.ShouldBe(["10", "9", "b"]);
    }

    [Fact]
    public void QuotedLabelsMayHoldCommasQuotesAndLineBreaks()
    {
        Read("1,\"a,\"\"b\"\"\nc\"\n2,ä\n").ClassNames.ShouldBe(["a,\"b\"\nc", "ä"]);
    }

    [Fact]
    public void ReadsGzip()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("d.csv.gz", DataBytes.Gzip("1,2,a\n3,4,b\n"u8.ToArray()));
        CsvFile.Read(path).Images.ToArray().ShouldBe([1f, 2f, 3f, 4f]);
    }

    [Theory]
    [InlineData("", "no line of data")]
    [InlineData("\n\n\n", "no line of data")]
    [InlineData("1\n2\n", "one column")]
    [InlineData("1,2\n1,2,3\n", "line 2 has 3 columns")]
    [InlineData("1,2\n\nx,2\n", "line 3, column 0: 'x' is not a finite number")]
    [InlineData("1,2\nNaN,2\n", "not a finite number")]
    [InlineData("1,2\n1e99,2\n", "not a finite number")]
    [InlineData("1,2\n3,\n", "line 2, column 1: the label is empty")]
    [InlineData("a,b\n", "holds a header but no line of data")]
    [InlineData("1,\"2\n", "never closed")]
    [InlineData("1,\"2\"3\n", "after the closing quote")]
    [InlineData("1,2\0\n", "zero byte")]
    public void NamesTheLineAndColumn(string text, string field)
    {
        var message = Should.Throw<VsmlException>(() => Read(text)).Message;
        message.ShouldStartWith("f.csv: ");
        message.ShouldContain(field);
    }

    [Theory]
    [InlineData("7", "label column 7 is outside the 2 columns")]
    [InlineData("-3", "label column -3 is outside")]
    [InlineData("what", "names no column 'what'")]
    public void RefusesALabelColumnThatIsNotThere(string column, string message) =>
        Should.Throw<VsmlException>(() => Read("1,2\n", new(column))).Message.ShouldContain(message);

    [Fact]
    public void RefusesANameWithoutAHeader() =>
        Should.Throw<VsmlException>(() => Read("1,2\n", new("b", Header: false))).Message.ShouldContain("give its number");

    [Fact]
    public void RefusesALabelColumnOfMeasurements()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"1,{i}.5\n"));
        Should.Throw<VsmlException>(() => Read(text)).Message.ShouldContain("different labels");
    }

    [Theory]
    [InlineData((byte)'7')]
    [InlineData((byte)',')]
    public void ABombIsRefusedEarly(byte filling)
    {
        var bytes = new byte[20_000_000];
        Array.Fill(bytes, filling);
        var bomb = new MemoryStream(DataBytes.Gzip(bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<VsmlException>(() => CsvFile.Read(bomb, "f.csv"));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(50_000_000);
    }

    [Fact]
    public void MutatedFilesReadOrRaiseOneClearLine()
    {
        var plain = Encoding.UTF8.GetBytes("p0,p1,label\n1.5,2,cat\n3,-4e2,\"do\"\"g\"\n5,6,cat\n0.25,8,ß\n");
        foreach (var original in new[] { plain, DataBytes.Gzip(plain) })
        {
            var random = new Random(2);
            var refused = 0;
            for (var trial = 0; trial < 500; trial++)
            {
                var bytes = original.ToArray();
                for (var k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
                try
                {
                    CsvFile.Read(new MemoryStream(bytes), "f.csv").Count.ShouldBeGreaterThan(0);
                }
                catch (VsmlException e)
                {
                    refused++;
                    e.Message.ShouldStartWith("f.csv: ");
                    e.Message.ShouldNotContain("\n");
                }
            }
            refused.ShouldBeGreaterThan(100);
        }
    }
}
