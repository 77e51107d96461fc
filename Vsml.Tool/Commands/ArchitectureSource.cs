using System.CommandLine;
using System.Reflection;
using Vsml.Files;
using Vsml.Generators.Declaration;
using Vsml.Tool.Declared;

namespace Vsml.Tool.Commands;

/// <summary>The arguments by which a command is told an architecture: a JSON file, or a type declared in an assembly.</summary>
/// <param name="context">When to stop: a file can be a pipe that nobody writes to.</param>
/// <param name="withParts">Whether assemblies are also, or only, loaded for their parts (<see cref="MetaTraining.Parts"/>).</param>
internal sealed class ArchitectureSource(ToolContext context, bool withParts = false)
{
    private readonly Argument<string?> _subject = new("architecture")
    {
        HelpName = "A.json | TYPE",
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A JSON file (schemas/architecture.schema.json); with --assembly, the name of a declared model, with or without its namespace.",
    };

    private readonly Option<string?> _file = new("--architecture") { HelpName = "A.json", Description = "A JSON file, the same as naming it without an option." };

    private readonly Option<string[]> _assemblies = new("--assembly")
    {
        HelpName = "X.dll",
        Description = $"A compiled assembly that declares the model TYPE{(withParts ? ", or has tasks, transforms or baselines of your own, marked [VsmlPart]; may be given several times" : "")}. Its code is run: name only assemblies that you trust.",
    };

    /// <summary>Adds the arguments to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_subject);
        command.Options.Add(_file);
        command.Options.Add(_assemblies);
    }

    /// <summary>Whether the command line names an architecture.</summary>
    /// <param name="parsed">The command line.</param>
    public bool IsGiven(ParseResult parsed) =>
        parsed.GetValue(_subject) is not null || parsed.GetValue(_file) is not null || (!withParts && Assemblies(parsed).Length > 0);

    /// <summary>Registers the parts of all assemblies that are named.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">One is no assembly, or it is neither for its parts nor for a model.</exception>
    public void LoadParts(ParseResult parsed)
    {
        foreach (var path in Assemblies(parsed))
            if (UserAssembly.LoadParts(path).Count == 0 && TypeName(parsed) is null) throw new VsmlException($"--assembly: no type in '{path}' is marked [VsmlPart]; name a declared model, for example '--assembly {path} MyModel', or mark one.");
    }

    /// <summary>The files that the command line names.</summary>
    /// <param name="parsed">The command line.</param>
    public IReadOnlyList<string?> Files(ParseResult parsed) => [parsed.GetValue(_subject), parsed.GetValue(_file), .. Assemblies(parsed)];

    /// <summary>The architecture.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">None or two are given, or what is given is wrong.</exception>
    public Architecture Read(ParseResult parsed) => Find(parsed).Architecture;

    /// <summary>The architecture, and how exactly a declared model's kernels for ILGPU compute.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">None or two are given, or what is given is wrong.</exception>
    public (Architecture Architecture, DevicePrecision Precision) ReadWithPrecision(ParseResult parsed)
    {
        var (type, architecture) = Find(parsed);
        return (architecture, PrecisionOf(type));
    }

    /// <summary>The model as declared; one of a JSON file is called <paramref name="name"/>. Loads a compiler, which knows C#'s keywords.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">Namespace and name of the class to emit for a JSON file.</param>
    /// <exception cref="VsmlException">None or two are given, or what is given is wrong.</exception>
    public ModelDeclaration ReadDeclaration(ParseResult parsed, string name)
    {
        var (type, architecture) = Find(parsed);
        var declaration = type is null ? DeclarationNames.Declare(name, architecture) : DeclarationNames.Declare(type.Namespace ?? "", type.Name, architecture);
        return declaration with { Precision = PrecisionOf(type) };
    }

    private static DevicePrecision PrecisionOf(Type? type) =>
        type?.GetCustomAttribute<VsmlModelAttribute>() is { } declared ? new(declared.Arithmetic, declared.StateStorage) : default;

    private (Type? Type, Architecture Architecture) Find(ParseResult parsed)
    {
        var (subject, file, assemblies) = (parsed.GetValue(_subject), parsed.GetValue(_file), Assemblies(parsed));
        if (TypeName(parsed) is { } type)
        {
            if (file is not null) throw new VsmlException($"Two architectures are given, '{file}' and the type '{type}'; give one.");
            return context.Abandonable(() => DeclaredModels.Read(assemblies, type));
        }
        if (!withParts && assemblies.Length > 0)
            throw new VsmlException(file is null ? $"--assembly: name the type too, for example '--assembly {assemblies[0]} MyModel'." : "Give either --architecture or --assembly, not both.");
        if (file is not null && subject is not null) throw new VsmlException($"Two architectures are given, '{file}' and '{subject}'; give one.");
        var path = file ?? subject ?? throw new VsmlException("No architecture is given; name a JSON file, or '--assembly X.dll TYPE'.");
        return (null, context.Abandonable(() => ArchitectureJson.Read(path)));
    }

    private string[] Assemblies(ParseResult parsed) => parsed.GetValue(_assemblies) ?? [];

    // With an assembly the argument names a type, but where assemblies may be there for parts alone, it can still be a JSON file.
    private string? TypeName(ParseResult parsed) =>
        Assemblies(parsed).Length > 0 && parsed.GetValue(_subject) is { } subject && !(withParts && subject.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) ? subject : null;
}
