using System.CommandLine;
using System.Globalization;
using Vsml.Data;
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
        var reading = new DataOptions();
        var theta = new Option<string>("--theta") { HelpName = "FILE", Required = true, Description = "Meta-parameters, for example a run's theta.safetensors. Without an architecture, the one in its metadata is used." };
        var data = new Option<string>("--data") { HelpName = "NAME|FILE", Required = true, Description = $"{DatasetNames}, or a CSV or IDX file." };
        var size = NumberOption.Create("--size", "8|14|28", 1, ImageResizing.LargestSize, "Rows and columns that images are resized to; left out: their own.");
        var projected = new Option<bool>("--projected") { Description = "Multiply inputs by a random matrix, a fresh one for every episode." };
        var episodes = NumberOption.Create("--episodes", "16", 1, int.MaxValue, 16, "Number of episodes.");
        var length = NumberOption.Create("--length", "2000", 1, int.MaxValue, 2000, "Examples of an episode, at most as many as the data have.");
        var baselines = new Option<bool>("--baselines") { Description = "Also run SGD, Adam (best of 13 learning rates), nearest class mean and an untrained theta on the same episodes." };
        var seed = NumberOption.Create("--seed", "S", ulong.MinValue, ulong.MaxValue, 1ul, "Seed of the episodes.");
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Also write the results to this file; - prints them instead of the table." };
        var simd = SimdOption.Create();
        var command = new ToolCommand(
            "test",
            "Run meta-parameters on data they never saw, predict then learn, and print the accuracies.",
            "vsml test --theta runs/first/theta.safetensors --data mnist --baselines",
            "vsml test --theta theta.safetensors --data iris.csv --label species",
            "vsml test --assembly MyModels.dll MnistLearner --theta theta.safetensors --data fashion --size 14 --projected --json results.json")
        {
            theta, data, size, projected, episodes, length, baselines, seed, json, simd,
        };
        reading.AddTo(command);
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            var place = parsed.GetValue(json) is { } path ? new ResultPlace(path, context) : null;
            var level = SimdOption.Parse(parsed.GetValue(simd));
            var task = context.Abandonable(() => MetaTestTasks.Create(
                parsed.GetValue(data)!, parsed.GetValue(size) ?? 0, parsed.GetValue(projected), reading.Split(parsed), reading.Csv(parsed), reading.Standardise(parsed)));
            var given = source.IsGiven(parsed) ? source.Read(parsed, DeclarationNames.Standard).Architecture : null;
            var parameters = MetaParameters.Load(parsed.GetValue(theta)!, given);
            var options = new MetaTestOptions { Episodes = parsed.GetValue(episodes), Length = parsed.GetValue(length), Seed = parsed.GetValue(seed) };

            var model = context.Abandonable(() => RuntimeCompiler.Compile(Fit(parameters.Architecture, task), level));
            var learners = new List<MetaTestLearner> { MetaTestLearner.Vsml("vsml", model, model.Pack(parameters.Values, level)) };
            if (parsed.GetValue(baselines))
            {
                var untrained = MetaParameters.Initial(model.Architecture, options.Seed);
                learners.AddRange([MetaTestLearner.Vsml("untrained", model, model.Pack(untrained.Values, level)), .. MetaTestLearner.Baselines]);
            }
            var report = MetaTest.Run(task, learners, options, cancellation: context.Cancellation);
            if (place is not { IsStandardOutput: true }) AccuracyReport.Print(report, context);
            var side = (int)Math.Round(Math.Sqrt(task.InputSize));
            place?.Write(stream => MetaTestJson.Write(stream, [new(parsed.GetValue(data)!, side, parsed.GetValue(projected), report)]));
            return ExitCodes.Success;
        });
        return command;
    }

    // Theta serves any sizes, so that of the data decide.
    private static Architecture Fit(Architecture architecture, TaskDescription task)
    {
        try
        {
            return Layouts.For(architecture, task.InputSize, task.OutputSize);
        }
        catch (VsmlException exception)
        {
            var hint = architecture.Layers[0] is ConvLayerSpec { Channels: 1 } conv && conv.Height == conv.Width
                ? string.Create(CultureInfo.InvariantCulture, $" Try '--size {conv.Height}'.") : "";
            throw new VsmlException($"--data: {exception.Message}{hint}", exception);
        }
    }
}
