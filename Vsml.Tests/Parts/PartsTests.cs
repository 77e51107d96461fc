using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Parts;

public class PartsTests
{
    [Fact]
    public void ARegisteredTaskIsReadAndWrittenLikeABuiltInOne()
    {
        MetaTraining.Parts.Register<Spiral>("spiral-of-tests");
        var task = TaskJson.Parse("""{"type": "spiral-of-tests", "turns": 2, "arm-count": [3, 4], "colours": "dark-red", "centre": {"x": 0.5}, "inner": {"type": "random"}, "transforms": [{"type": "label-permutation"}]}""", "run.json");
        task.ShouldBe(new TransformedTask(new Spiral(2, [3, 4]) { Colours = Colour.DarkRed, Centre = new Point { X = .5f }, Inner = new RandomTask() }, new LabelPermutation()));
        Written.Of(task).ShouldBe("""{"type":"spiral-of-tests","turns":2,"arm-count":[3,4],"colours":"dark-red","centre":{"x":0.5,"y":0},"inner":{"type":"random","vectors":20,"inputs":784,"classes":10},"transforms":[{"type":"label-permutation"}]}""");
        TaskJson.Parse(Written.Of(task), "again").ShouldBe(task);

        // What is left out has its default, and null is left out.
        TaskJson.Parse("""{"type": "spiral-of-tests", "turns": 1}""", "run.json").ShouldBe(new Spiral(1));
        Written.Of(new Spiral(1)).ShouldBe("""{"type":"spiral-of-tests","turns":1,"arm-count":[],"colours":"none","centre":{"x":0,"y":0}}""");
    }

