using System.Globalization;
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

    [UnixFact("Windows has no such files.")]
    public void PipesAndDevicesAreNotReplaced()
    {
        SpecialFiles.MakePipe(_folder["pipe"]);
        File.CreateSymbolicLink(_folder["link"], _folder["pipe"]);
        foreach (var path in new[] { _folder["pipe"], _folder["link"] })
            Should.Throw<VsmlException>(() => AtomicFile.WriteAllText(path, "")).Message.ShouldBe($"Cannot write '{path}': it is a pipe; give the name of a regular file.");
        PathKinds.Of(_folder["pipe"]).ShouldBe(PathKind.Pipe);
        foreach (var path in new[] { "/dev/null", "/dev/stdout" })
            Should.Throw<VsmlException>(() => AtomicFile.WriteAllText(path, "")).Message.ShouldContain("give the name of a regular file");
        PathKinds.Of("/dev/null").ShouldBe(PathKind.Device);
    }

    [Fact]
    public async Task WritersOfOneFolderDoNotMeet()
    {
        // Two containers that share a folder give their processes the same ids.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 20; i++) AtomicFile.WriteAllText(_folder["a.txt"], new string((char)('a' + writer), 1000));
        })));
        File.ReadAllText(_folder["a.txt"]).Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void TemporaryNamesAreRandomAndSayWhoseTheyAre()
    {
        var names = new HashSet<string>();
        foreach (var target in new[] { "a.txt", "a.txt", new string('b', 250) })
            AtomicFile.Write(_folder[target], _ => names.Add(Path.GetFileName(Directory.GetFiles(_folder.Path, "*.tmp").ShouldHaveSingleItem())));
        names.Count.ShouldBe(3);
        names.ShouldAllBe(name => !name.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "-"));
        names.Count(name => name.EndsWith("-a.txt.tmp")).ShouldBe(2);
    }

    [Fact]
    public void LeftoversOfOthersStay()
    {
        string[] others = [".vsml-0123456789abcdef-other.tmp", ".vsml-123-4.tmp", ".vsml-.tmp", "mine"];
        foreach (var name in others) File.WriteAllText(_folder[name], "");
        File.WriteAllText(_folder[".vsml-0123456789abcdef-mine.tmp"], "half");
        AtomicFile.RemoveLeftovers(_folder.Path, name => name == "mine");
        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).ShouldBe(others, ignoreOrder: true);
    }

    [Fact]
    public void FoldersAreFlushedWhereTheSystemCan()
    {
        DurableFolder.Flush(_folder.Path).ShouldBe(!OperatingSystem.IsWindows());
        DurableFolder.Flush(_folder["none"]).ShouldBeFalse();
        DurableFolder.Create(_folder["a/b/c"]);
        DurableFolder.Create(_folder["a/b"]);
        Directory.Exists(_folder["a/b/c"]).ShouldBeTrue();
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
