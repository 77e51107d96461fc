using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Vsml.Data;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml data</c>: which data sets there are, and bringing them here.</summary>
internal static class DataCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var command = new ToolCommand("data", "List data sets, or bring one to this machine.", "vsml data list", "vsml data get fashion");
        command.Subcommands.Add(CreateList(context));
        command.Subcommands.Add(CreateGet(context));
        return command;
    }

    private static ToolCommand CreateList(ToolContext context)
    {
        var command = new ToolCommand("list", "List the names that --data and configurations know.", "vsml data list");
        command.SetAction(_ =>
        {
            if (context.IsInteractive) PrintTable(context.Output);
            else
                foreach (var entry in DatasetCatalogue.Entries) context.Output.WriteLine(string.Join('\t', Row(entry)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void PrintTable(TextWriter output)
    {
        var table = new Table().AddColumns("name", "where", "what", "licence").Border(TableBorder.Rounded);
        foreach (var entry in DatasetCatalogue.Entries) table.AddRow([.. Row(entry).Select(Markup.Escape)]);
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private static string[] Row(DatasetInfo entry) =>
    [
        entry.Name,
        entry.Source switch
        {
            DatasetSource.Embedded => "built in",
            DatasetSource.Generated => "generated",
            _ when DatasetCatalogue.IsPresent(entry.Name) => "on this machine",
            _ => $"vsml data get {entry.Name}",
        },
        entry.Description,
        entry.Licence,
    ];

    private static ToolCommand CreateGet(ToolContext context)
    {
        var name = new Argument<string>("name") { HelpName = "NAME", Description = "A name that 'vsml data list' shows; mnist, of which a part is built in, brings all of it." };
        var command = new ToolCommand(
            "get",
            $"Download a data set into the cache folder ({DataFolders.Variable}, or vsml in the user's cache folder), checked; goes on where an interrupted download stopped.",
            "vsml data get fashion") { name };
        command.SetAction(parsed => Get(parsed.GetValue(name)!, context));
        return command;
    }

    private static int Get(string named, ToolContext context)
    {
        var name = DatasetCatalogue.WholeOf(named);
        if (DatasetCatalogue.Entries.Any(entry => entry.Name == name) && DatasetCatalogue.IsPresent(name))
        {
            context.Output.WriteLine($"{name} is here already.");
            return ExitCodes.Success;
        }
        foreach (var path in DatasetCatalogue.DownloadAsync(name, new DownloadReport(context.Error), context.Cancellation).GetAwaiter().GetResult())
            context.Output.WriteLine(path);
        return ExitCodes.Success;
    }

    // One line each tenth of a file.
    private sealed class DownloadReport(TextWriter error) : IProgress<DownloadProgress>
    {
        private (string File, long Tenth) _last;

        public void Report(DownloadProgress value)
        {
            if (value.Total is not > 0) return;
            var tenth = value.Received * 10 / value.Total.Value;
            if (_last == (value.File, tenth)) return;
            _last = (value.File, tenth);
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.File}: {tenth * 10} %"));
        }
    }
}
