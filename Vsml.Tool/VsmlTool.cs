using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Vsml.MetaTraining;
using Vsml.Tool.Commands;
using Vsml.Tool.Declared;

namespace Vsml.Tool;

/// <summary>The <c>vsml</c> command: parses arguments, runs a command, and turns what goes wrong into one line and an exit code.</summary>
public static class VsmlTool
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="context">Where to print, and when to stop.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(IReadOnlyList<string> args, ToolContext context)
    {
        try
        {
            var parsed = Parse(args, context);
            if (StrayOption(parsed) is { } stray) throw UsageError(parsed, $"There is no option '{stray}' here.");
            if (parsed.Action is ParseErrorAction) throw UsageError(parsed, Complaint(parsed));
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = context.Output,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException exception) when (context.Cancellation.IsCancellationRequested || exception is RankStoppedException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (exception is VsmlException or IOException or UnauthorizedAccessException)
        {
            return Fail(context, exception.Message, ExitCodes.BadInput);
        }
        catch (OutOfMemoryException)
        {
            return Fail(context, "There is not enough memory for a network or a file of this size.", ExitCodes.BadInput);
        }
        catch (Exception exception) when (UserAssembly.OriginOf(exception) is { } origin)
        {
            return Fail(context, $"{origin} failed: {exception.GetType().Name}: {exception.Message}", ExitCodes.BadInput);
        }
        catch (Exception exception)
        {
            return Fail(context, $"This is a defect of vsml, please report it: {exception}", ExitCodes.InternalError);
        }
    }

    /// <summary>Parses a command line without running it.</summary>
    internal static ParseResult Parse(IReadOnlyList<string> args, ToolContext context) =>
        BuildRoot(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private static RootCommand BuildRoot(ToolContext context)
    {
        var root = new RootCommand("Networks whose every weight is a tiny LSTM: compile them, run them, look at them.");
        foreach (var command in Commands(context)) root.Subcommands.Add(command);
        foreach (var help in root.Options.OfType<HelpOption>())
            if (help.Action is HelpAction printer) help.Action = new HelpWithExamples(printer);
        return root;
    }

    private static IEnumerable<Command> Commands(ToolContext context) =>
    [
        TrainCommand.Create(context),
        SweepCommand.Create(context),
        SlurmCommand.Create(context),
        ScaleCommand.Create(context),
        TestCommand.Create(context),
        FitCommand.Create(context),
        CloneCommand.Create(context),
        ReportCommand.Create(context),
        PlayCommand.Create(context),
        ExperimentCommand.Create(context),
        ThetaCommand.Create(context),
        TraceCommand.Create(context),
        DescribeCommand.Create(context),
        EmitCommand.Create(context),
        DataCommand.Create(context),
    ];

    // An option that does not exist is taken for an argument where a command has one, unless -- says that it is.
    private static string? StrayOption(ParseResult parsed) =>
        parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash) ? null
        : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Select(token => token.Value).FirstOrDefault(value => value.Length > 1 && value[0] == '-');

    private static string Complaint(ParseResult parsed) => parsed.UnmatchedTokens.Count > 0
        ? $"There is no command or option '{parsed.UnmatchedTokens[0]}' here."
        : string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static VsmlException UsageError(ParseResult parsed, string message)
    {
        var command = "";
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: not RootCommand } part; result = part.Parent)
            command = $" {part.Command.Name}{command}";
        return new VsmlException($"{message} Try 'vsml{command} --help'.");
    }

    private static int Fail(ToolContext context, string message, int code)
    {
        context.Error.WriteLine("vsml: " + message.ReplaceLineEndings(" "));
        return code;
    }
}
