using System.CommandLine;
using Vsml.Tool.Declared;

namespace Vsml.Tool.Commands;

/// <summary>The option by which a command is told assemblies whose parts it may use: tasks, transforms, estimators, optimizers, baselines.</summary>
internal sealed class PartsOption
{
    private readonly Option<string[]> _assemblies = new("--assembly")
    {
        HelpName = "X.dll",
        Description = "A compiled assembly with tasks, transforms, estimators or optimizers of your own, marked [VsmlPart]; may be given several times. Its code is run: name only assemblies that you trust.",
    };

    /// <summary>Adds the option to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command) => command.Options.Add(_assemblies);

    /// <summary>Registers the parts of all assemblies that are named.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">One is no assembly, or has no parts.</exception>
    public void Load(ParseResult parsed)
    {
        foreach (var path in parsed.GetValue(_assemblies) ?? [])
            if (UserAssembly.LoadParts(path).Count == 0) throw new VsmlException($"--assembly: no type in '{path}' is marked [VsmlPart].");
    }
}
