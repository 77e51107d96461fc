using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheResolvedConfigurationIsWrittenWithItsLevel()
    {
        RunFolder.Create(_folder["run"], TinyRuns.Full with { Simd = null }).Dispose();
        using var opened = RunFolder.Open(_folder["run"]);
        opened.Configuration.ShouldBe(TinyRuns.Full with { Simd = SimdLevels.Widest });
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("metrics.jsonl")]
    [InlineData("theta.safetensors")]
    [InlineData("checkpoint-4.safetensors")]
    public void AUsedFolderIsRefused(string file)
    {
        File.WriteAllText(_folder[file], "");
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder.Path, TinyRuns.Full)).Message.ShouldContain("--resume");
        Directory.GetFiles(_folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void AFolderWithOtherFilesIsFine()
    {
        File.WriteAllText(_folder["notes.txt"], "");
        RunFolder.Create(_folder.Path, TinyRuns.Full).Dispose();
        File.Exists(_folder["run.json"]).ShouldBeTrue();
    }

    [Fact]
    public void OneProcessAtATime()
    {
        using (RunFolder.Create(_folder["run"], TinyRuns.Full))
            Should.Throw<VsmlException>(() => RunFolder.Open(_folder["run"])).Message.ShouldContain("another process");
        RunFolder.Open(_folder["run"]).Dispose();
    }

    [Fact]
    public void AnotherSimdLevelIsRefused()
    {
        RunFolder.Create(_folder["run"], TinyRuns.Full with { Simd = SimdLevel.Portable }).Dispose();
        RunFolder.Open(_folder["run"], SimdLevel.Portable).Dispose();
        RunFolder.Open(_folder["run"]).Dispose();
        Should.Throw<VsmlException>(() => RunFolder.Open(_folder["run"], SimdLevel.Avx2)).Message.ShouldContain("portable");
    }

    [Fact]
    public void ALevelThatTheMachineLacksIsRefused()
    {
        var above = (SimdLevel)((int)SimdLevels.Widest + 1);
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["run"], TinyRuns.Full with { Simd = above })).Message.ShouldContain(SimdLevels.Widest.Name());
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [Fact]
    public void WhatAKilledWriterLeftIsRemovedAndFilesOfOthersAreNot()
    {
        RunFolder.Create(_folder["run"], TinyRuns.Full).Dispose();
        foreach (var name in new[] { "run.json", "metrics.jsonl", "theta.safetensors", "checkpoint-2.safetensors", "results.json" })
            File.WriteAllText(_folder[$"run/.vsml-0123456789abcdef-{name}.tmp"], "half");
        RunFolder.Open(_folder["run"]).Dispose();
        Directory.GetFiles(_folder["run"], "*.tmp").ShouldHaveSingleItem().ShouldEndWith("-results.json.tmp");
    }

    [Fact]
    public void FoldersWithoutARunAreOneClearLine()
    {
        Should.Throw<VsmlException>(() => RunFolder.Open(_folder["none"])).Message.ShouldContain("none");
        Should.Throw<VsmlException>(() => RunFolder.Open(_folder.Path)).Message.ShouldContain("run.json");
        File.WriteAllText(_folder["file"], "");
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["file"], TinyRuns.Full)).Message.ShouldContain("file");
        File.WriteAllText(_folder["run.json"], "{");
        Should.Throw<VsmlException>(() => RunFolder.Open(_folder.Path)).Message.ShouldContain("run.json");
    }
}
