using Vsml.MetaTraining;
using Vsml.Reporting;
using Vsml.Tests.Fixtures;
using Vsml.Tool;
using Vsml.Tool.Experiments;

namespace Vsml.Tests.Tool;

public sealed class ExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names => [.. Experiment.All.Select(experiment => experiment.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_experiment_has_a_folder_that_explains_it_and_results_of_its_command(string name)
    {
        var readme = File.ReadAllText(RepositoryPaths.InRepository("experiments", name, "README.md"));
        foreach (var part in (string[])["vsml experiment " + name, "**The paper.**", "**Here.**", "**What we got.**", "**At the published size.**"]) readme.ShouldContain(part);
        File.ReadAllText(RepositoryPaths.InRepository("experiments", "README.md")).ShouldContain($"]({name}/README.md)");
    }

    [Fact]
    public void One_that_needs_no_training_runs_with_what_is_shipped()
    {
        ToolRun.InProcess("experiment", "introspection", "--quick", "--out", _folder["out"]).ShouldSucceed();
        File.ReadAllText(Path.Combine(_folder["out"], "RESULTS.md")).ShouldContain("| VSML (online) |");
    }

    public static TheoryData<string> Configurations =>
        [.. Directory.EnumerateFiles(RepositoryPaths.InRepository("experiments"), "*.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(RepositoryPaths.Root, path)).Where(path => !path.Contains("results"))];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_configuration_is_valid(string path)
    {
        JsonSchemaValidator.Of("run.schema.json").Problems(File.ReadAllText(RepositoryPaths.InRepository(path))).ShouldBeEmpty();
        var run = RunConfigurationJson.Read(RepositoryPaths.InRepository(path));
        foreach (var stage in run.Stages) StageTasks.Of(run, stage).ShouldNotBeEmpty();
    }

    [Fact]
    public void They_are_listed_and_others_are_refused()
    {
        ToolRun.InProcess("experiment", "list").ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0]).ShouldBe(Experiment.All.Select(experiment => experiment.Name));
        ToolRun.InProcess("experiment", "onlin").ShouldBeRefused("There is no experiment 'onlin'", "online-learning");
    }

    [Fact]
    public void A_stopped_experiment_goes_on_with_the_steps_it_lacks()
    {
        var (first, done) = (new Probe(), new List<string>());
        using var stop = new CancellationTokenSource();
        first.Step = name =>
        {
            done.Add(name);
            if (done.Count == 2) stop.Cancel();
        };
        Should.Throw<OperationCanceledException>(() => new ExperimentRun(first, _folder["out"], quick: true, new ToolContext(_output, _output, Cancellation: stop.Token)).Run());
        var second = new Probe { Step = done.Add };
        new ExperimentRun(second, _folder["out"], quick: true, new ToolContext(_output, _output)).Run();
        // What was being done when it was stopped is done again.
        done.ShouldBe(["one", "two", "two", "three"]);
        File.ReadAllText(_folder["out/RESULTS.md"]).ShouldContain("| one | 3 |");
        ExperimentResult.Read(_folder["out"]).Blocks.Count.ShouldBe(1);
    }

    [Fact]
    public void A_folder_of_another_experiment_or_size_is_refused()
    {
        new ExperimentRun(new Probe(), _folder["out"], quick: true, new ToolContext(_output, _output)).Run();
        Should.Throw<VsmlException>(() => new ExperimentRun(new Probe(), _folder["out"], quick: false, new ToolContext(_output, _output))).Message.ShouldContain("another folder");
        File.WriteAllText(_folder["out/steps/one.json"], "{");
        Should.Throw<VsmlException>(() => new ExperimentRun(new Probe(), _folder["out"], quick: true, new ToolContext(_output, _output)).Run()).Message.ShouldContain("one.json: not valid JSON");
    }

    private sealed class Probe() : Experiment("probe", "A probe")
    {
        public Action<string> Step { get; set; } = _ => { };

        public override IReadOnlyList<PageBlock> Run(ExperimentRun run) => [new TableBlock(["step", "letters"], [.. new[] { "one", "two", "three" }.Select(name => new TableRow([name, $"{run.Step(name, () => Do(name))}"]))])];

        private int Do(string name)
        {
            Step(name);
            return name.Length;
        }
    }
}
