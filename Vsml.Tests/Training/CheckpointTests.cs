using System.Security.Cryptography;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly TrainingState State = new()
    {
        Iteration = 12,
        Theta = [1, -2.5f, 3],
        Optimizer = new OptimizerState(11, new Dictionary<string, double[]> { ["adam/m"] = [1, 2, 3], ["adam/v"] = [4, 5, double.Epsilon] }),
        Unroll = new UnrollState([10u, uint.MaxValue], [3, 0], [[1f, float.NaN], []]),
        LastEvaluated = 10,
        Best = new BestTheta(10, 0.25, [7, 8, 9]),
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AStateComesBackAsItWas()
    {
        Checkpoint.Write(_folder["a.safetensors"], State, TinyRuns.Full);
        var back = Checkpoint.Read(_folder["a.safetensors"], TinyRuns.Full);
        (back.Iteration, back.LastEvaluated, back.Optimizer.Steps).ShouldBe((12, 10, 11));
        back.Theta.ShouldBe(State.Theta);
        back.Optimizer.Moments.Keys.Order().ShouldBe(["adam/m", "adam/v"]);
        back.Optimizer.Moments["adam/v"].ShouldBe([4, 5, double.Epsilon]);
        back.Unroll.Began.ShouldBe([10u, uint.MaxValue]);
        back.Unroll.Positions.ShouldBe([3, 0]);
        back.Unroll.Learners.Select(learner => learner.Length).ShouldBe([2, 0]);
        float.IsNaN(back.Unroll.Learners[0][1]).ShouldBeTrue();
        (back.Best!.Iteration, back.Best.Score).ShouldBe((10, 0.25));
        back.Best.Theta.ShouldBe([7, 8, 9]);
    }

    [Fact]
    public void AnOptimizerMayHoldWhatIsNotFinite()
    {
        var state = State with { Optimizer = new OptimizerState(0, new Dictionary<string, double[]> { ["smallest"] = [double.PositiveInfinity, double.NaN] }) };
        Checkpoint.Write(_folder["a.safetensors"], state, TinyRuns.Full);
        Checkpoint.Read(_folder["a.safetensors"], TinyRuns.Full).Optimizer.Moments["smallest"].ShouldBe([double.PositiveInfinity, double.NaN]);
    }

    [Fact]
    public void EqualStatesMakeEqualFiles()
    {
        Checkpoint.Write(_folder["a.safetensors"], State, TinyRuns.Full);
        Thread.Sleep(20);
        Checkpoint.Write(_folder["b.safetensors"], Checkpoint.Read(_folder["a.safetensors"], TinyRuns.Full), TinyRuns.Full);
        File.ReadAllBytes(_folder["b.safetensors"]).ShouldBe(File.ReadAllBytes(_folder["a.safetensors"]));
    }

    [Fact]
    public void TheMetadataHoldTheDigestOfThePayload()
    {
        Checkpoint.Write(_folder["a.safetensors"], State, TinyRuns.Full);
        var bytes = File.ReadAllBytes(_folder["a.safetensors"]);
        var payload = bytes.AsSpan(8 + (int)BitConverter.ToUInt64(bytes));
        Vsml.Files.SafetensorsFile.Read(_folder["a.safetensors"]).Metadata["sha256"].ShouldBe(Convert.ToHexStringLower(SHA256.HashData(payload)));
    }

    [Fact]
    public void AnyChangedOrMissingByteIsNoticed()
    {
        Checkpoint.Write(_folder["a.safetensors"], State, TinyRuns.Full);
        var good = File.ReadAllBytes(_folder["a.safetensors"]);
        var changed = _folder["changed.safetensors"];
        // Every byte but in the text of the configuration, which comes last.
        var text = good.Length - RunConfigurationJson.Format(TinyRuns.Full).Length;
        for (var i = 0; i < good.Length; i += i < text ? 1 : 97)
        {
            var bytes = (byte[])good.Clone();
            bytes[i] ^= 0x10;
            File.WriteAllBytes(changed, bytes);
            // A change in the header may leave it meaning the same; then nothing is lost.
            try
            {
                Checkpoint.Write(_folder["again.safetensors"], Checkpoint.Read(changed, TinyRuns.Full), TinyRuns.Full);
                File.ReadAllBytes(_folder["again.safetensors"]).ShouldBe(good, $"byte {i}");
            }
            catch (CheckpointDamagedException damaged)
            {
                damaged.Message.ShouldContain("changed.safetensors");
            }
        }
        for (var length = 0; length < good.Length; length += length < text ? 7 : 97)
        {
            File.WriteAllBytes(changed, good[..length]);
            Should.Throw<CheckpointDamagedException>(() => Checkpoint.Read(changed, TinyRuns.Full));
        }
    }

    [Fact]
    public void ACheckpointOfAnotherConfigurationIsRefused()
    {
        Checkpoint.Write(_folder["checkpoint-12.safetensors"], State, TinyRuns.Full);
        var store = new CheckpointStore(_folder.Path, TinyRuns.Full with { Seed = 8 });
        Should.Throw<VsmlException>(() => store.LoadNewest(_ => { })).Message.ShouldContain("another configuration");
    }

    [Fact]
    public void TheNewestAreKeptAndADamagedOneFallsBackToTheOneBefore()
    {
        var store = new CheckpointStore(_folder.Path, TinyRuns.Full);
        store.LoadNewest(_ => { }).ShouldBeNull();
        foreach (var iteration in new[] { 2, 8, 9, 10 }) store.Save(State with { Iteration = iteration });
        store.Iterations().ShouldBe([10, 9]);

        File.WriteAllBytes(store.PathOf(10), File.ReadAllBytes(store.PathOf(10))[..^1]);
        var warnings = new List<string>();
        store.LoadNewest(warnings.Add)!.Iteration.ShouldBe(9);
        warnings.ShouldHaveSingleItem().ShouldContain("checkpoint-10.safetensors");

        File.Copy(store.PathOf(9), store.PathOf(10), overwrite: true);
        store.LoadNewest(warnings.Add)!.Iteration.ShouldBe(9);
        File.WriteAllText(store.PathOf(9), "");
        File.WriteAllText(store.PathOf(10), "{}");
        store.LoadNewest(warnings.Add).ShouldBeNull();
        warnings.Count.ShouldBe(4);
    }
}
