using Vsml.Data;

namespace Vsml.Tests.Data;

public class ImageDatasetTests
{
    private static ImageDataset Make(float[] images, int height, int width, int channels = 1) =>
        new("set", images, new int[images.Length / (height * width * channels)], height, width, channels, ["only"]);

    private static ImageDataset Noise(int count, int height, int width, int channels = 1)
    {
        var random = new Random(3);
        return Make(Enumerable.Range(0, count * height * width * channels).Select(_ => random.NextSingle()).ToArray(), height, width, channels);
    }

    [Fact]
    public void ColumnsAreStandardisedEachByItsOwnFiguresAndConstantOnesBecomeZero()
    {
        // A time stamp beside small numbers, and a column whose mean in double precision is not its value.
        var set = new ImageDataset("d", [1.7e9f, .1f, 1, 1.7e9f + 86400, .1f, 2, 1.7e9f + 172800, .1f, 3], [0, 1, 0], 1, 3, 1, ["a", "b"]).Standardise(Standardisation.Columns);
        for (var i = 0; i < 3; i++)
        {
            set.Image(i)[0].ShouldBe((i - 1) * 1.2247449f, 1e-3f);
            set.Image(i)[1].ShouldBe(0f);
            set.Image(i)[2].ShouldBe((i - 1) * 1.2247449f, 1e-6f);
        }
    }

    [Fact]
    public void Size8Of28IsPaddedTo32AndAveragedOver4x4()
    {
        var set = Noise(3, 28, 28);
        var small = set.AtSize(8);
        (small.Height, small.Width, small.Count).ShouldBe((8, 8, 3));
        for (var i = 0; i < 3; i++)
            for (var y = 0; y < 8; y++)
                for (var x = 0; x < 8; x++)
                {
                    var sum = 0.0;
                    for (var r = 0; r < 16; r++)
                    {
                        int sourceY = 4 * y + r / 4 - 2, sourceX = 4 * x + r % 4 - 2;
                        if (sourceY is >= 0 and < 28 && sourceX is >= 0 and < 28) sum += set.Image(i)[sourceY * 28 + sourceX];
                    }
                    small.Image(i)[y * 8 + x].ShouldBe((float)(sum / 16), 1e-6f);
                }
    }

    [Fact]
    public void Size14Of28IsAveragedOver2x2()
    {
        var set = Noise(2, 28, 28);
        var half = set.AtSize(14);
        var expected = (set.Image(1)[2 * 28 + 4] + set.Image(1)[2 * 28 + 5] + set.Image(1)[3 * 28 + 4] + set.Image(1)[3 * 28 + 5]) / 4;
        half.Image(1)[14 + 2].ShouldBe(expected, 1e-6f);
    }

    [Fact]
    public void Size32Of28IsABorderOfTwo()
    {
        var set = Noise(1, 28, 28);
        var padded = set.AtSize(32);
        padded.Image(0)[..(2 * 32 + 2)].ToArray().ShouldAllBe(value => value == 0);
        padded.Image(0).Slice(2 * 32 + 2, 28).ToArray().ShouldBe(set.Image(0)[..28].ToArray());
    }

    [Fact]
    public void OtherSizesAreAreaMeans()
    {
        // 3 -> 2: each new pixel covers one and a half old ones.
        ImageResizing.Resize(Make([1, 2, 4], 1, 3), 1, 2).Images.ToArray().ShouldBe([(1 + .5f * 2) / 1.5f, (.5f * 2 + 4) / 1.5f]);
        // 2 -> 4: each old pixel is repeated; channels stay apart.
        ImageResizing.Resize(Make([1, 10, 2, 20], 1, 2, 2), 2, 4).Images.ToArray()
            .ShouldBe([1, 10, 1, 10, 2, 20, 2, 20, 1, 10, 1, 10, 2, 20, 2, 20]);
    }

    [Theory]
    [InlineData(105, 28)]
    [InlineData(28, 13)]
    [InlineData(8, 28)]
    public void AreaMeansKeepTheMean(int from, int to)
    {
        var set = Noise(2, from, from);
        ImageResizing.Resize(set, to, to).Moments().Mean.ShouldBe(set.Moments().Mean, 1e-6);
    }

    [Fact]
    public void StandardisesByItsOwnFigures()
    {
        var set = Noise(50, 5, 4, 3).Standardise();
        var (mean, deviation) = set.Moments();
        mean.ShouldBe(0, 1e-6);
        deviation.ShouldBe(1, 1e-6);
    }

    [Fact]
    public void StandardisesByGivenFigures() => Make([1, 2, 3, 4], 2, 2).Standardise(1f, 2f).Images.ToArray().ShouldBe([0f, .5f, 1f, 1.5f]);

    [Fact]
    public void RefusesWhatMakesNoSense()
    {
        Should.Throw<VsmlException>(() => Make([1, 1, 1, 1], 2, 2).Standardise()).Message.ShouldContain("standard deviation 0");
        Should.Throw<VsmlException>(() => Make([1, 1, 1, 1], 2, 2).AtSize(-1)).Message.ShouldContain("outside 1..1024");
        Should.Throw<VsmlException>(() => Make([1, 1, 1, 1], 2, 2).AtSize(5000)).Message.ShouldContain("outside 1..1024");
        Should.Throw<VsmlException>(() => Make([1, 1, 1, 1], 2, 2).Slice(0, 2)).Message.ShouldContain("outside the 1 there are");
        Should.Throw<VsmlException>(() => ImageResizing.Pad(Make([1, 1, 1, 1], 2, 2), 1, 4)).Message.ShouldContain("cannot be padded");
        Should.Throw<VsmlException>(() => new ImageDataset("set", [1f], [1], 1, 1, 1, ["a"])).Message.ShouldContain("label 1 is outside 0..0");
        Should.Throw<VsmlException>(() => new ImageDataset("set", [1f, 2f], [0], 1, 1, 1, ["a"])).Message.ShouldContain("2 pixel values");
        Should.Throw<VsmlException>(() => new ImageDataset("set", [], [], 1, 1, 1, ["a"])).Message.ShouldContain("no image");
    }
}
