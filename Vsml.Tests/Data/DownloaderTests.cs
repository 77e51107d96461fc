using System.Net;
using System.Security.Cryptography;
using Vsml.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Data;

public class DownloaderTests
{
    private static readonly byte[] Content = MakeContent();

    private static byte[] MakeContent()
    {
        var content = new byte[300_000];
        new Random(4).NextBytes(content);
        return content;
    }

    private static DownloadFile Wanted(string? checksum = null, long most = 1 << 20) =>
        new("data.bin", new(["http://first.test/data.bin", "http://second.test/data.bin"]), checksum ?? Convert.ToHexString(SHA256.HashData(Content)), most);

    [Fact]
    public async Task DownloadsChecksAndNamesTheFile()
    {
        using var folder = new TemporaryFolder();
        var server = new Server { Body = Content };
        var path = await server.Get(Wanted(), Path.Combine(folder.Path, "new"));
        File.ReadAllBytes(path).ShouldBe(Content);
        Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldBe([path]);
    }

    [Fact]
    public async Task TakesAnMd5Too()
    {
        using var folder = new TemporaryFolder();
        await new Server { Body = Content }.Get(Wanted(Convert.ToHexStringLower(MD5.HashData(Content))), folder.Path);
    }

    [Fact]
    public async Task ARightFileIsNotFetchedAgain()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data.bin", Content);
        var server = new Server { Body = Content };
        await server.Get(Wanted(), folder.Path);
        server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task GoesOnWhereABrokenDownloadStopped()
    {
        using var folder = new TemporaryFolder();
        var server = new Server { Body = Content, BreakAfter = 100_000 };
        (await Should.ThrowAsync<VsmlException>(() => server.Get(Wanted(), folder.Path))).Message.ShouldContain("after");
        File.Exists(Path.Combine(folder.Path, "data.bin")).ShouldBeFalse();
        var kept = new FileInfo(Path.Combine(folder.Path, "data.bin.part")).Length;
        kept.ShouldBeGreaterThan(0);

        server.BreakAfter = null;
        server.Sent = 0;
        File.ReadAllBytes(await server.Get(Wanted(), folder.Path)).ShouldBe(Content);
        server.Sent.ShouldBe(Content.Length - kept);
    }

    [Fact]
    public async Task StartsAfreshWhereTheServerKnowsNoRanges()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data.bin.part", new byte[1000]);
        File.ReadAllBytes(await new Server { Body = Content, Ranges = false }.Get(Wanted(), folder.Path)).ShouldBe(Content);
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(400_000)]
    public async Task APartThatIsTooLongIsDropped(int length)
    {
        using var folder = new TemporaryFolder();
        folder.Write("data.bin.part", new byte[length]);
        File.ReadAllBytes(await new Server { Body = Content }.Get(Wanted(), folder.Path)).ShouldBe(Content);
    }

    [Fact]
    public async Task AnotherContentIsRefusedAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var message = (await Should.ThrowAsync<VsmlException>(() => new Server { Body = new byte[1000] }.Get(Wanted(), folder.Path))).Message;
        message.ShouldContain("the checksum is not");
        message.ShouldContain("second.test");
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task AnEndlessAnswerIsCutOff()
    {
        using var folder = new TemporaryFolder();
        (await Should.ThrowAsync<VsmlException>(() => new Server { Body = Content }.Get(Wanted(most: 1000), folder.Path))).Message.ShouldContain("more than 1000 bytes");
        Directory.GetFiles(folder.Path).ShouldAllBe(file => new FileInfo(file).Length == 0);
    }

    [Fact]
    public async Task TheSecondAddressHelpsWhereTheFirstFails()
    {
        using var folder = new TemporaryFolder();
        File.ReadAllBytes(await new Server { Body = Content, FirstFails = true }.Get(Wanted(), folder.Path)).ShouldBe(Content);
    }

    [Fact]
    public async Task OfflineIsOneLine()
    {
        using var folder = new TemporaryFolder();
        var message = (await Should.ThrowAsync<VsmlException>(() => new Server { Offline = true }.Get(Wanted(), folder.Path))).Message;
        message.ShouldContain("data.bin cannot be downloaded");
        message.ShouldContain("Without a network");
        message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task AFolderThatCannotBeMadeIsOneLine()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", [1]);
        (await Should.ThrowAsync<VsmlException>(() => new Server { Body = Content }.Get(Wanted(), Path.Combine(file, "sub")))).Message.ShouldContain("cannot be written");
    }

    /// <summary>A server inside the process that can be made to misbehave.</summary>
    private sealed class Server : HttpMessageHandler
    {
        public byte[] Body { get; init; } = [];
        public bool Ranges { get; init; } = true;
        public bool FirstFails { get; init; }
        public bool Offline { get; init; }
        public int? BreakAfter { get; set; }
        public int Requests { get; private set; }
        public long Sent { get; set; }

        public async Task<string> Get(DownloadFile file, string folder)
        {
            using var client = new HttpClient(this, disposeHandler: false);
            return await new Downloader(client).GetAsync(file, folder);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            if (Offline) throw new HttpRequestException("Name or service not known");
            if (FirstFails && request.RequestUri!.Host == "first.test") return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
            var from = Ranges ? (int)(request.Headers.Range?.Ranges.Single().From ?? 0) : 0;
            if (from >= Body.Length)
            {
                var refusal = new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable) { Content = new ByteArrayContent([]) };
                refusal.Content.Headers.ContentRange = new(Body.Length);
                return Task.FromResult(refusal);
            }
            var rest = Body[from..];
            var shown = BreakAfter is { } limit && limit < rest.Length ? rest[..limit] : rest;
            Sent += shown.Length;
            var content = new StreamContent(new MemoryStream(shown));
            content.Headers.ContentLength = rest.Length;
            if (from > 0) content.Headers.ContentRange = new(from, Body.Length - 1, Body.Length);
            return Task.FromResult(new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = content });
        }
    }
}
