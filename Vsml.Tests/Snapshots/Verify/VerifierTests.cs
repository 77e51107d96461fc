using VerifyTests;
using VerifyXunit;
using Xunit.Sdk;

namespace Vsml.Tests.Snapshots.Verify;

/// <summary>The stand-in compares and names files as Verify does.</summary>
public sealed class VerifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vsml-snapshots-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_new_text_is_received_and_fails()
    {
        var error = await Should.ThrowAsync<XunitException>(() => Verifying("one\n"));

        error.Message.ShouldContain("There is no VerifierTests.Verifying.verified.txt yet");
        (await File.ReadAllTextAsync(FileOf("received"))).ShouldBe("one\n");
    }

    [Fact]
    public async Task The_approved_text_passes_whatever_its_line_ends_and_clears_what_was_received()
    {
        await File.WriteAllTextAsync(FileOf("verified"), "one\r\ntwo\r\n");
        await File.WriteAllTextAsync(FileOf("received"), "old");

        await Verifying("one\ntwo\n");

        File.Exists(FileOf("received")).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_text_fails_with_the_difference()
    {
        await File.WriteAllTextAsync(FileOf("verified"), "far\n1\n2\n3\nold\n4\n5\n6\nfar\n");

        var error = await Should.ThrowAsync<XunitException>(() => Verifying("far\n1\n2\n3\nnew\n4\n5\n6\nfar\n"));

        error.Message.ShouldContain("- old\n+ new\n");
        error.Message.ShouldNotContain("far");
        (await File.ReadAllTextAsync(FileOf("received"))).ShouldContain("new");
    }

    private Task Verifying(string text)
    {
        var settings = new VerifySettings();
        settings.UseDirectory(_folder);
        return Verifier.Verify(text, "txt", settings);
    }

    private string FileOf(string state) => Path.Combine(_folder, $"VerifierTests.Verifying.{state}.txt");
}
