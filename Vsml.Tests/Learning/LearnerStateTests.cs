using Vsml.Contracts;
using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Learning;

/// <summary>What a learner keeps, over layers of both kinds: all of it in its file, nothing of a prediction, no garbage.</summary>
public sealed class LearnerStateTests : IDisposable
{
    private const int Length = 6;

    private static readonly Architecture s_deep = new()
    {
        StateSize = 7,
        MessageSize = 5,
        Layers = new(new LayerSpec[] { new ConvLayerSpec(5, 4, 2, 2, 3, 2), new ConvLayerSpec(3, 2, 2, 3, 3, 1), new DenseLayerSpec(18, 5), new DenseLayerSpec(5, 3) }),
        Schedule = new TickSchedule { MicroTicks = new([1, 2, 2, 3]) },
        LabelFeedback = true,
        MessageLayerNorm = true,
    };

    public static TheoryData<string> Networks => [.. s_networks.Keys];

    private static readonly Dictionary<string, Architecture> s_networks = new()
    {
        ["deep"] = s_deep,
        ["backward sweep, learned cell"] = s_deep with
        {
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
            MessageLayerNorm = false,
            LearnedInitialCell = true,
        },
        ["several ticks"] = s_deep with { Schedule = new TickSchedule { TicksPerExample = 2 }, PositionFeatures = true },
    };

