using System.Buffers.Binary;
using System.IO.Compression;
using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

public class OmniglotArchiveTests
{
    private const int Side = 105;
    private const int RowBytes = 14;

    private static bool Ink(int seed, int y, int x) => (uint)(y * 7919 + x * 104729 + seed * 1299709) * 2654435761u >> 29 < 3;

    /// <summary>A PNG of the given pattern whose row y uses filter y mod 5; checksums are left zero, as readers of this kind ignore them.</summary>
    private static byte[] Png(int seed, int side = Side, byte depth = 1)
    {
        var raw = new MemoryStream();
        using (var zlib = new ZLibStream(raw, CompressionLevel.Fastest, leaveOpen: true))
        {
            var above = new byte[RowBytes];
            for (var y = 0; y < Side; y++)
            {
                var row = new byte[RowBytes];
                for (var x = 0; x < Side; x++)
                    if (!Ink(seed, y, x)) row[x / 8] |= (byte)(1 << (7 - x % 8));
                var filter = y % 5;
                zlib.WriteByte((byte)filter);
                for (var i = 0; i < RowBytes; i++)
                {
                    int left = i > 0 ? row[i - 1] : 0, up = above[i], corner = i > 0 ? above[i - 1] : 0;
                    var p = left + up - corner;
                    var paeth = new[] { left, up, corner }.MinBy(value => Math.Abs(p - value));
                    zlib.WriteByte((byte)(row[i] - (filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => paeth, _ => 0 })));
                }
                above = row;
            }
        }
        var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = depth;
        Chunk("IHDR"u8, header);
        var data = raw.ToArray();
        Chunk("IDAT"u8, data.AsSpan(0, 20));
        Chunk("IDAT"u8, data.AsSpan(20));
        Chunk("IEND"u8, []);
        return png.ToArray();

        void Chunk(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
        {
            Span<byte> word = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(word, content.Length);
            png.Write(word);
            png.Write(kind);
            png.Write(content);
            png.Write(stackalloc byte[4]);
        }
    }

    private static byte[] Archive(int characters, int drawings, Func<int, byte[]>? image = null)
    {
        var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
            for (var c = 0; c < characters; c++)
                for (var d = 0; d < drawings; d++)
                {
                    using var entry = zip.CreateEntry($"images/Alphabet/character{c:00}/{c:00}_{d:00}.png").Open();
                    entry.Write((image ?? (seed => Png(seed)))(c * 100 + d));
                }
        return target.ToArray();
    }

    [Fact]
    public void ReadsEveryFilterAndNamesTheCharacters()
    {
        using var folder = new TemporaryFolder();
        var set = OmniglotArchive.Read(folder.Write("o.zip", Archive(2, 3)));
        (set.Count, set.Height, set.Width, set.ClassCount).ShouldBe((6, Side, Side, 2));
        set.ClassNames.ShouldBe(["Alphabet/character00", "Alphabet/character01"]);
        for (var i = 0; i < 6; i++)
        {
            set.Labels[i].ShouldBe(i / 3);
            for (var y = 0; y < Side; y++)
                for (var x = 0; x < Side; x++)
                    if (set.Image(i)[y * Side + x] != (Ink(i / 3 * 100 + i % 3, y, x) ? 0f : 1f)) Assert.Fail($"image {i}, row {y}, column {x}");
        }
    }

    [Fact]
    public void EpisodesShowEveryCharacterOnceAndThenAQuery()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("o.zip", Archive(8, 3));
        var task = new OmniglotTask { Archive = path, Ways = 5, Size = 21 };
        task.Validate(6);
        (task.InputSize, task.OutputSize, task.Loss).ShouldBe((441, 5, EpisodeLoss.Last));
        var set = DatasetCatalogue.Prepare(path, DatasetSplit.All, 21);
        var firstLabels = new HashSet<int>();
        var queried = new HashSet<int>();
        for (uint pair = 0; pair < 100; pair++)
        {
            var random = new CounterRandom(1, RandomStream.Task, 0, pair);
            var episode = task.Sample(ref random, 6);
            episode.Classes[..5].Order().ShouldBe([0, 1, 2, 3, 4]);
            var images = Enumerable.Range(0, 6).Select(t => Find(set, episode.Input(t))).ToArray();
            images.Distinct().Count().ShouldBe(6);
            var shown = Array.IndexOf(episode.Classes, episode.Classes[5], 0, 5);
            set.Labels[images[5]].ShouldBe(set.Labels[images[shown]]);
            Enumerable.Range(0, 5).Select(t => set.Labels[images[t]]).Distinct().Count().ShouldBe(5);
            firstLabels.Add(episode.Classes[0]);
            queried.Add(shown);
        }
        firstLabels.Count.ShouldBe(5);
        queried.Count.ShouldBe(5);

