namespace Vsml.MetaTraining;

/// <summary>One thing wrong with a configuration.</summary>
/// <param name="Path">Where, by JSON names: for example "stages[0].iterations".</param>
/// <param name="Message">What is wrong and what to write instead, in one line.</param>
public sealed record ConfigurationProblem(string Path, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";

    /// <summary>Throws if there are problems.</summary>
    /// <param name="problems">The problems.</param>
    /// <param name="source">Name of the file that they are in, or empty.</param>
    /// <exception cref="VsmlException">There are; the message has all of them in one line.</exception>
    internal static void ThrowIfAny(IReadOnlyList<ConfigurationProblem> problems, string source = "")
    {
        if (problems.Count > 0) throw new VsmlException((source.Length == 0 ? "" : source + ": ") + string.Join(". Also ", problems.SkipLast(1).Select(problem => problem.ToString().TrimEnd('.')).Append(problems[^1].ToString())));
    }
}
