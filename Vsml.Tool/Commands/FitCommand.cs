using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Vsml.Baselines;
using Vsml.Contracts;
using Vsml.Data;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml fit</c>: a whole training set by forward passes alone, beside gradient descent (formats.md).</summary>
internal static class FitCommand
{
    private const string ByHand = "backpropagation";

    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var source = new ArchitectureSource(context, withParts: true);
        var reading = new DataOptions(withSplit: false);
        var theta = new Option<string>("--theta") { HelpName = $"FILE|shipped:NAME|{ByHand}", Required = true, Description = $"Meta-parameters; {ByHand} stands for those with which the network does online backpropagation at --rate, written by hand for the sizes at hand." };
        var data = new Option<string>("--data") { HelpName = "NAME|FILE", Required = true, Description = "mnist, fashion, digits, or a CSV or IDX file: its training part is learned, its test part asked afterwards." };
        var hidden = NumberOption.CreateMany("--hidden", "H", 1, 1 << 20, "Units of a hidden layer; several times for several layers. Left out: the architecture's.");
        var size = NumberOption.Create("--size", "8|14|28", 1, ImageResizing.LargestSize, "Rows and columns that images are resized to; left out: their own.");
        var epochs = NumberOption.Create("--epochs", "E", 1, 10_000, 1, "Passes over the training part, each in a new order.");
        var rate = NumberOption.Create("--rate", "ALPHA", 1e-9, 1e3, "Learning rate of gradient descent, and of theta that is written or cloned; left out: that which theta was cloned with, else 0.005.");
        var seed = NumberOption.Create("--seed", "S", ulong.MinValue, ulong.MaxValue, 1ul, "Seed of the orders and of initial weights.");
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Also write the results to this file; - prints them instead of the table." };
        var simd = SimdOption.Create();
        var command = new ToolCommand(
            "fit",
            "Learn a whole training set by forward passes alone, then test with learning stopped, beside gradient descent.",
            $"vsml fit --theta {ByHand} --data mnist --rate 0.005 --epochs 3",
            $"vsml fit --theta {ByHand} --data fashion --hidden 32 --rate 0.01",
            "vsml fit --theta runs/clone/theta.safetensors --data fashion --hidden 32",
            "vsml fit --theta shipped:online --data mnist --json fit.json")
        {
            theta, data, hidden, size, epochs, rate, seed, json, simd,
        };
        reading.AddTo(command);
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            source.LoadParts(parsed);
            var (given, name) = (parsed.GetValue(theta)!, parsed.GetValue(data)!);
            // All of it where it is on this machine.
            var set = DatasetCatalogue.WholeOf(name) is var whole && DatasetCatalogue.IsPresent(whole) ? whole : name;
            var place = parsed.GetValue(json) is { } path ? new ResultPlace(path, context, [given, name, .. source.Files(parsed)]) : null;
            var level = SimdOption.Parse(parsed.GetValue(simd));
            var (train, test) = context.Abandonable(() => (Part(DatasetSplit.Train), Part(DatasetSplit.Test)));
            var declared = source.IsGiven(parsed) ? source.Read(parsed) : null;
            var units = parsed.GetValue(hidden) ?? [];
            var written = given == ByHand;
            var readout = written ? null : BackpropagationReadout.Of(given);
            if (readout is not null && declared is not null) throw new VsmlException($"'{given}' was made by vsml clone and fits any sizes; leave out the architecture, and give --hidden.");
            var alpha = parsed.GetValue(rate) ?? readout?.Rate ?? .005;
            var loaded = written ? null : MetaParameters.Load(given, declared);
            var architecture = Resized(loaded?.Architecture ?? declared ?? BackpropagationTheta.Network([train.ImageSize, .. units, train.ClassCount]));
            // No size is a part of theta.
            var parameters = loaded is null ? BackpropagationTheta.For(architecture, alpha) : new MetaParameters(architecture, loaded.Values);
            if (readout is not null)
            {
                parameters = readout.At(alpha).Sized(parameters, readout, [train.ImageSize, .. units, train.ClassCount]);
                architecture = parameters.Architecture;
            }
            var model = context.Abandonable(() => RuntimeCompiler.Find(architecture, level));
            var learner = new Learner(model, model.Pack(parameters.Values, level), parsed.GetValue(seed));

