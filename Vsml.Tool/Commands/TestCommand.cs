using System.CommandLine;
using System.Globalization;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Tool.Declared;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml test</c>: a meta-test, theta fixed, on data that meta-training did not see.</summary>
internal static class TestCommand
{
    private const string DatasetNames = "mnist, digits, fashion, random, sum-sign";

    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var source = new ArchitectureSource();
        var theta = new Option<string>("--theta") { HelpName = "FILE", Required = true, Description = "Meta-parameters, for example a run's theta.safetensors. Without an architecture, the one in its metadata is used." };
        var data = new Option<string>("--data") { HelpName = "NAME|FILE", Required = true, Description = $"{DatasetNames}, or a CSV or IDX file." };
        var size = new Option<int>("--size") { HelpName = "8|14|28", Description = "Rows and columns that images are resized to; left out: their own." };
        var projected = new Option<bool>("--projected") { Description = "Multiply inputs by a random matrix, a fresh one for every episode." };
        var episodes = new Option<int>("--episodes") { HelpName = "16", DefaultValueFactory = _ => 16, Description = "Number of episodes." };
        var length = new Option<int>("--length") { HelpName = "2000", DefaultValueFactory = _ => 2000, Description = "Examples of an episode, at most as many as the data have." };
        var baselines = new Option<bool>("--baselines") { Description = "Also run SGD, Adam (best of 13 learning rates), nearest class mean and an untrained theta on the same episodes." };
        var seed = new Option<ulong>("--seed") { HelpName = "S", DefaultValueFactory = _ => 1, Description = "Seed of the episodes." };
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Also write the results to this file." };
        var simd = SimdOption.Create();
        var command = new ToolCommand(
            "test",
            "Run meta-parameters on data they never saw, predict then learn, and print the accuracies.",
            "vsml test --theta runs/first/theta.safetensors --data mnist --baselines",
            "vsml test --assembly MyModels.dll MnistLearner --theta theta.safetensors --data fashion --size 14 --projected --json results.json")
        {
            theta, data, size, projected, episodes, length, baselines, seed, json, simd,
        };
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            var level = SimdOption.Parse(parsed.GetValue(simd));
            var task = MetaTestTasks.Create(parsed.GetValue(data)!, parsed.GetValue(size), parsed.GetValue(projected));
            var given = source.IsGiven(parsed) ? source.Read(parsed, DeclarationNames.Standard).Architecture : null;
            var parameters = MetaParameters.Load(parsed.GetValue(theta)!, given);
            var options = new MetaTestOptions { Episodes = parsed.GetValue(episodes), Length = parsed.GetValue(length), Seed = parsed.GetValue(seed) };
            if (parsed.GetValue(json) is { } path) CheckFolder(path);

            var model = context.Abandonable(() => RuntimeCompiler.Compile(Fit(parameters.Architecture, task), level));
            var learners = new List<MetaTestLearner> { MetaTestLearner.Vsml("vsml", model, model.Pack(parameters.Values, level)) };
            if (parsed.GetValue(baselines))
            {
                var untrained = MetaParameters.Initial(model.Architecture, options.Seed);
                learners.AddRange([MetaTestLearner.Vsml("untrained", model, model.Pack(untrained.Values, level)), .. MetaTestLearner.Baselines]);
            }
            var report = MetaTest.Run(task, learners, options, cancellation: context.Cancellation);
            AccuracyReport.Print(report, context);
            var side = (int)Math.Round(Math.Sqrt(task.InputSize));
            if (parsed.GetValue(json) is { } file)
                MetaTestJson.Write(file, [new(parsed.GetValue(data)!, side, parsed.GetValue(projected), report)]);
            return ExitCodes.Success;
        });
        return command;
    }

    // The sizes of a one-layer network follow the data; between hidden layers nothing can.
    private static Architecture Fit(Architecture architecture, TaskDescription task)
    {
        if (architecture.Layers is [DenseLayerSpec]) return architecture with { Layers = new([new DenseLayerSpec(task.InputSize, task.OutputSize)]) };
        if (architecture.InputSize == task.InputSize && architecture.OutputSize == task.OutputSize) return architecture;
        throw new VsmlException(string.Create(CultureInfo.InvariantCulture,
            $"--data: the data have {task.InputSize} inputs and {task.OutputSize} classes, but the architecture {architecture.InputSize} and {architecture.OutputSize}; only one-layer networks follow the data."));
    }

    // Minutes of computing must not end in a file that cannot be written.
    private static void CheckFolder(string path)
    {
        if (Directory.Exists(path)) throw new VsmlException($"--json: '{path}' is a folder; give the name of a file.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)) throw new VsmlException($"--json: there is no folder '{folder}'; make it first.");
    }
}
