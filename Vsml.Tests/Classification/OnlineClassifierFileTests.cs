using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Classification;

/// <summary>Saved classifiers.</summary>
public sealed class OnlineClassifierFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_saved_classifier_goes_on_bit_for_bit()
    {
        var original = Trained(new OnlineClassifierOptions<string> { RefusedLabels = ["never"], Window = 7, Seed = ulong.MaxValue });
        original.Forget("b");
        original.Save(_folder["saved.safetensors"]);
        var loaded = OnlineClassifier<string>.Load(_folder["saved.safetensors"]);
        OnlineClassifierTests.Bytes(loaded).ShouldBe(OnlineClassifierTests.Bytes(original));
        loaded.RecentProgress.ShouldBe(original.RecentProgress);
        for (var t = 0; t < 30; t++)
            foreach (var classifier in new[] { original, loaded }) classifier.Learn([.. OnlineClassifierTests.Named(t, "x", "y", "z"), new("late", t)], OnlineClassifierTests.Label(t));
        OnlineClassifierTests.Bytes(loaded).ShouldBe(OnlineClassifierTests.Bytes(original));
        Should.Throw<ArgumentException>(() => loaded.Learn(OnlineClassifierTests.Pairs(("x", 1f)), "never"));
    }

    [Fact]
    public void Deep_networks_grow_and_go_on_bit_for_bit()
    {
        var deep = ShippedModels.Deep.ForSizes(4, 6, 2).Architecture;
        var theta = MetaParameters.Initial(deep, seed: 3, inputGateBias: 3);
        var original = new OnlineClassifier<int>(theta);
        for (var t = 0; t < 20; t++) original.Learn(OnlineClassifierTests.Named(t, "x", "y"), t % 2);
        using var stream = new MemoryStream();
        original.Save(stream);
        stream.Position = 0;
        var loaded = OnlineClassifier<int>.Load(stream, theta);
        for (var t = 0; t < 20; t++)
            foreach (var classifier in new[] { original, loaded }) classifier.Learn(OnlineClassifierTests.Named(t, "x", "y", "z"), t % 3);
        OnlineClassifierTests.Bytes(loaded).ShouldBe(OnlineClassifierTests.Bytes(original));
    }

    [Fact]
    public void Labels_of_every_kind_that_has_a_text_come_back()
    {
        ComesBack("a,\"\u00e4\"\n", "");
        ComesBack(-5, int.MaxValue);
        ComesBack(ulong.MaxValue, 0ul);
        ComesBack('x', '\u00e9');
        ComesBack(true, false);
        ComesBack(DayOfWeek.Friday, DayOfWeek.Sunday);
        ComesBack(Guid.NewGuid(), Guid.Empty);
        var pairs = new OnlineClassifier<(int, int)>();
        pairs.Learn([1f], (1, 2));
        Should.Throw<VsmlException>(() => pairs.Save(Stream.Null)).Message.ShouldContain("cannot be saved");

        static void ComesBack<TLabel>(TLabel first, TLabel second)
            where TLabel : notnull
        {
            var classifier = new OnlineClassifier<TLabel>();
            classifier.Learn([1f], first);
            classifier.Learn([2f], second);
            using var stream = new MemoryStream(OnlineClassifierTests.Bytes(classifier));
            OnlineClassifier<TLabel>.Load(stream).Labels.ShouldBe([first, second]);
            stream.Position.ShouldBe(stream.Length);
        }
    }

    [Fact]
    public void Another_theta_version_or_kind_of_file_is_refused()
    {
        var path = _folder["saved.safetensors"];
        Trained().Save(path);
        var other = MetaParameters.Initial(MetaParameters.Shipped("online").Architecture, seed: 5);
        Should.Throw<VsmlException>(() => OnlineClassifier<string>.Load(path, other)).Message.ShouldContain(other.Digest);
        Should.Throw<VsmlException>(() => OnlineClassifier<int>.Load(path)).Message.ShouldContain("is no label of type Int32");
        var file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(_folder["later"], file.Tensors, new Dictionary<string, string>(file.Metadata) { ["format"] = "vsml-classifier-3" });
        Should.Throw<VsmlException>(() => OnlineClassifier<string>.Load(_folder["later"])).Message.ShouldContain("vsml-classifier-3");
        other.Save(_folder["theta"]);
        Should.Throw<VsmlException>(() => OnlineClassifier<string>.Load(_folder["theta"])).Message.ShouldContain("not a saved classifier");
        Should.Throw<VsmlException>(() => OnlineClassifier<string>.Load(_folder["none"]));
    }

    [Fact]
    public void Damaged_and_hostile_files_end_in_the_documented_exception_alone()
    {
        var bytes = OnlineClassifierTests.Bytes(Trained());
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            byte[] damaged = i % 2 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            // Most of a file is states, of which any is as good as another; the damage goes where the sense is.
            if (i % 2 == 1)
                for (var k = 0; k <= i % 5; k++) damaged[random.Next(Math.Min(damaged.Length, 4000))] = (byte)random.Next(256);
            try
            {
                using var stream = new MemoryStream(damaged);
                OnlineClassifier<string>.Load(stream).Predict(OnlineClassifierTests.Pairs(("x", 1f)));
            }
            catch (VsmlException)
            {
                refused++;
            }
        }
        refused.ShouldBeGreaterThan(300);
    }

    [Fact]
    public void Contents_that_contradict_each_other_are_refused()
    {
        Trained().Save(_folder["good"]);
        var file = SafetensorsFile.Read(_folder["good"]);
        foreach (var (key, from, to) in new[]
        {
            ("content", "\"a\"", "\"b\""), ("content", "\"features\":3", "\"features\":4"), ("content", "\"features\":3", "\"features\":-3"),
            ("content", "\"x\"", "\"y\""), ("content", "\"x\"", "null"), ("content", "{", "["), ("options", "\"window\":200", "\"window\":0"),
            ("options", "\"window\":200", "\"window\":2000000000"), ("options", "true", "1"), ("options", "\"seed\":\"0\"", "\"seed\":\"-1\""),
        })
        {
            file.Metadata[key].ShouldContain(from);
            SafetensorsFile.Write(_folder["bad"], file.Tensors, new Dictionary<string, string>(file.Metadata) { [key] = file.Metadata[key].Replace(from, to, StringComparison.Ordinal) });
            Should.Throw<VsmlException>(() => OnlineClassifier<string>.Load(_folder["bad"]), $"{key}: {from} -> {to}");
        }
        foreach (var name in file.Tensors.Select(tensor => tensor.Name))
        {
            SafetensorsFile.Write(_folder["bad"], file.Tensors.Where(tensor => tensor.Name != name), file.Metadata);
            Should.Throw<VsmlException>(() => OnlineClassifier<string>.Load(_folder["bad"])).Message.ShouldContain(name);
        }
    }

    private static OnlineClassifier<string> Trained(OnlineClassifierOptions<string>? options = null)
    {
        var classifier = new OnlineClassifier<string>(options);
        for (var t = 0; t < 60; t++) classifier.Learn(OnlineClassifierTests.Named(t, "x", "y", "z"), OnlineClassifierTests.Label(t));
        return classifier;
    }
}
