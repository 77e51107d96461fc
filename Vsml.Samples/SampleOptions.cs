using System.Globalization;
using Vsml.Files;

namespace Vsml.Samples;

/// <summary>What the command line asks for.</summary>
/// <param name="Estimator">How meta-gradients are estimated: bptt or es.</param>
/// <param name="Seed">Seed of meta-training and meta-test.</param>
/// <param name="Json">Where the results go, or null.</param>
/// <param name="Html">Where the page goes.</param>
internal sealed record SampleOptions(string Estimator, ulong Seed, string? Json, string Html)
{
    /// <summary>How to call the program.</summary>
    public const string Usage = """
        Meta-trains a learning algorithm on small MNIST tasks, then lets it learn digits of sizes it never saw.
        Usage: dotnet run -c Release --project Vsml.Samples -- stream
          lets the shipped theta's OnlineClassifier learn streams that change and change back, beside SGD
        Usage: dotnet run -c Release --project Vsml.Samples -- pictures FOLDER
          draws the pictures of docs/model.md from runs of the reference network, into docs/pictures
        Usage: dotnet run -c Release --project Vsml.Samples [-- [--estimator bptt|es] [--seed S] [--json FILE] [--html FILE]]
          --estimator bptt|es  meta-train by backpropagation through time, or by evolution strategies (bptt)
          --seed S             seed of everything random (1)
          --json FILE          write the results as JSON
          --html FILE          write the page with the learning curves there (learning-curves.html)
        """;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="VsmlException">One is unknown, or its value is missing or wrong.</exception>
    public static SampleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SampleOptions("bptt", 1, null, "learning-curves.html");
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            if (name is not ("--estimator" or "--seed" or "--json" or "--html")) throw new VsmlException($"There is no option '{name}'; there are --estimator, --seed, --json and --html.");
            if (i + 1 == arguments.Count) throw new VsmlException($"{name} needs a value.");
            var value = arguments[i + 1];
            options = name switch
            {
                "--estimator" => value is "bptt" or "es"
                    ? options with { Estimator = value }
                    : throw new VsmlException($"--estimator {value}: there are bptt and es."),
                "--json" => options with { Json = Writable(name, value) },
                "--html" => options with { Html = Writable(name, value) },
                _ => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
                    ? options with { Seed = seed }
                    : throw new VsmlException($"--seed {value}: a seed is a whole number from 0 to {ulong.MaxValue}."),
            };
        }
        return options;
    }

    // Found out now rather than after minutes of work.
    private static string Writable(string option, string path)
    {
        if (path is "" or "-") throw new VsmlException($"{option} {path}: give the name of a file; progress goes to standard output.");
        AtomicFile.Check(path);
        return path;
    }
}
