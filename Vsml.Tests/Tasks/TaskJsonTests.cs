using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Tests.Parts;

namespace Vsml.Tests.Tasks;

public class TaskJsonTests
{
    public static TheoryData<TaskDescription> Tasks =>
    [
        new ImageTask(),
        new ImageTask { Data = "digits", Split = DatasetSplit.All, Size = 14, Classes = new([3, 1, 2]), ClassCount = 2 },
        new ImageTask { Data = "a.csv", Label = "species", Header = true, Standardise = Standardisation.All },
        new ImageTask { Data = "c.csv", Label = "007" },
        new ImageTask { Data = "b.csv", Label = "-2", Header = false, Standardise = Standardisation.Columns },
        new RandomTask { Vectors = 3, Inputs = 4, Classes = 5 },
        new SumSignTask { Inputs = 9 },
        new SyntheticTask(),
        new SyntheticTask { Inputs = 3, Classes = 4, Kind = SyntheticKind.Tree, Separation = new([1, 1]), LabelNoise = new([.5, .75]), Irrelevant = new([0, 1]), Drift = .25, LateClass = 1 },
        new OmniglotTask { Archive = "some.zip", Ways = 3, Size = 14 },
        new TransformedTask(new ImageTask(), new RandomPixels(5), new RandomProjection(), new RandomProjection(7), new FixedProjection(ulong.MaxValue),
            new FixedPermutation(2), new LabelPermutation(), new InputScaleJitter(.25f), new Padding(9, 11), new Padding()),
        new TransformedTask(new SumSignTask()),
        new TransformedTask(new TransformedTask(new SumSignTask(), new LabelPermutation()), new RandomPixels(3)),
        new TransformedTask(new MixedTask(new TaskShare(.35, new TransformedTask(new ImageTask { Size = 8 }, new RandomProjection(16))), new TaskShare(.65, new ImageTask { Size = 4 })), new LabelPermutation()),
    ];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void WhatIsWrittenReadsBackEqual(TaskDescription task)
    {
        var json = Written.Of(task);
        var read = TaskJson.Parse(json, "run.json");
        read.ShouldBe(task);
        read.GetHashCode().ShouldBe(task.GetHashCode());
        Written.Of(read).ShouldBe(json);
    }

    [Theory]
    [InlineData("2e1", 20ul)]
    [InlineData("18446744073709551615.0", ulong.MaxValue)]
    public void SeedsAreWholeNumbersHoweverTheyAreWritten(string written, ulong seed) =>
        TaskJson.Parse($$"""{"type": "random", "transforms": [{"type": "fixed-projection", "seed": {{written}}}]}""", "run.json")
            .ShouldBe(new TransformedTask(new RandomTask(), new FixedProjection(seed)));

    [Fact]
    public void DefaultsMayBeLeftOut() => TaskJson.Parse("""{"type": "images"}""", "run.json").ShouldBe(new ImageTask());

    [Theory]
    [InlineData("""[]""", "must be an object")]
    [InlineData("""{}""", "type: the field is missing")]
    [InlineData("""{"type": 3}""", "type: it must be a string")]
    [InlineData("""{"type": "pictures"}""", "no task type 'pictures'")]
    [InlineData("""{"type": "images", "sise": 8}""", "sise: there is no such field")]
    [InlineData("""{"type": "images", "size": 8.5}""", "size: 8.5 is not a whole number")]
    [InlineData("""{"type": "images", "split": "both"}""", "split: 'both' is none of")]
    [InlineData("""{"type": "images", "classes": [1, "2"]}""", "classes[1]: it must be a whole number")]
    [InlineData("""{"type": "images", "label": true}""", "label: it must be a string or a whole number, not true or false")]
    [InlineData("""{"type": "images", "label": 1.5}""", "label: 1.5 is not a whole number")]
    [InlineData("""{"type": "images", "header": "yes"}""", "header: it must be true or false")]
    [InlineData("""{"type": "images", "standardise": "rows"}""", "standardise: 'rows' is none of columns and all")]
    [InlineData("""{"type": "images", "transforms": {}}""", "transforms: it must be a list")]
    [InlineData("""{"type": "images", "transforms": [{"type": "blur"}]}""", "transforms[0].type: there is no transform 'blur'")]
    [InlineData("""{"type": "images", "transforms": [{"type": "random-pixels"}]}""", "transforms[0].count: the field is missing")]
    [InlineData("""{"type": "images", "transforms": [{"type": "fixed-projection", "seed": -1}]}""", "transforms[0].seed: -1 is not a whole number from 0")]
    [InlineData("""{"type": "images", "transforms": [{"type": "label-permutation", "seed": 1}]}""", "transforms[0].seed: there is no such field")]
    [InlineData("""{"type": "mixed", "tasks": []}""", "tasks: it must not be empty")]
    [InlineData("""{"type": "mixed", "tasks": [{"weight": 0, "task": {"type": "random"}}]}""", "tasks[0].weight: it must be at least 1E-06")]
    [InlineData("""{"type": "mixed", "tasks": [{"task": {"type": "x"}}]}""", "tasks[0].task.type: there is no task type")]
    [InlineData("""{"type": "images",""", "not valid JSON")]
    public void ErrorsNameTheFileAndTheField(string json, string message)
    {
        var text = Should.Throw<VsmlException>(() => TaskJson.Parse(json, "run.json")).Message;
        text.ShouldStartWith("run.json: ");
        text.ShouldContain(message);
    }
}
