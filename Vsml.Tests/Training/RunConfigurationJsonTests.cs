using System.Text.Json.Nodes;
using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public class RunConfigurationJsonTests
{
    private const string Small = """
        { "model": { "layers": [ { "type": "dense", "inputs": 4, "outputs": 2 } ] },
          "tasks": [ { "task": { "type": "random" } } ],
          "stages": [ { "iterations": 2, "episodeLength": 3 } ],
          "learningRate": { "values": [ 0.1 ] } }
        """;

    private static readonly JsonSchemaValidator Schema = JsonSchemaValidator.Of("run.schema.json");

    public static TheoryData<string> Presets => [.. RunPresets.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public void PresetsAreValid(string name)
    {
        Schema.Problems(RunPresets.Text(name)).ShouldBeEmpty();
        var run = RunConfigurationJson.Read("preset:" + name);
        for (var s = 0; s < run.Stages.Count; s++) StageTasks.Of(run, run.Stages[s]).ShouldNotBeEmpty();
    }

    [Fact]
    public void TheSpecifiedPresetsExist()
    {
        RunPresets.Names.ShouldContain("smoke");
        RunPresets.Names.ShouldContain("es-2min");
        Should.Throw<VsmlException>(() => RunConfigurationJson.Read("preset:nothing")).Message.ShouldContain("smoke");
    }

    public static TheoryData<int> Configurations => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void WhatIsWrittenIsReadAgainAndMatchesTheSchema(int which)
    {
        var run = which switch
        {
            0 => TinyRuns.Full,
            1 => TinyRuns.Persistent,
            2 => RunConfigurationJson.Parse(Small, "small"),
            _ => RunConfigurationJson.Read("preset:es-2min") with { Seed = ulong.MaxValue, Simd = SimdLevel.Portable },
        };
        var text = RunConfigurationJson.Format(run);
        RunConfigurationJson.Parse(text, "again").ShouldBe(run);
        RunConfigurationJson.Format(RunConfigurationJson.Parse(text, "again")).ShouldBe(text);
        Schema.Problems(text).ShouldBeEmpty();
    }

    [Fact]
    public void WhatIsLeftOutHasItsDefault()
    {
        var run = RunConfigurationJson.Parse(Small, "small");
        var standard = new RunConfiguration();
        run.Estimator.ShouldBe(new EsOptions());
        run.Optimizer.ShouldBe(new Adam());
        run.Seed.ShouldBe(standard.Seed);
        run.Evaluation.ShouldBeNull();
        run.Simd.ShouldBeNull();
        run.Checkpoints.ShouldBe(standard.Checkpoints);
        Schema.Problems(Small).ShouldBeEmpty();
    }

    // The path to change, what to put there (null: remove), and what the error names.
    [Theory]
    [InlineData("stages", null, "stages")]
    [InlineData("stages", "[]", "stages")]
    [InlineData("stages/0/iterations", "0", "stages[0].iterations")]
    [InlineData("stages/0/iterations", "1.5", "stages[0].iterations")]
    [InlineData("stages/0/episodeLength", "-1", "stages[0].episodeLength")]
    [InlineData("stages/0/seconds", "30", "stages[0].seconds")]
    [InlineData("stages/0/inputs", "[4, 0]", "stages[0].inputs[1]")]
    [InlineData("stages/0/inputs", "\"many\"", "stages[0].inputs")]
    [InlineData("tasks", "[]", "tasks")]
    [InlineData("tasks/0/weight", "0", "tasks[0].weight")]
    [InlineData("learningRate", null, "learningRate")]
    [InlineData("learningRate/values/0", "0", "learningRate.values[0]")]
    [InlineData("learningRate/warmUpIterations", "-1", "learningRate.warmUpIterations")]
    [InlineData("learningRate/warmUpSeconds", "1", "learningRate.warmUpSeconds")]
    [InlineData("seed", "-1", "seed")]
    [InlineData("initialInputGateBias", "1e9", "initialInputGateBias")]
    [InlineData("estimator", """{"pairs": 3}""", "estimator.type")]
    [InlineData("estimator", """{"type": "es", "pairs": 0}""", "estimator.pairs")]
    [InlineData("estimator", """{"type": "es", "noiseStd": 0}""", "estimator.noiseStd")]
    [InlineData("estimator", """{"type": "es", "fitnessShaping": "ranks"}""", "estimator.fitnessShaping")]
    [InlineData("estimator", """{"type": "pes", "truncation": {"type": "constant"}}""", "estimator.truncation.length")]
    [InlineData("optimizer", """{"type": "adam", "momentum": 0.5}""", "optimizer.momentum")]
    [InlineData("optimizer", """{"type": "adam", "beta1": 1}""", "optimizer.beta1")]
    [InlineData("evaluation", """{"tasks": []}""", "evaluation.tasks")]
    [InlineData("evaluation", """{"interval": 0, "tasks": [{"name": "a", "task": {"type": "random"}}]}""", "evaluation.interval")]
    [InlineData("evaluation", "null", "evaluation")]
    [InlineData("checkpoints", """{"interval": 0}""", "checkpoints.interval")]
    [InlineData("checkpoints", """{"keep": 3}""", "checkpoints.keep")]
    [InlineData("simd", "\"sse\"", "simd")]
    [InlineData("threads", "2", "threads")]
    public void MistakesAreNamedAndTheSchemaSeesThemToo(string path, string? value, string named)
    {
        var text = Changed(path, value);
        var error = Should.Throw<VsmlException>(() => RunConfigurationJson.Parse(text, "RUN.json")).Message;
        error.ShouldStartWith($"RUN.json: {named}:");
        error.ShouldNotContain('\n');
        Schema.Problems(text).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("learningRate/values", "[0.1, 0.2, 0.3]", "learningRate.values")]
    [InlineData("estimator", """{"type": "es", "truncation": {"type": "constant", "length": 2}}""", "estimator.truncation")]
    [InlineData("estimator", """{"type": "nres", "truncation": {"type": "constant", "length": 4}}""", "estimator.truncation")]
    [InlineData("estimator", """{"type": "pes", "truncation": {"type": "log-uniform", "min": 3, "max": 2}}""", "estimator.truncation")]
    [InlineData("evaluation", """{"tasks": [{"name": "a", "task": {"type": "random"}}, {"name": "a", "task": {"type": "sum-sign"}}]}""", "evaluation.tasks")]
    [InlineData("model/messageSize", "0", "model.messageSize")]
    [InlineData("tasks/0/task/type", "\"nothing\"", "tasks[0].task.type")]
    [InlineData("estimator", """{"type": "hill-climbing"}""", "estimator.type")]
    [InlineData("estimator", """{"type": "pes", "truncation": {"type": "sometimes"}}""", "estimator.truncation.type")]
    [InlineData("optimizer", """{"type": "newton"}""", "optimizer.type")]
    public void MistakesBeyondTheSchemaAreNamed(string path, string value, string named) =>
        Should.Throw<VsmlException>(() => RunConfigurationJson.Parse(Changed(path, value), "RUN.json")).Message.ShouldStartWith($"RUN.json: {named}:");

    private static string Changed(string path, string? value)
    {
        var root = JsonNode.Parse(Small)!;
        var parts = path.Split('/');
        var parent = parts[..^1].Aggregate(root, (node, part) => int.TryParse(part, out var index) ? node[index]! : node[part]!);
        if (int.TryParse(parts[^1], out var at)) parent[at] = JsonNode.Parse(value!);
        else if (value is null) parent.AsObject().Remove(parts[^1]);
        else parent[parts[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }
}