            var fit = new Fit(train, test, parsed.GetValue(epochs), parsed.GetValue(seed));
            var results = Run(fit, learner, readout is null ? Plain(learner, alpha, parsed.GetValue(seed), written) : readout.At(alpha).Plain(learner), context);
            int[] sizes = [.. architecture.Layers.SkipLast(1).Select(layer => layer.GivenOutputs!.Value)];
            if (place is not { IsStandardOutput: true }) Print(results, context);
            place?.Write(stream => Write(stream, name, sizes, results, parsed.GetValue(seed)));
            return ExitCodes.Success;

            ImageDataset Part(DatasetSplit split) => DatasetCatalogue.Prepare(set, split, parsed.GetValue(size) ?? 0, reading.Csv(parsed), reading.Standardise(parsed));

            Architecture Resized(Architecture architecture) =>
                Layouts.For(units.Length == 0 ? architecture : WithHidden(architecture, units), train.ImageSize, train.ClassCount);
        });
        return command;
    }

    // The output layer stays the last: with other meta-parameters for each layer their number must stay too.
    private static Architecture WithHidden(Architecture architecture, int[] units)
    {
        if (architecture.Layers.Any(layer => layer is ConvLayerSpec)) throw new VsmlException("--hidden: the network has convolutions; write its layers into an architecture file.");
        if (architecture.LayerwiseParameters && architecture.Layers.Count != units.Length + 1)
            throw new VsmlException(FormattableString.Invariant($"--hidden: theta has {architecture.Layers.Count} layers with meta-parameters of their own, but {units.Length} hidden sizes make {units.Length + 1}."));
        int[] sizes = [1, .. units, 1];
        return architecture with { Layers = new(sizes.Zip(sizes.Skip(1), (inputs, outputs) => (LayerSpec)new DenseLayerSpec(inputs, outputs))) };
    }

    // Gradient descent in a plain network of the same layers; from the same weights where the learner's state holds some.
    private static TanhNetwork? Plain(Learner learner, double rate, ulong seed, bool holdsWeights)
    {
        var layers = learner.Architecture.Layers;
        if (layers.Any(layer => layer is ConvLayerSpec)) return null;
        var plain = new TanhNetwork([layers[0].GivenInputs!.Value, .. layers.Select(layer => layer.GivenOutputs!.Value)], rate);
        var random = new CounterRandom(seed, RandomStream.Cells, 0, 0);
        plain.Reset(ref random);
        for (var l = 0; holdsWeights && l < layers.Count; l++) BackpropagationTheta.Weights(learner, l).CopyTo(plain.Weights(l));
        return plain;
    }

    private static FitResult[] Run(Fit fit, Learner learner, TanhNetwork? plain, ToolContext context)
    {
        (string Name, IOnlineLearner Learner)[] learners = plain is null ? [("vsml", learner)] : [("vsml", learner), ("sgd", plain)];
        if (!context.IsInteractive) return Side(null);
        var results = Array.Empty<FitResult>();
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) }).Progress().AutoClear(true).Start(display =>
        {
            var bars = learners.Select(item => display.AddTask(item.Name, maxValue: 1)).ToArray();
            results = Side(bars);
        });
        return results;

        FitResult[] Side(ProgressTask[]? bars) => Task.WhenAll(learners.Select((item, i) => Task.Run(
            () => fit.Run(item.Name, item.Learner, share => bars?[i].Value(share), context.Cancellation), CancellationToken.None))).GetAwaiter().GetResult();
    }

    private static void Print(FitResult[] results, ToolContext context)
    {
        if (!context.IsInteractive)
        {
            foreach (var result in results) context.Output.WriteLine(string.Join('\t', result.Learner, "online", Accuracy(result.OnlineAccuracy), "test", Accuracy(result.TestAccuracy)));
            return;
        }
        var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("while learning").RightAligned()).AddColumn(new TableColumn("test").RightAligned());
        foreach (var result in results) table.AddRow(result.Learner, Accuracy(result.OnlineAccuracy), Accuracy(result.TestAccuracy));
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) }).Write(table);
    }

    private static string Accuracy(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static void Write(Stream stream, string data, int[] hidden, FitResult[] results, ulong seed)
    {
        using var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("data", data);
            writer.WriteString("learner", result.Learner);
            writer.WriteStartArray("hidden");
            foreach (var units in hidden) writer.WriteNumberValue(units);
            writer.WriteEndArray();
            writer.WriteNumber("epochs", result.Epochs);
            writer.WriteNumber("trainExamples", result.TrainExamples);
            writer.WriteNumber("testExamples", result.TestExamples);
            writer.WriteNumber("onlineAccuracy", result.OnlineAccuracy);
            writer.WriteNumber("testAccuracy", result.TestAccuracy);
            writer.WriteNumber("seed", seed);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        stream.Write("\n"u8);
    }
}
