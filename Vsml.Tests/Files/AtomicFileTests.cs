using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WritesAndReplaces()
    {
        AtomicFile.WriteAllText(_folder["a.txt"], "one");
        AtomicFile.WriteAllText(_folder["a.txt"], "zwei ä");
        File.ReadAllBytes(_folder["a.txt"]).ShouldBe("zwei ä"u8.ToArray());
        Directory.GetFiles(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void ACheckLeavesWhatIsThereAndNothingElse()
    {
        AtomicFile.Check(_folder["a.txt"]);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
        AtomicFile.WriteAllText(_folder["a.txt"], "old");
        AtomicFile.Check(_folder["a.txt"]);
        File.ReadAllText(_folder["a.txt"]).ShouldBe("old");
        Should.Throw<VsmlException>(() => AtomicFile.Check(Path.Combine(_folder["a.txt"], "b.txt"))).Message.ShouldContain("there is no folder");
        Directory.GetFiles(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void AFullDiskLeavesTheOldFileAndNoTemporaryOne()
    {
        AtomicFile.WriteAllText(_folder["a.txt"], "old");
        Should.Throw<VsmlException>(() => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write("half"u8);
            throw new IOException("No space left on device");
        })).Message.ShouldBe($"Cannot write '{_folder["a.txt"]}': No space left on device");
        File.ReadAllText(_folder["a.txt"]).ShouldBe("old");
        Directory.GetFiles(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void AnErrorOfTheWriterIsPassedOnAndTheTemporaryFileRemoved()
    {
        Should.Throw<InvalidOperationException>(() => AtomicFile.Write(_folder["a.txt"], _ => throw new InvalidOperationException()));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void AMissingFolderIsNamed() =>
        Should.Throw<VsmlException>(() => AtomicFile.WriteAllText(Path.Combine(_folder["none"], "a.txt"), ""))
            .Message.ShouldContain($"there is no folder '{_folder["none"]}'");

    [Fact]
    public void AFolderIsNotAFile() =>
        Should.Throw<VsmlException>(() => AtomicFile.WriteAllText(_folder.Path, "")).Message.ShouldContain("it is a folder");

    [Fact]
    public void AFileIsNotAFolder()
    {
        File.WriteAllText(_folder["a.txt"], "");
        Should.Throw<VsmlException>(() => AtomicFile.WriteAllText(Path.Combine(_folder["a.txt"], "b.txt"), ""));
    }

    [Fact]
    public void AnEmptyNameIsRefused() => Should.Throw<VsmlException>(() => AtomicFile.WriteAllText("", ""));

    [LinuxFact("Nothing but Linux's /proc is read-only to root too.")]
    public void AReadOnlyFolderIsRefused()
    {
        Should.Throw<VsmlException>(() => AtomicFile.WriteAllText("/proc/a.txt", "")).Message.ShouldStartWith("Cannot write '/proc/a.txt'");
        Should.Throw<VsmlException>(() => AtomicFile.Check("/proc/a.txt")).Message.ShouldStartWith("Cannot write '/proc/a.txt'");
    }

    [UnixFact("Links need a privilege on Windows.")]
    public void ALinkStaysALink()
    {
        File.WriteAllText(_folder["real"], "old");
        File.CreateSymbolicLink(_folder["link"], _folder["real"]);
        AtomicFile.WriteAllText(_folder["link"], "new");
        File.ReadAllText(_folder["real"]).ShouldBe("new");
        new FileInfo(_folder["link"]).LinkTarget.ShouldNotBeNull();
    }
}
