using System.CommandLine;
using System.Text;
using Vsml.Reporting;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml report</c>: one page that shows runs, meta-tests and experiments.</summary>
internal static class ReportCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var sources = new Argument<string[]>("RUN") { Arity = ArgumentArity.OneOrMore, Description = "Folders of runs and of cloning runs, files of 'vsml test --json FILE --curves', folders of experiments." };
        var output = new Option<string>("--out") { HelpName = "FILE.html", DefaultValueFactory = _ => "report.html", Description = "The page; - prints it." };
        var open = BrowserOption.Create();
        var command = new ToolCommand(
            "report",
            "Write one page with curves, tables and heat maps of runs, meta-tests and experiments; it needs no network.",
            "vsml report runs/first --open",
            "vsml report runs/first runs/second results.json --out comparison.html")
        {
            sources, output, open,
        };
        command.SetAction(parsed =>
        {
            var paths = parsed.GetValue(sources)!;
            var name = parsed.GetValue(output)!;
            var place = new ResultPlace(name, context, paths);
            if (place.IsStandardOutput && parsed.GetValue(open)) throw new VsmlException("--open: a page that is printed cannot be shown; give --out the name of a file.");
            var page = context.Abandonable(() => Report.Of(paths).Format());
            place.Write(stream => stream.Write(Encoding.UTF8.GetBytes(page)));
            if (!place.IsStandardOutput) context.Output.WriteLine(Path.GetFullPath(name));
            if (parsed.GetValue(open)) BrowserOption.Open(Path.GetFullPath(name), context);
            return ExitCodes.Success;
        });
        return command;
    }
}
