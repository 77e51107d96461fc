using System.CommandLine;
using Vsml.Contracts;

namespace Vsml.Tool.Commands;

/// <summary>The option <c>--simd</c>: a level at or below the machine's own.</summary>
internal static class SimdOption
{
    /// <summary>Makes the option.</summary>
    public static Option<string?> Create() => new("--simd")
    {
        HelpName = "avx512|avx2|portable",
        Description = "Run the kernels of this level instead of the machine's widest, for the same bits as a run made elsewhere.",
    };

    /// <summary>The chosen level, the machine's widest if none is given.</summary>
    /// <param name="name">What was given.</param>
    /// <exception cref="VsmlException">There is no such level, or this machine cannot run it.</exception>
    public static SimdLevel Parse(string? name)
    {
        if (name is null) return SimdLevels.Widest;
        if (!SimdLevels.TryParse(name, out var level))
            throw new VsmlException($"--simd: there is no level '{name}'; there are avx512, avx2 and portable.");
        return level <= SimdLevels.Widest
            ? level
            : throw new VsmlException($"--simd: this machine cannot run {name}; its widest level is {SimdLevels.Widest.Name()}.");
    }
}
