using System.Globalization;

namespace Vsml.Samples;

/// <summary>What the command line asks for.</summary>
/// <param name="Seed">Seed of meta-training and meta-test.</param>
/// <param name="Json">Where the results go, or null.</param>
/// <param name="Html">Where the page goes.</param>
internal sealed record SampleOptions(ulong Seed, string? Json, string Html)
{
    /// <summary>How to call the program.</summary>
    public const string Usage = """
        Meta-trains a learning algorithm on small MNIST tasks, then lets it learn digits of sizes it never saw.
        Usage: dotnet run -c Release --project Vsml.Samples [-- [--seed S] [--json FILE] [--html FILE]]
          --seed S     seed of everything random (1)
          --json FILE  write the results as JSON
          --html FILE  write the page with the learning curves there (learning-curves.html)
        """;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="VsmlException">One is unknown, or its value is missing or wrong.</exception>
    public static SampleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SampleOptions(1, null, "learning-curves.html");
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            if (name is not ("--seed" or "--json" or "--html")) throw new VsmlException($"There is no option '{name}'; there are --seed, --json and --html.");
            if (i + 1 == arguments.Count) throw new VsmlException($"{name} needs a value.");
            var value = arguments[i + 1];
            options = name switch
            {
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
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (path.Length == 0 || Directory.Exists(path)) throw new VsmlException($"{option} {path}: give the name of a file.");
        return Directory.Exists(folder) ? path : throw new VsmlException($"{option} {path}: there is no folder '{folder}'.");
    }
}
