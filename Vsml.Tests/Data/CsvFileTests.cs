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
    public void NumbersSortByValueBeforeTextWhichSortsByItsCharacters()
    {
        Read("0,10\n0,9\n0,-3\n").ClassNames.ShouldBe(["-3", "9", "10"]);
        Read("0,10\n0,b\n0,B\n0,9\n").ClassNames.ShouldBe(["9", "10", "B", "b"]);
    }

    [Fact]
    public void LabelsOfOneValueAreOneClass()
    {
        var set = Read("0,10.0\n0,2.0\n0,1\n0,1.0\n0,01\n0,1e0\n0,-0\n0,0\n");
        set.ClassNames.ShouldBe(["0", "1", "2", "10"]);
        set.Labels.ToArray().ShouldBe([3, 2, 1, 1, 1, 1, 0, 0]);
        Read("0,12345678901234567890\n0,12345678901234567891\n").ClassCount.ShouldBe(2);
    }

    [Theory]
    [InlineData("5,3,cat\n1,2,dog\n4,3,cat\n", 3)]
    [InlineData("5,3,1\n1,2,0\n4,3,1\n", 3)]
    [InlineData("1,2\n3,4\n", 2)]
    [InlineData("5,3,target\n1,2,clutter\n4,3,target\n", 3)]
    [InlineData("a,b,c\n1,2,dog\n4,3,cat\n", 2)]
    [InlineData(",a,c\n0,2,dog\n1,3,cat\n", 2)]
    [InlineData("1x1,1x2,digit\n0,2,7\n1,3,8\n", 2)]
    [InlineData("0,1,2,label\n0,2,1,dog\n1,3,1,cat\n", 2)]
    [InlineData("0,1,2,Class\n0,2,1,7\n1,3,1,8\n", 2)]
    [InlineData("1100.5,1102,octane\n2,1,7\n3,1,8\n", 2)]
    [InlineData("id,0,1,kind\n0,2,1,7\n1,3,1,8\n", 2)]
    public void AHeaderIsGuessedWhereThatIsSure(string text, int count) => Read(text).Count.ShouldBe(count);

    [Theory]
    [InlineData("?,3,cat\n1,2,dog\n3,2,cat\n", "has '?' in column 1 among numbers")]
    [InlineData("5,,cat\n1,2,dog\n3,2,cat\n", "has '' in column 2 among numbers")]
    [InlineData("5,1.234.567,cat\n1,2,dog\n3,2,cat\n", "has '1.234.567' in column 2")]
    [InlineData("5,abc,1\n1,2,0\n3,2,1\n", "has 'abc' in column 2")]
    [InlineData("1e99,3,cat\n1,2,dog\n3,2,cat\n", "has '1e99' in column 1")]
    [InlineData("0,1,2\n1,5,0\n2,4,1\n", "counts up by ones")]
    [InlineData("0,1,2,quality\n5,4,3,cat\n1,2,3,dog\n", "has the label 'quality', which no other line has")]
    [InlineData("5,3,cat\n1,2,dog\n4,2,cow\n", "has the label 'cat', which no other line has")]
    public void AHeaderIsNotGuessedWhereTheFirstLineMayBeEither(string text, string why)
    {
        var message = Should.Throw<VsmlException>(() => Read(text)).Message;
        message.ShouldStartWith($"f.csv: line 1 {why}");
        message.ShouldEndWith("so it may name the columns or hold data; say which with --header true or --header false");
        Read(text, new(Header: true)).Count.ShouldBe(2);
    }

    [Fact]
    public void WithoutAHeaderTheFirstLineIsReadOrRefusedForWhatItHolds()
    {
        Read("0,1,2\n1,5,0\n", new(Header: false)).Count.ShouldBe(2);
        Should.Throw<VsmlException>(() => Read("cat,5,?\ndog,1,2\n", new("0"))).Message.ShouldContain("has '?' in column 3");
        Read("5,3,cat\n1,2,dog\n", new(Header: false)).ClassNames.ShouldBe(["cat", "dog"]);
        Should.Throw<VsmlException>(() => Read("5,?,cat\n1,2,dog\n", new(Header: false))).Message.ShouldContain("line 1, column 2: the value is missing ('?')");
    }

    [Theory]
    [InlineData("label,p0,p1\n7,1,2\n8,3,4\n7,5,6\n", "column 1 is named 'label', but the last one, 'p1', would be the label; say which with --label label or --label -1")]
    [InlineData("p0,Target,p1\n1,7,2\n3,8,4\n5,7,6\n", "--label Target")]
    [InlineData("class,p1,label\n7,2,1\n8,4,0\n7,6,1\n", "--label class or --label -1")]
    [InlineData("0,class,quality\n7,2,1\n8,4,0\n7,6,1\n", "--label class")]
    public void ALabelThatTheHeaderNamesElsewhereMustBeChosen(string text, string message)
    {
        Should.Throw<VsmlException>(() => Read(text)).Message.ShouldContain(message);
        Read(text, new("0", Header: true)).Count.ShouldBe(3);
        Read(text, new("-1", Header: true)).Count.ShouldBe(3);
    }

    [Fact]
    public void ATextLabelInFrontCanBeNamed()
    {
        var set = Read("label,p0,p1\ncat,1,2\ndog,3,4\ncat,5,6\n", new("label"));
        set.Images.ToArray().ShouldBe([1f, 2f, 3f, 4f, 5f, 6f]);
        set.ClassNames.ShouldBe(["cat", "dog"]);
        Should.Throw<VsmlException>(() => Read("cat,5,7\ndog,3,8\n")).Message.ShouldContain("has 'cat' in column 1 among numbers");
        Read("cat,1,2\ndog,3,4\ncat,5,6\n", new("0")).Labels.ToArray().ShouldBe([0, 1, 0]);
        Should.Throw<VsmlException>(() => Read("a,b,c\ncat,1,7\ndog,3,8\n")).Message.ShouldContain("line 2, column 1 ('a'): 'cat' is not a finite number; if this column holds the labels, say --label 0");
    }

    [Fact]
    public void QuotedLabelsMayHoldCommasQuotesAndLineBreaks()
    {
        Read("1,\"a,\"\"b\"\"\nc\"\n2,ä\n", new(Header: false)).ClassNames.ShouldBe(["a,\"b\"\nc", "ä"]);
    }

    [Fact]
    public void ReadsGzip()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("d.csv.gz", DataBytes.Gzip("1,2,a\n3,4,a\n5,6,b\n"u8.ToArray()));
        CsvFile.Read(path).Images.ToArray().ShouldBe([1f, 2f, 3f, 4f, 5f, 6f]);
    }

    [Theory]
    [InlineData("", "no line of data")]
    [InlineData("\n\n\n", "no line of data")]
    [InlineData("1\n2\n", "one column")]
    [InlineData("1,2\n1,2,3\n", "line 2 has 3 columns")]
    [InlineData("1,2\n\nx,2\n", "line 3, column 1: 'x' is not a finite number")]
    [InlineData("1,2\nNaN,2\n", "line 2, column 1: the value is missing ('NaN')")]
    [InlineData("a,b,c\n5,,2\n", "line 2, column 2 ('b'): the value is missing ('')")]
    [InlineData("a,b,c\n5,n/a,2\n", "line 2, column 2 ('b'): the value is missing ('n/a')")]
    [InlineData("1,2\n3,NA\n", "line 2, column 2: the label is missing ('NA')")]
    [InlineData("1,2\n3,nan\n", "line 2, column 2: the label is missing ('nan')")]
    [InlineData("1,2\n3,-Infinity\n", "line 2, column 2: the label is missing ('-Infinity')")]
    [InlineData("a,b\n5,?\n", "line 2, column 2: the label is missing ('?')")]
    [InlineData("1,2\n1e99,2\n", "not a finite number")]
    [InlineData("1,2\n3,\n", "line 2, column 2: the label is missing ('')")]
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
        Should.Throw<VsmlException>(() => Read("1,2\n", new("b", Header: false))).Message.ShouldContain("give its index from 0");

    [Theory]
    [InlineData(3, 3, ".5")]
    [InlineData(40, 40, ".5")]
    [InlineData(40, 40, "")]
    [InlineData(40, 40, "th")]
    [InlineData(40, 25, "")]
    [InlineData(150, 22, ".5")]
    [InlineData(5000, 5000, ".5")]
    public void RefusesALabelColumnOfMeasurementsOrKeys(int lines, int values, string end) =>
        Should.Throw<VsmlException>(() => Read(Labels(lines, values, end), new(Header: false))).Message.ShouldContain("choose another");

    [Theory]
    [InlineData(5, 5, "")]
    [InlineData(40, 20, "th")]
    [InlineData(150, 10, ".5")]
    [InlineData(9000, 4000, "")]
    public void AcceptsClassesHoweverTheyAreCalled(int lines, int classes, string end) =>
        Read(Labels(lines, classes, end), new(Header: false)).ClassCount.ShouldBe(classes);

    private static string Labels(int lines, int values, string end) => string.Concat(Enumerable.Range(0, lines).Select(i => $"1,{i % values}{end}\n"));

    [Fact]
    public void RefusesASingleClass() =>
        Should.Throw<VsmlException>(() => Read("1,7\n2,7.0\n3,7\n")).Message.ShouldBe("f.csv: all 3 lines have the label '7', so there is nothing to tell apart; choose another column with --label");

    [Fact]
    public void AGzipFileThatIsCutOffIsRefusedWhereverTheCutIs()
    {
        var random = new Random(4);
        var lines = string.Concat(Enumerable.Range(0, 300).Select(_ => $"{random.NextDouble()},{random.NextDouble()},{(random.Next(2) == 0 ? "cat" : "dog")}\n"));
        var first = DataBytes.Gzip(Encoding.UTF8.GetBytes(lines));
        byte[] whole = [.. first, .. DataBytes.Gzip(Encoding.UTF8.GetBytes(lines))];
        CsvFile.Read(new MemoryStream(whole), "f.csv").Count.ShouldBe(600);
        for (var length = 2; length < whole.Length; length++)
            if (length != first.Length) Refused(whole[..length]);
        // What follows the cut may unpack to something that looks like lines.
        var few = DataBytes.Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60).Select(i => $"{i % 3},{random.NextDouble():0.000},{-random.NextDouble():0.000},{random.Next(6)}\n"))));
        for (var length = 2; length < few.Length; length++) Refused(few[..length]);
        Refused([.. whole, 0]);
        Refused([.. whole, .. "more"u8]);
        for (var i = whole.Length - 8; i < whole.Length; i++)
        {
            var changed = whole.ToArray();
            changed[i] ^= 1;
            Refused(changed);
        }

        static void Refused(byte[] bytes) => Should.Throw<VsmlException>(() => CsvFile.Read(new MemoryStream(bytes), "f.csv")).Message.ShouldBe("f.csv: the compressed data is damaged: it is cut off, changed, or followed by something else");
    }

    [Fact]
    public void MemoryIsInProportionToTheNumbersRead()
    {
        const int lines = 400_000;
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, lines).Select(i => $"{i % 10},0.25,{i % 3}\n")));
        var zipped = DataBytes.Gzip(text);
        Read("5,2,3\n3,2,1\n");
        var before = GC.GetAllocatedBytesForCurrentThread();
        CsvFile.Read(new MemoryStream(zipped), "f.csv").Count.ShouldBe(lines);
        // Two numbers and a label a line, some copies of each.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(6L * 12 * lines);
    }

    [Fact]
    public void TooManyLinesAreRefusedWhenTheyCome()
    {
        var member = DataBytes.Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0,0\n", CsvFile.MostLines / 64))));
        var zipped = new MemoryStream([.. Enumerable.Repeat(member, 65).SelectMany(bytes => bytes)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<VsmlException>(() => CsvFile.Read(zipped, "f.csv")).Message.ShouldBe("f.csv: line 16777217: a CSV file may have at most 16777216 lines");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(400_000_000);
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