    [Theory]
    [InlineData("""{"type": "spiral-of-tests"}""", "turns: the field is missing.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 0}""", "turns: it must be at least 1 and at most 9, not 0.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1.0}""", null)]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1e40}""", "turns: 1e40 is not a whole number of at most 2147483647.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 3000000000}""", "turns: 3000000000 is not a whole number of at most 2147483647.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1, "turn": 2}""", "turn: there is no such field; there are type, transforms, turns, arm-count, colours, centre, inner.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1, "turns": 1}""", "turns: the field stands twice.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1, "colours": "red"}""", "colours: 'red' is none of none and dark-red.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1, "centre": {"x": 1e39}}""", "centre.x: it must be finite. Also centre: it lies outside.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 1, "arm-count": [1, 7]}""", "arm-count[1]: it must be at least 1 and below 7, not 7. Also arm-count: more arms than turns.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 3, "arm-count": [2, 2, 2, 2]}""", "arm-count: more arms than turns.")]
    [InlineData("""{"type": "spiral-of-tests", "turns": 13, "centre": {"x": 3}}""", "turns: it must be at least 1 and at most 9, not 13. Also centre: it lies outside.")]
    public void BoundsAndRulesOfACustomPartHold(string json, string? message)
    {
        MetaTraining.Parts.Register<Spiral>("spiral-of-tests");
        if (message is null) TaskJson.Parse(json, "run.json");
        else Should.Throw<VsmlException>(() => TaskJson.Parse(json, "run.json")).Message.ShouldBe("run.json: " + message);
    }

    [Fact]
    public void AnUnknownNameSaysWhatThereIs()
    {
        var message = Should.Throw<VsmlException>(() => TaskJson.Parse("""{"type": "nothing"}""", "run.json")).Message;
        message.ShouldStartWith("run.json: type: there is no task type 'nothing'; there are ");
        foreach (var name in new[] { "images", "mixed", "omniglot", "random", "sum-sign" }) message.ShouldContain(name);
        message.ShouldContain("--assembly");
    }

    [Fact]
    public void NamesThatClashAreRefused()
    {
        MetaTraining.Parts.Register<Once>("once-of-tests");
        MetaTraining.Parts.Register<Once>("once-of-tests");
        Should.Throw<VsmlException>(() => MetaTraining.Parts.Register<Once>("twice-of-tests")).Message.ShouldContain("registered as 'once-of-tests' already");
        Should.Throw<VsmlException>(() => MetaTraining.Parts.Register<Other>("once-of-tests")).Message
            .ShouldBe($"{typeof(Other).FullName} cannot be a part of runs: the task type 'once-of-tests' is {typeof(Once).FullName} of Vsml.Tests already; choose another name.");
        Should.Throw<VsmlException>(() => MetaTraining.Parts.Register<Other>("images")).Message.ShouldContain("Vsml.MetaTraining.ImageTask of Vsml.MetaTraining already");
        // A name may be both a task's and a transform's.
        MetaTraining.Parts.Register<Change>("once-of-tests");
    }

    [Theory]
    [InlineData(typeof(Point), "name", "it is none of BaselineDescription, EpisodeTransform, EstimatorConfiguration, IMetaOptimizer, LearnerDescription, TaskDescription and TruncationSchedule.")]
    [InlineData(typeof(Abstract), "name", "abstract")]
    [InlineData(typeof(Other), "Capital", "its name 'Capital' is not one")]
    [InlineData(typeof(Other), "", "''")]
    [InlineData(typeof(PlainClass), "name", "must be a record")]
    [InlineData(typeof(TwoConstructors), "name", "TwoConstructors has 2 public constructors; it needs one, or one marked [JsonConstructor].")]
    [InlineData(typeof(HoldsArray), "name", "HoldsArray.Values: JSON cannot hold Int32[]; supported are bool,")]
    [InlineData(typeof(HoldsDeeply), "name", "HoldsArray.Values: JSON cannot hold")]
    [InlineData(typeof(LosesParameter), "name", "the parameter given of LosesParameter has no property of its name and type")]
    [InlineData(typeof(TakesType), "name", "its field 'type' is taken by its name in JSON")]
    [InlineData(typeof(SameNames), "name", "two fields of SameNames are called 'a' in JSON")]
    [InlineData(typeof(RangeOfText), "name", "RangeOfText.Name: [Range] does not fit String")]
    public void WhatJsonCannotHoldIsRefusedAtOnce(Type type, string name, string message) =>
        Should.Throw<VsmlException>(() => MetaTraining.Parts.Register(type, name)).Message.ShouldContain(message);

    private enum Colour
    {
        None,
        DarkRed,
    }

    private sealed record Point : IValidatableObject
    {
        public float X { get; init; }

        public float Y { get; init; }

        [JsonIgnore]
        public float Hidden { get; init; }

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (X > 2) yield return new ValidationResult("it lies outside.");
        }
    }

    private sealed record Spiral(
        [Range(1, 9)] int Turns,
        [property: JsonPropertyName("arm-count"), Range(1, 7, MaximumIsExclusive = true)] EquatableArray<int> Arms = default) : Nothing, IValidatableObject
    {
        public Colour Colours { get; init; }

        public Point Centre { get; init; } = new();

        public TaskDescription? Inner { get; init; }

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Arms.Count > Turns) yield return new ValidationResult("more arms than turns.", [nameof(Arms)]);
        }
    }

    private abstract record Nothing : TaskDescription
    {
        public override int InputSize => 1;

        public override int OutputSize => 1;

        public override void Sample(ref CounterRandom random, int length, EpisodeData episode) => episode.Reshape(length, 1, 1);
    }

    private sealed record Once : Nothing;

    private sealed record Other : Nothing;

    private abstract record Abstract : Nothing;

    private sealed record HoldsArray : Nothing
    {
        public int[] Values { get; init; } = [];
    }

    private sealed record HoldsDeeply(EquatableArray<HoldsArray> Inside) : Nothing;

    private sealed record LosesParameter : Nothing
    {
        private readonly int _kept;

        public LosesParameter(int given) => _kept = given;

        public override int OutputSize => _kept;
    }

    private sealed record TwoConstructors(int A) : Nothing
    {
        public TwoConstructors()
            : this(1)
        {
        }
    }

    private sealed record TakesType(string Type) : Nothing;

    private sealed record SameNames(int A, [property: JsonPropertyName("a")] int B) : Nothing;

    private sealed record RangeOfText([property: Range(1, 2)] string Name) : Nothing;

    private sealed record Change : EpisodeTransform
    {
        public override void Apply(ref CounterRandom random, EpisodeData episode)
        {
        }
    }

    private sealed class PlainClass : IMetaOptimizer
    {
        public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]>());

        public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta)
        {
        }
    }
}