    private sealed class DeepLearner(VsmlModel model, MetaParameters theta) : Learner(model, theta, seed: 3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_saved_learner_goes_on_with_the_same_bits(string name)
    {
        var learner = Taught(name);
        learner.Save(_folder["state"]);
        var other = Learner(name);
        other.Learn(Input(Length), 1);
        other.Load(_folder["state"]);
        ShouldGoOnAlike(learner, other);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void States_follow_one_another_in_a_stream(string name)
    {
        var learner = Taught(name);
        using var stream = new MemoryStream();
        stream.WriteByte(1);
        learner.Save(stream);
        var between = learner.Fork();
        learner.Learn(Input(77), 2);
        learner.Save(stream);
        stream.WriteByte(2);

        using var forward = new ForwardStream(stream.ToArray());
        forward.ReadByte().ShouldBe(1);
        var (first, second) = (Learner(name), Learner(name));
        first.Load(forward);
        second.Load(forward);
        forward.ReadByte().ShouldBe(2);
        ShouldGoOnAlike(between, first);
        ShouldGoOnAlike(learner, second);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_state_has_the_same_bytes_at_every_level(string name)
    {
        var model = RuntimeCompiler.Compile(s_networks[name]);
        var theta = MetaParameters.Initial(s_networks[name], seed: 5);
        var saved = Bytes(Taught(name));
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var learner = new Learner(model, model.Pack(theta.Values, level));
            learner.Load(new MemoryStream(saved));
            Bytes(learner).ShouldBe(saved);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_fork_has_learned_the_same_and_goes_its_own_way(string name)
    {
        var learner = Taught(name);
        var before = Bytes(learner);
        learner.Predict(Input(50));
        var fork = learner.Fork();
        Bytes(fork).ShouldBe(before);
        fork.Theta.ShouldBeSameAs(learner.Theta);
        fork.Learn(1); // the input that was predicted before the fork
        Bytes(learner).ShouldBe(before);
        learner.Learn(1);
        ShouldGoOnAlike(learner, fork);
    }

    [Fact]
    public void A_state_under_another_theta_is_refused()
    {
        var learner = Taught("deep");
        learner.Save(_folder["state"]);
        SafetensorsFile.Read(_folder["state"]).Metadata["theta"].ShouldBe(MetaParameters.Initial(s_deep, seed: 5).Digest);

        var other = new DeepLearner(RuntimeCompiler.Compile(s_deep), MetaParameters.Initial(s_deep, seed: 6));
        other.Learn(Input(0), 1);
        var before = Bytes(other);
        var message = Should.Throw<VsmlException>(() => other.Load(_folder["state"])).Message;
        message.ShouldContain(_folder["state"]);
        message.ShouldContain(learner.Theta.Digest);
        message.ShouldContain(other.Theta.Digest);
        Bytes(other).ShouldBe(before);
    }

    [Fact]
    public void States_of_the_former_format_are_read()
    {
        var learner = Taught("deep");
        learner.Save(_folder["state"]);
        var file = SafetensorsFile.Read(_folder["state"]);
        SafetensorsFile.Write(_folder["former"], file.Tensors, new Dictionary<string, string> { ["format"] = "vsml-learner-1", ["architecture"] = file.Metadata["architecture"] });
        var other = Learner("deep");
        other.Load(_folder["former"]);
        ShouldGoOnAlike(learner, other);
    }

    [Theory]
    [InlineData("format", "vsml-learner-3", "not the saved state")]
    [InlineData("format", null, "not the saved state")]
    [InlineData("theta", null, "another theta (unknown)")]
    [InlineData("architecture", null, "another architecture")]
    [InlineData("architecture", """{"stateSize": 3, "layers": [{"type": "dense", "inputs": 2, "outputs": 2}]}""", "another architecture")]
    public void Metadata_that_do_not_fit_are_refused(string key, string? value, string mention)
    {
        var learner = Taught("deep");
        learner.Save(_folder["state"]);
        var file = SafetensorsFile.Read(_folder["state"]);
        var metadata = new Dictionary<string, string>(file.Metadata);
        metadata.Remove(key);
        if (value is not null) metadata[key] = value;
        SafetensorsFile.Write(_folder["changed"], file.Tensors, metadata);
        var before = Bytes(learner);
        Should.Throw<VsmlException>(() => learner.Load(_folder["changed"])).Message.ShouldContain(mention);
        Bytes(learner).ShouldBe(before);
    }

    [Fact]
    public void A_stream_that_ends_early_or_is_something_else_changes_nothing()
    {
        var learner = Taught("deep");
        var saved = Bytes(learner);
        learner.Learn(Input(9), 0);
        var before = Bytes(learner);
        for (var length = 0; length < saved.Length; length += 1 + length / 7)
            Should.Throw<VsmlException>(() => learner.Load(new ForwardStream(saved[..length]))).Message.ShouldContain("stream");
        var huge = (byte[])saved.Clone();
        huge[4] = 1; // a header of 4 GiB
        Should.Throw<VsmlException>(() => learner.Load(new ForwardStream(huge))).Message.ShouldContain("its header claims");
        Bytes(learner).ShouldBe(before);
    }

    [Fact]
    public void What_could_not_be_loaded_again_is_not_saved()
    {
        Taught("deep").Save(_folder["state"]);
        var good = File.ReadAllBytes(_folder["state"]);
        // Products beyond the largest number, of both signs.
        var layout = ParameterLayout.Of(s_deep);
        var values = new float[layout.Count];
        for (var i = 0; i < values.Length; i++) values[i] = i % 2 == 0 ? 3e38f : -3e38f;
        var learner = new DeepLearner(RuntimeCompiler.Compile(s_deep), new MetaParameters(s_deep, values));
        for (var t = 0; t < Length; t++) learner.Learn(Input(t), t % 3);
        Should.Throw<VsmlException>(() => learner.Save(_folder["state"])).Message.ShouldContain("was not saved");
        File.ReadAllBytes(_folder["state"]).ShouldBe(good);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Predictions_are_those_of_the_step_and_leave_no_trace(string name)
    {
        var (curious, silent) = (Learner(name), Learner(name));
        for (var t = 0; t < Length; t++)
        {
            for (var other = 0; other < 3; other++) curious.Predict(Input(100 + other));
            var prediction = curious.Predict(Input(t)).Logits.ToArray();
            prediction.ShouldBe(curious.Learn(Input(t), t % 3).Prediction.Logits.ToArray());
            prediction.ShouldBe(silent.Learn(Input(t), t % 3).Prediction.Logits.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Canonical_cells_come_back_at_every_level(string name)
    {
        var architecture = s_networks[name];
        var model = RuntimeCompiler.Compile(architecture);
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var runner = new EpisodeRunner(model, level);
            for (var l = 0; l < architecture.Layers.Count; l++)
            {
                float[] cells = [.. Enumerable.Range(0, runner.CanonicalFloats(l)).Select(i => (float)i)];
                runner.SetCells(l, cells);
                var back = new float[cells.Length];
                runner.GetCells(l, back);
                back.ShouldBe(cells);
            }
        }
    }

    private static DeepLearner Learner(string name) =>
        new(RuntimeCompiler.Compile(s_networks[name]), MetaParameters.Initial(s_networks[name], seed: 5));

    private static DeepLearner Taught(string name)
    {
        var learner = Learner(name);
        for (var t = 0; t < Length / 2; t++) learner.Learn(Input(t), t % 3);
        return learner;
    }

    private static void ShouldGoOnAlike(Learner expected, Learner actual)
    {
        for (var t = Length / 2; t < Length; t++)
        {
            var step = expected.Learn(Input(t), t % 3);
            var (logits, loss) = (step.Prediction.Logits.ToArray(), step.Loss);
            step = actual.Learn(Input(t), t % 3);
            step.Prediction.Logits.ToArray().ShouldBe(logits);
            step.Loss.ShouldBe(loss);
        }
    }

    private static byte[] Bytes(Learner learner)
    {
        using var stream = new MemoryStream();
        learner.Save(stream);
        return stream.ToArray();
    }

    private static float[] Input(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, s_deep.InputSize).Select(_ => (float)random.NextDouble())];
    }

    /// <summary>Like a socket: cannot seek, and gives a few bytes at a time.</summary>
    private sealed class ForwardStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 100));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 100)]);
    }
}
