using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

/// <summary>A run that begins with the theta of another.</summary>
public sealed class InitialThetaTests : IDisposable
{
    private static readonly RunConfiguration Run = TinyRuns.Full with { InitialInputGateBias = 0 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunBeginsWithTheThetaOfAFileOrOfAnotherRun()
    {
        var theta = TinyRuns.Run(_folder["first"], TinyRuns.Full).Theta;
        foreach (var source in new[] { _folder["first"], _folder["first/theta.safetensors"] })
            new MetaTrainer(Run with { InitialTheta = source }, RuntimeCompiler.Compile).Initial().Theta.ShouldBe(theta.Values.ToArray());
    }

    [Fact]
    public void TheFolderRecordsPlaceAndDigestAndNeedsTheFileNoMore()
    {
        var theta = MetaParameters.Initial(Run.Model, 5);
        theta.Save(_folder["theta.safetensors"]);
        var run = Run with { InitialTheta = Path.GetRelativePath(Environment.CurrentDirectory, _folder["theta.safetensors"]) };
        TinyRuns.Run(_folder["whole"], run);
        using (var folder = RunFolder.Create(_folder["resumed"], run))
        {
            folder.Configuration.InitialTheta.ShouldBe(_folder["theta.safetensors"]);
            folder.Configuration.InitialThetaSha256.ShouldBe(theta.Digest);
            JsonSchemaValidator.Of("run.schema.json").Problems(File.ReadAllText(_folder["resumed/run.json"])).ShouldBeEmpty();
        }
        File.Delete(_folder["theta.safetensors"]);
        TinyRuns.Resume(_folder["resumed"]);
        TinyRuns.Outcome(_folder["resumed"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["other"], run)).Message.ShouldContain("theta.safetensors");
    }

    [Fact]
    public void AnotherThetaThanTheOneOnRecordIsRefused()
    {
        MetaParameters.Initial(Run.Model, 5).Save(_folder["theta.safetensors"]);
        RunConfiguration recorded;
        using (var folder = RunFolder.Create(_folder["run"], Run with { InitialTheta = _folder["theta.safetensors"] })) recorded = folder.Configuration;
        MetaParameters.Initial(Run.Model, 6).Save(_folder["theta.safetensors"]);
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["other"], recorded)).Message.ShouldContain("is not the theta that the run was begun with");
        Should.Throw<VsmlException>(() => RunFolder.Continue(_folder["run"], Run with { InitialTheta = _folder["theta.safetensors"] })).Message
            .ShouldStartWith("initialThetaSha256: it was");
        File.Copy(_folder["theta.safetensors"], _folder["run/initial-theta.safetensors"], overwrite: true);
        Should.Throw<VsmlException>(() => TinyRuns.Resume(_folder["run"])).Message.ShouldContain("is not the theta that the run was begun with");
    }

    [Fact]
    public void TheThetaMayHaveMovedWhenARunGoesOn()
    {
        var theta = MetaParameters.Initial(Run.Model, 5);
        theta.Save(_folder["here.safetensors"]);
        TinyRuns.Run(_folder["run"], Run with { InitialTheta = _folder["here.safetensors"] });
        File.Move(_folder["here.safetensors"], _folder["there.safetensors"]);
        var longer = Run with
        {
            InitialTheta = _folder["there.safetensors"],
            Stages = [.. Run.Stages, Run.Stages[0]],
            LearningRate = Run.LearningRate with { Values = [.. Run.LearningRate.Values, 0.01] },
        };
        RunFolder.Continue(_folder["run"], longer).Dispose();
        TinyRuns.Resume(_folder["run"]).State.Iteration.ShouldBe(longer.Iterations);
    }

    public static TheoryData<bool, BackwardSweep, int, bool, BackwardSweep, int, string> Rules => new()
    {
        { false, BackwardSweep.Separate, 1, true, BackwardSweep.Separate, 3, "shared shared shared backward backward backward" },
        { false, BackwardSweep.None, 1, true, BackwardSweep.Separate, 2, "shared shared shared shared" },
        { true, BackwardSweep.Separate, 1, false, BackwardSweep.Separate, 2, "layer0 backward0" },
        { true, BackwardSweep.Shared, 2, true, BackwardSweep.Separate, 2, "layer0 layer1 layer0 layer1" },
        { true, BackwardSweep.Separate, 2, true, BackwardSweep.Separate, 4, "layer0 layer0 layer0 layer1 backward0 backward0 backward0 backward1" },
        { true, BackwardSweep.Separate, 3, true, BackwardSweep.None, 2, "layer0 layer2" },
        { true, BackwardSweep.Separate, 3, true, BackwardSweep.Shared, 1, "layer2" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void GroupsAreTakenByNameAndMissingOnesByTheRule(bool fromLayerwise, BackwardSweep fromSweep, int fromLayers, bool toLayerwise, BackwardSweep toSweep, int toLayers, string taken)
    {
        var source = MetaParameters.Initial(Network(fromLayerwise, fromSweep, fromLayers), 5);
        var target = ThetaTransfer.Fit(source.ToTensors(), Network(toLayerwise, toSweep, toLayers));
        var expected = taken.Split(' ');
        target.Layout.Groups.Count.ShouldBe(expected.Length);
        for (var g = 0; g < expected.Length; g++)
            Values(target, target.Layout.Groups[g]).ShouldBe(Values(source, expected[g]), target.Layout.Groups[g]);
    }

    [Fact]
    public void WhatTheThetaLacksBeginsAsInANewOne()
    {
        var plain = Network(false, BackwardSweep.Separate, 1);
        var target = plain with { MessageLayerNorm = true, LearnedInitialCell = true };
        var theta = ThetaTransfer.Fit(MetaParameters.Initial(plain, 5).ToTensors(), target);
        Of("shared", "fwd_norm/scale").ShouldAllBe(value => value == 1);
        Of("shared", "initial_cell").ShouldAllBe(value => value == 0);

        float[] Of(string group, string name) => theta.Layout.Find(group, name) is var tensor ? theta.Values.Slice(tensor.Offset, tensor.Length).ToArray() : [];
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedByTheTensor()
    {
        var model = Run.Model;
        Refused(model with { StateSize = 5 }, "theta/shared/lstm/w has the shape [11, 20], but this network's theta/shared/lstm/w has [10, 16]; state size, message size and position features must be the same.");
        Refused(model with { MessageLayerNorm = true }, "it holds theta/shared/fwd_norm/scale, which this network does not have");
        Refused(model with { LayerwiseParameters = true, Layers = [new DenseLayerSpec(2, 3), new DenseLayerSpec(3, 2)] }, "it has a theta for each of 2 layers, this network one for all; set layerwiseParameters.");

        void Refused(Architecture other, string message)
        {
            MetaParameters.Initial(other, 5).Save(_folder["other.safetensors"]);
            var thrown = Should.Throw<VsmlException>(() => RunFolder.Create(_folder["run"], Run with { InitialTheta = _folder["other.safetensors"] }));
            thrown.Message.ShouldStartWith($"initialTheta: '{_folder["other.safetensors"]}': {message}");
            Directory.Exists(_folder["run"]).ShouldBeFalse();
        }
    }

    [Fact]
    public void WhatIsNoThetaIsRefused()
    {
        SafetensorsFile.Write(_folder["none.safetensors"], [Tensor.Of("cell/0", [1], new[] { 1f })]);
        SafetensorsFile.Write(_folder["half.safetensors"], MetaParameters.Initial(Run.Model, 5).ToTensors().Where(tensor => tensor.Name != "theta/shared/fwd/w"));
        Directory.CreateDirectory(_folder["empty"]);
        foreach (var (source, message) in new[]
        {
            (_folder["none.safetensors"], "it holds no theta"), (_folder["half.safetensors"], "it lacks theta/shared/fwd/w."), (_folder["empty"], "the folder has no theta.safetensors"),
            ("nowhere.safetensors", "nowhere.safetensors"), ("shipped:none", "no theta of the name 'none'"), ("", ""), ("a\0b", ""),
        })
            Should.Throw<VsmlException>(() => RunFolder.Create(_folder["run"], Run with { InitialTheta = source })).Message.ShouldContain(message);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    private static Architecture Network(bool layerwise, BackwardSweep sweep, int layers) => TinyRuns.Full.Model with
    {
        LayerwiseParameters = layerwise,
        Schedule = TinyRuns.Full.Model.Schedule with { BackwardSweep = sweep },
        Layers = [.. Enumerable.Range(0, layers).Select(l => new DenseLayerSpec(2 + l, 3 + l))],
    };

    private static float[] Values(MetaParameters theta, string group) =>
        [.. theta.Layout.Tensors.Where(tensor => tensor.Name.StartsWith($"theta/{group}/", StringComparison.Ordinal)).SelectMany(tensor => theta.Values.Slice(tensor.Offset, tensor.Length).ToArray())];
}
