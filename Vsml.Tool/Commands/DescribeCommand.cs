using System.CommandLine;
using Vsml.Files;
using Vsml.Tool.Declared;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml describe</c>: a network's canonical JSON form, and its sizes.</summary>
internal static class DescribeCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var source = new ArchitectureSource();
        var command = new ToolCommand(
            "describe",
            "Print a network as JSON with every field, and its sizes on standard error.",
            "vsml describe net.json",
            "vsml describe --assembly MyModels.dll MnistLearner > net.json");
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            var architecture = source.Read(parsed, DeclarationNames.Standard).Architecture;
            context.Output.Write(ArchitectureJson.Format(architecture));
            SizesReport.Print(architecture, context);
            return ExitCodes.Success;
        });
        return command;
    }
}
