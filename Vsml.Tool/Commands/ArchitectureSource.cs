using System.CommandLine;
using Vsml.Files;
using Vsml.Generators.Declaration;
using Vsml.Tool.Declared;

namespace Vsml.Tool.Commands;

/// <summary>The arguments by which a command is told an architecture: a JSON file, or a type declared in an assembly.</summary>
/// <param name="context">When to stop: a file can be a pipe that nobody writes to.</param>
internal sealed class ArchitectureSource(ToolContext context)
{
    private readonly Argument<string?> _subject = new("architecture")
    {
        HelpName = "A.json | TYPE",
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A JSON file (schemas/architecture.schema.json); with --assembly, the name of a declared model, with or without its namespace.",
    };

    private readonly Option<string?> _file = new("--architecture") { HelpName = "A.json", Description = "A JSON file, the same as naming it without an option." };

    private readonly Option<string?> _assembly = new("--assembly")
    {
        HelpName = "X.dll",
        Description = "A compiled assembly that declares the model TYPE. Its code is run: name only assemblies that you trust.",
    };

    /// <summary>Adds the arguments to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_subject);
        command.Options.Add(_file);
        command.Options.Add(_assembly);
    }

    /// <summary>Whether the command line names an architecture.</summary>
    /// <param name="parsed">The command line.</param>
    public bool IsGiven(ParseResult parsed) =>
        parsed.GetValue(_subject) is not null || parsed.GetValue(_file) is not null || parsed.GetValue(_assembly) is not null;

    /// <summary>The model as declared; one of a JSON file is called <paramref name="name"/>.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">Namespace and name of the class to emit for a JSON file.</param>
    /// <exception cref="VsmlException">None or two are given, or what is given is wrong.</exception>
    public ModelDeclaration Read(ParseResult parsed, string name)
    {
        var (subject, file, assembly) = (parsed.GetValue(_subject), parsed.GetValue(_file), parsed.GetValue(_assembly));
        if (assembly is not null)
        {
            if (file is not null) throw new VsmlException("Give either --architecture or --assembly, not both.");
            if (subject is null) throw new VsmlException($"--assembly: name the type too, for example '--assembly {assembly} MyModel'.");
            return context.Abandonable(() => DeclaredModels.Read(assembly, subject));
        }
        if (file is not null && subject is not null) throw new VsmlException($"Two architectures are given, '{file}' and '{subject}'; give one.");
        var path = file ?? subject ?? throw new VsmlException("No architecture is given; name a JSON file, or '--assembly X.dll TYPE'.");
        return DeclarationNames.Declare(name, context.Abandonable(() => ArchitectureJson.Read(path)));
    }
}
