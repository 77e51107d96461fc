using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;

namespace Vsml.Tests.Files;

public sealed class FolderEntriesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_are_those_of_files_alone()
    {
        File.WriteAllText(_folder["a-1"], "");
        File.WriteAllText(_folder["b"], "");
        Directory.CreateDirectory(_folder["a-2"]);
        FolderEntries.Names(_folder.Path, "a-*").ShouldBe(["a-1"]);
    }

    [Fact]
    public void What_cannot_be_listed_or_removed_is_named()
    {
        Should.Throw<VsmlException>(() => FolderEntries.Names(_folder["none"])).Message.ShouldBe($"There is no folder '{_folder["none"]}'; bring it back, or give another one.");
        File.WriteAllText(_folder["file"], "");
        Should.Throw<VsmlException>(() => FolderEntries.Names(_folder["file"])).Message.ShouldContain($"'{_folder["file"]}'");
        FolderEntries.Remove(_folder["nothing"]);
        Directory.CreateDirectory(_folder["full"]);
        Should.Throw<VsmlException>(() => FolderEntries.Remove(_folder["full"])).Message.ShouldStartWith($"Cannot remove '{_folder["full"]}', which is no longer needed: ");
        Should.Throw<VsmlException>(() => DurableFolder.Create(Path.Combine(_folder["file"], "below"))).Message.ShouldStartWith("Cannot make the folder");
    }

    [Fact]
    public void A_run_folder_that_is_gone_is_told_by_the_exception_that_is_documented()
    {
        TinyRuns.Run(_folder["run"], TinyRuns.Full with { Evaluation = null });
        using var run = RunFolder.Open(_folder["run"]);
        var state = run.Checkpoints.LoadNewest(_ => { })!;
        Directory.Delete(_folder["run"], recursive: true);
        Should.Throw<VsmlException>(() => run.Checkpoints.Save(state)).Message.ShouldContain($"there is no folder '{_folder["run"]}'");
        Should.Throw<VsmlException>(() => run.Checkpoints.LoadNewest(_ => { })).Message.ShouldContain($"There is no folder '{_folder["run"]}'");
        Should.Throw<VsmlException>(() => new TrainingRun(run, RuntimeCompiler.Compile).Run()).Message.ShouldContain(_folder["run"]);
    }
}
