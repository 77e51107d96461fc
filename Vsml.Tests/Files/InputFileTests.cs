using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Files;

public sealed class InputFileTests : IDisposable
{
    private const int Limit = 1 << 20;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TextIsReadUpToItsLimit()
    {
        File.WriteAllText(_folder["a"], "ä");
        InputFile.ReadText(_folder["a"], Limit).ShouldBe("ä");
        File.WriteAllBytes(_folder["a"], new byte[Limit]);
        InputFile.ReadText(_folder["a"], Limit).Length.ShouldBe(Limit);
        File.WriteAllBytes(_folder["a"], new byte[Limit + 1]);
        Should.Throw<VsmlException>(() => InputFile.ReadText(_folder["a"], Limit)).Message.ShouldContain("larger than 1 MiB");
        File.WriteAllBytes(_folder["a"], [0xff]);
        Should.Throw<VsmlException>(() => InputFile.ReadText(_folder["a"], Limit)).Message.ShouldStartWith($"Cannot read '{_folder["a"]}'");
    }

    [Fact]
    public void WhatIsNoFileIsSaidToBeWhatItIs()
    {
        foreach (var read in new Action<string>[] { path => InputFile.Open(path), path => InputFile.ReadText(path, Limit) })
        {
            Should.Throw<VsmlException>(() => read(_folder.Path)).Message.ShouldContain("is a folder");
            Should.Throw<VsmlException>(() => read(_folder["none"])).Message.ShouldBe($"There is no file '{_folder["none"]}'.");
            Should.Throw<VsmlException>(() => read("")).Message.ShouldBe("There is no file ''.");
        }
    }

    [UnixFact("Windows has no such files.")]
    public void DevicesAreRefused()
    {
        Should.Throw<VsmlException>(() => InputFile.Open("/dev/zero")).Message.ShouldBe("'/dev/zero' is a device; give the name of a regular file.");
        Should.Throw<VsmlException>(() => InputFile.ReadText("/dev/zero", Limit)).Message.ShouldBe("'/dev/zero' is a device; give the name of a file.");
    }

    [UnixFact("Windows has no such files.")]
    public async Task APipeGivesTextWithinTheLimitButNoRegularFile()
    {
        var pipe = SpecialFiles.MakePipe(_folder["pipe"]);
        Should.Throw<VsmlException>(() => InputFile.Open(pipe)).Message.ShouldBe($"'{pipe}' is a pipe; give the name of a regular file.");

        // Opening waits for the reader.
        var writing = Task.Run(() => File.WriteAllText(pipe, "through the pipe"));
        InputFile.ReadText(pipe, Limit).ShouldBe("through the pipe");
        await writing;

        // The reader goes before the writer is done.
        writing = Task.Run(() => File.WriteAllBytes(pipe, new byte[2 * Limit]));
        Should.Throw<VsmlException>(() => InputFile.ReadText(pipe, Limit)).Message.ShouldContain("larger than 1 MiB");
        await writing.ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
