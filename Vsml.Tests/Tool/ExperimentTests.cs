using Vsml.Baselines;
using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Numerics;
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
        if (path.Contains("omniglot", StringComparison.Ordinal) && !DatasetCatalogue.IsPresent(((OmniglotTask)run.Tasks[0].Task).Archive))
            Should.Throw<VsmlException>(() => StageTasks.Of(run, run.Stages[0])).Message.ShouldContain("vsml data get omniglot");
        else
            foreach (var stage in run.Stages) StageTasks.Of(run, stage).ShouldNotBeEmpty();
    }

    public static TheoryData<string> Published =>
        [.. Directory.EnumerateFiles(RepositoryPaths.InRepository("experiments"), "published*.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(RepositoryPaths.Root, path))];

    // An iteration of this size takes minutes: that it begins is enough.
    [Theory]
    [MemberData(nameof(Published))]
    public void What_is_of_the_published_size_begins_as_a_dry_run(string path)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        var run = ToolRun.InProcess(stop.Token, ["train", "--config", RepositoryPaths.InRepository(path), "--dry-run"]);
        if (path.Contains("omniglot", StringComparison.Ordinal) && !DatasetCatalogue.IsPresent("omniglot")) run.ShouldBeRefused("vsml data get omniglot");
        else run.Code.ShouldBeOneOf([ExitCodes.Success, ExitCodes.Interrupted], run.Error);
    }

    [Fact]
    public void One_without_its_data_says_which_command_gets_them() =>
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, "experiment", "omniglot", "--quick", "--out", _folder["out"]], (DataFolders.Variable, _folder["none"])).ShouldBeRefused("vsml data get omniglot-small");

    [Fact]
    public void Intervals_are_those_of_Student_and_of_the_jackknife()
    {
        var (mean, half) = Interval.Of([1, 2, 3]);
        mean.ShouldBe(2);
        half.ShouldNotBeNull().ShouldBe(4.303 / Math.Sqrt(3), 1e-9);
        Interval.Of([.5]).ToString().ShouldBe("0.500");
        Interval.Of([.25, .75]).ToString().ShouldBe("0.500 ± 3.177");
        // For a mean the jackknife is Student's interval.
        Interval.Jackknife(2, [2.5, 2, 1.5]).Half.ShouldNotBeNull().ShouldBe(half.Value, 1e-9);
        Interval.Quantile(1000).ShouldBe(1.962, .001);
    }

    [Fact]
    public void A_network_of_backpropagation_by_hand_is_read_beside_gradient_descent()
    {
        const double rate = .02;
        var model = RuntimeCompiler.Find(BackpropagationTheta.Network(8, 6, 3), null);
        var network = new Learner(model, model.Pack(BackpropagationTheta.For(model.Architecture, rate)));
        var plain = new TanhNetwork([8, 6, 3], rate);
        for (var l = 0; l < 2; l++) BackpropagationTheta.Weights(network, l).CopyTo(plain.Weights(l));
        var both = new SideBySide(network, plain, l => BackpropagationTheta.Weights(network, l), l => BackpropagationTheta.Biases(network, l), [20, 60]);
        var random = new CounterRandom(1, RandomStream.Evaluation, 0, 0);
        var input = new float[8];
        for (var t = 0; t < 60; t++)
        {
            foreach (ref var value in input.AsSpan()) value = random.NextTruncatedNormal();
            both.Learn(input, random.NextInt(3));
        }
        both.Readings.Select(reading => reading.Examples).ShouldBe([20, 60]);
        both.Readings.ShouldAllBe(reading => reading.Cosines.Count == 2 && reading.Cosines.All(cosine => cosine > .999) && reading.Drifts.All(drift => drift < .01));
        both.Readings[1].Accuracy.ShouldBe(both.Readings[1].PlainAccuracy, .05);
        // From other weights it drifts.
        plain.Weights(0)[0] += 10;
        var other = new SideBySide(network, plain, l => BackpropagationTheta.Weights(network, l), l => BackpropagationTheta.Biases(network, l), [10]);
        for (var t = 0; t < 10; t++) other.Learn(input, 1);
        other.Readings.Single().Drifts[0].ShouldBeGreaterThan(.5);
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
