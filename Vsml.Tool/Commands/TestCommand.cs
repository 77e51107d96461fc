using System.CommandLine;
using System.Globalization;
using Vsml.Baselines;
using Vsml.Contracts;
using Vsml.Data;
using Vsml.Evaluation;
using Vsml.Ilgpu;
using Vsml.MetaTraining;
using Vsml.Tool.Ilgpu;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml test</c>: a meta-test, theta fixed, on data that meta-training did not see.</summary>
internal static class TestCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var source = new ArchitectureSource(context, withParts: true);
        var reading = new DataOptions();
        var theta = new Option<string>("--theta") { HelpName = "FILE|shipped:NAME", Required = true, Description = "Meta-parameters, for example a run's theta.safetensors, or shipped:online. Without an architecture, the one in its metadata is used." };
        var data = new Option<string[]>("--data") { HelpName = "NAME|FILE", Required = true, Description = $"{string.Join(", ", DatasetCatalogue.Entries.Select(entry => entry.Name))}, a CSV or IDX file, a task as JSON, or the name of a task of --assembly; several times for a comparison over several." };
        var size = NumberOption.Create("--size", "8|14|28", 1, ImageResizing.LargestSize, "Rows and columns that images are resized to; left out: their own.");
        var projected = new Option<bool>("--projected") { Description = "Multiply inputs by a random matrix, a fresh one for every episode." };
        var episodes = NumberOption.Create("--episodes", "16", 1, int.MaxValue, 16, "Number of episodes.");
        var length = NumberOption.Create("--length", "2000", 1, int.MaxValue, 2000, "Examples of an episode, at most as many as the data have.");
        var baselines = new Option<bool>("--baselines") { Description = "Also run an untrained theta, SGD, Adam, nearest class mean, Gaussian naive Bayes, nearest neighbours, passive-aggressive and baselines of --assembly on the same episodes, each with its best settings there." };
        var curves = new Option<bool>("--curves") { Description = "With --json: also write each learner's accuracy at every example." };
        var seed = NumberOption.Create("--seed", "S", ulong.MinValue, ulong.MaxValue, 1ul, "Seed of the episodes.");
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Also write the results to this file; - prints them instead of the table." };
        var simd = SimdOption.Create();
        var backend = new BackendOption();
        var command = new ToolCommand(
            "test",
            "Run meta-parameters on data they never saw, predict then learn, and print the accuracies.",
            "vsml test --theta runs/first/theta.safetensors --data mnist --data digits --baselines",
            "vsml test --theta theta.safetensors --data iris.csv --label species",
            "vsml test --assembly MyModels.dll MnistLearner --theta theta.safetensors --data fashion --size 14 --projected --json results.json",
            "vsml test --assembly MyParts.dll --theta theta.safetensors --data my-task --baselines")
        {
            theta, data, size, projected, episodes, length, baselines, seed, json, curves, simd,
        };
        backend.AddTo(command);
        reading.AddTo(command);
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            source.LoadParts(parsed);
            var place = parsed.GetValue(json) is { } path ? new ResultPlace(path, context, [parsed.GetValue(theta), .. parsed.GetValue(data)!, .. source.Files(parsed)]) : null;
            if (place is null && parsed.GetValue(curves)) throw new VsmlException("--curves: they go into the JSON; say where with '--json FILE'.");
            var level = SimdOption.Parse(parsed.GetValue(simd));
            // All are read before the first is run.
            var tasks = parsed.GetValue(data)!.Select(name => (Name: name, Task: context.Abandonable(() => MetaTestTasks.Create(
                name, parsed.GetValue(size) ?? 0, parsed.GetValue(projected), reading.Split(parsed), reading.Csv(parsed), reading.Standardise(parsed))))).ToList();
            var (given, declared) = source.IsGiven(parsed) ? source.ReadWithPrecision(parsed) : ((Architecture?)null, default(DevicePrecision));
            var options = new MetaTestOptions { Episodes = parsed.GetValue(episodes), Length = parsed.GetValue(length), Seed = parsed.GetValue(seed) };
            var other = LearnerParameters.TryLoad(parsed.GetValue(theta)!);
            if (other is not null && given is not null) throw new VsmlException($"The parameters in '{parsed.GetValue(theta)}' are those of {other.Name}, which has no architecture; leave it out.");
            var parameters = other is null ? MetaParameters.Load(parsed.GetValue(theta)!, given) : null;
            // Places of a dense layer have no colours of their own.
            if (parameters?.Architecture.Layers[0] is DenseLayerSpec) tasks = [.. tasks.Select(named => (named.Name, MetaTestTasks.Averaged(named.Task)))];
            var layouts = tasks.Select(named => parameters is null ? null : Fit(parameters.Architecture, named.Task)).ToList();

            using var opened = backend.Open(parsed, new RunConfiguration { Device = new RunDevice(Arithmetic: declared.Arithmetic, StateStorage: declared.StateStorage) });
            if (opened is not null && other is not null) throw new VsmlException($"--backend: {other.Name} runs on the CPU alone; leave the option out.");
            // A device is used by one thread.
            if (opened is not null) options = options with { Threads = 1 };
            var tests = new List<NamedMetaTest>();
            foreach (var ((name, task), layout) in tasks.Zip(layouts))
            {
                var learners = other is not null ? Learners(other, options.Seed, parsed.GetValue(baselines))
                    : Learners(context.Abandonable(() => opened is null ? RuntimeCompiler.Find(layout!, level) : RuntimeCompiler.Compile(layout!, level)), parameters!, level, options.Seed, parsed.GetValue(baselines), opened);
                var report = MetaTest.Run(task, learners, options, cancellation: context.Cancellation);
                tests.Add(new(name, (int)Math.Round(Math.Sqrt(task.InputSize)), parsed.GetValue(projected), report));
            }
            if (place is not { IsStandardOutput: true }) AccuracyReport.Print(tests, context);
            place?.Write(stream => MetaTestJson.Write(stream, tests, parsed.GetValue(curves)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static List<MetaTestLearner> Learners(LearnerParameters trained, ulong seed, bool baselines)
    {
        var learners = new List<MetaTestLearner> { MetaTestLearner.Of(trained.Name, trained) };
        if (baselines) learners.AddRange([MetaTestLearner.Of("untrained", LearnerParameters.Initial(trained.Description, trained.InputSize, trained.OutputSize, seed)), .. MetaTestLearner.Baselines]);
        return learners;
    }

    private static List<MetaTestLearner> Learners(VsmlModel model, MetaParameters theta, SimdLevel level, ulong seed, bool baselines, OpenBackend? backend)
    {
        var onDevice = backend is null ? null : IlgpuCompiler.Compile(model.Architecture, backend.Backend.Device.Precision);
        var learners = new List<MetaTestLearner> { Vsml("vsml", theta) };
        if (baselines) learners.AddRange([Vsml("untrained", MetaParameters.Initial(model.Architecture, seed)), .. MetaTestLearner.Baselines]);
        return learners;

        MetaTestLearner Vsml(string name, MetaParameters parameters) => onDevice is null
            ? MetaTestLearner.Vsml(name, model, model.Pack(parameters.Values, level))
            : new(name, [new("", (_, _) => new IlgpuLearner(onDevice, backend!.Device, parameters.Values))]);
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
