using System.CommandLine;
using Vsml.Files;
using Vsml.Tool.Interchange;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml theta</c>: meta-parameters to and from NumPy, under the names of the published code.</summary>
internal static class ThetaCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context) => new ToolCommand(
        "theta",
        "Carry meta-parameters to and from NumPy, JAX and the published code.",
        "vsml theta import params.npz --architecture net.json --out theta.safetensors",
        "vsml theta export theta.safetensors --out params.npz")
    {
        Import(context), Export(context),
    };

    private static ToolCommand Import(ToolContext context)
    {
        var file = new Argument<string>("FILE") { Description = "Arrays of the published code (.npz or .safetensors), or of 'vsml theta export'." };
        var architecture = new Option<string>("--architecture") { HelpName = "NET.json", Required = true, Description = "The network that they are for (schemas/architecture.schema.json); sizes of layers do not matter." };
        var output = new Option<string>("--out") { HelpName = "FILE.safetensors", Required = true, Description = "The theta to write." };
        var command = new ToolCommand(
            "import",
            "Make a theta of the arrays of a published checkpoint.",
            "vsml theta import params.npz --architecture net.json --out theta.safetensors")
        {
            file, architecture, output,
        };
        command.SetAction(parsed =>
        {
            var (path, to) = (parsed.GetValue(file)!, parsed.GetValue(output)!);
            if (new ResultPlace(to, context, path).IsStandardOutput) throw new VsmlException("--out: give a name; a theta is not printed.");
            var theta = ResearchNames.Gather(ArchitectureJson.Read(parsed.GetValue(architecture)!), NpzFile.IsNpz(path) ? NpzFile.Read(path) : SafetensorsFile.Read(path).Tensors, path);
            theta.Save(to);
            context.Output.WriteLine($"{theta.Values.Length} meta-parameters, {theta.Digest[..12]}: {to}");
            return ExitCodes.Success;
        });
        return command;
    }

    private static ToolCommand Export(ToolContext context)
    {
        var file = new Argument<string>("THETA") { Description = "The theta: a .safetensors file, or shipped:NAME." };
        var output = new Option<string>("--out") { HelpName = "FILE.npz", Required = true, Description = "The archive to write; - prints it." };
        var names = new Option<string>("--names") { HelpName = "research|vsml", DefaultValueFactory = _ => "research", Description = "Names of the arrays: the published code's, or those of theta files." };
        var command = new ToolCommand(
            "export",
            "Write a theta as .npz, which numpy.load reads.",
            "vsml theta export theta.safetensors --out params.npz",
            "vsml theta export shipped:online --names vsml --out online.npz")
        {
            file, output, names,
        };
        command.SetAction(parsed =>
        {
            var theta = MetaParameters.Load(parsed.GetValue(file)!);
            var published = parsed.GetValue(names) switch
            {
                "research" => ResearchNames.Of(theta.Layout),
                "vsml" => theta.Layout.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Name),
                var other => throw new VsmlException($"--names: there is no '{other}'; write research or vsml."),
            };
            new ResultPlace(parsed.GetValue(output)!, context, parsed.GetValue(file)!)
                .Write(stream => NpzFile.Write(stream, theta.ToTensors().Select(tensor => Tensor.Of(published[tensor.Name], tensor.Shape, tensor.ToSingles()))));
            return ExitCodes.Success;
        });
        return command;
    }
}