        static int Find(ImageDataset set, ReadOnlySpan<float> image)
        {
            for (var i = 0; i < set.Count; i++)
                if (set.Image(i).SequenceEqual(image)) return i;
            throw new InvalidOperationException("no such image");
        }
    }

    [Fact]
    public void TheSmallSetHasOtherCharactersForTestingThanForTraining()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("images_background_small1.zip", Archive(12, 3));
        var set = PublishedSet.Find("omniglot-small").ShouldNotBeNull();
        var (train, test) = (Read(DatasetSplit.Train), Read(DatasetSplit.Test));
        (train.ClassCount, test.ClassCount).ShouldBe((9, 3));
        test.ClassNames.ShouldBe(["Alphabet/character01", "Alphabet/character06", "Alphabet/character11"]);
        train.ClassNames.ShouldNotContain("Alphabet/character06");
        (train.Count, test.Count).ShouldBe((27, 9));
        var all = OmniglotArchive.Read(path);
        test.Image(3).SequenceEqual(all.Image(6 * 3)).ShouldBeTrue();
        test.Labels[3].ShouldBe(1);
        Should.Throw<VsmlException>(() => new OmniglotTask { Archive = path, Split = DatasetSplit.Test, Ways = 2 }.Validate(3)).Message.ShouldContain("leave out split");

        ImageDataset Read(DatasetSplit part) => set.Read(part, set.FilesOf(part, [folder[""]]).ShouldNotBeNull());
    }

    [Fact]
    public void WrongEpisodesAreRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("o.zip", Archive(3, 1));
        Should.Throw<VsmlException>(() => new OmniglotTask { Archive = path, Ways = 4 }.Validate(5)).Message.ShouldContain("4 characters are asked for");
        Should.Throw<VsmlException>(() => new OmniglotTask { Archive = path, Ways = 3 }.Validate(20)).Message.ShouldContain("have 4 examples");
        Should.Throw<VsmlException>(() => new OmniglotTask { Archive = path, Ways = 3 }.Validate(4)).Message.ShouldContain("Alphabet/character00 has one drawing only");
        Should.Throw<VsmlException>(() =>
        {
            var random = new CounterRandom(1, RandomStream.Task, 0, 0);
            new OmniglotTask { Archive = path, Ways = 3 }.Sample(ref random, 4);
        }).Message.ShouldContain("one drawing only");
    }

    [Fact]
    public void OneCharacterWithASingleDrawingAmongOthersIsFoundBeforeTheFirstEpisode()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("o.zip", With(Archive(6, 2), ("images/Alphabet/rare/01.png", Png(900))));
        Should.Throw<VsmlException>(() => new OmniglotTask { Archive = path, Ways = 2 }.Validate(3)).Message.ShouldContain("Alphabet/rare has one drawing only");
    }

    [Fact]
    public void WhatMacosAddsToAnArchiveIsSkipped()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("o.zip", With(Archive(2, 2),
            ("__MACOSX/images/Alphabet/character00/._00_00.png", [1]),
            ("__MACOSX/stray.png", [1]),
            ("images/Alphabet/character00/._00_01.png", [1]),
            ("images/.DS_Store", [1])));
        var set = OmniglotArchive.Read(path);
        (set.Count, set.ClassCount).ShouldBe((4, 2));
    }

    private static byte[] With(byte[] archive, params (string Name, byte[] Content)[] entries)
    {
        var target = new MemoryStream();
        target.Write(archive);
        using (var zip = new ZipArchive(target, ZipArchiveMode.Update, leaveOpen: true))
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        return target.ToArray();
    }

    [Fact]
    public void OtherImagesAreRefused()
    {
        using var folder = new TemporaryFolder();
        Refused("a.zip", Archive(1, 1, _ => [1, 2, 3])).ShouldContain("character00/00_00.png: is not a PNG image");
        Refused("b.zip", Archive(1, 1, _ => Png(0, side: 28))).ShouldContain("28x28 pixels instead of 105x105");
        Refused("c.zip", Archive(1, 1, _ => Png(0, depth: 8))).ShouldContain("bit depth 8");
        Refused("d.zip", Archive(1, 1, _ => Png(0)[..^30])).ShouldContain("PNG chunk");
        Refused("e.zip", Archive(0, 0)).ShouldContain("holds 0 PNG images");
        Refused("f.zip", [1, 2, 3]).ShouldContain("damaged");

        string Refused(string name, byte[] content) => Should.Throw<VsmlException>(() => OmniglotArchive.Read(folder.Write(name, content))).Message;
    }

    [Fact]
    public void MutatedArchivesReadOrRaiseOneClearLine()
    {
        using var folder = new TemporaryFolder();
        var original = Archive(2, 2);
        var random = new Random(6);
        var refused = 0;
        for (var trial = 0; trial < 200; trial++)
        {
            var bytes = original.ToArray();
            for (var k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            var path = folder.Write("m.zip", bytes);
            try
            {
                OmniglotArchive.Read(path).Count.ShouldBeGreaterThan(0);
            }
            catch (VsmlException e)
            {
                refused++;
                e.Message.ShouldContain("m.zip");
                e.Message.ShouldNotContain("\n");
            }
        }
        refused.ShouldBeGreaterThan(50);
    }

    [SharedFact("data", "omniglot", "images_background_small1.zip")]
    public void ThePublishedArchiveIsRead()
    {
        var set = OmniglotArchive.Read(RepositoryPaths.InShared("data", "omniglot", "images_background_small1.zip").ShouldNotBeNull());
        (set.Count, set.ClassCount).ShouldBe((2720, 136));
        Enumerable.Range(0, 136).Select(c => set.OfClass(c).Length).ShouldAllBe(count => count == 20);
        // Few pixels are ink; the published figure over all alphabets is .92206.
        set.Moments().Mean.ShouldBe(.922, .03);
    }
}
