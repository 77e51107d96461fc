using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Vsml.Tool.Commands;

/// <summary>Prints the usual help, then the examples of the command.</summary>
/// <param name="help">The usual help.</param>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    // Where less fits on a line, the layout of options beside their explanations never ends.
    private const int LeastWidth = 40;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = Math.Max(help.MaxWidth, LeastWidth);
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ToolCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in command.Examples) output.WriteLine("  " + example);
            output.WriteLine();
        }
        return code;
    }
}
