using System.Text.RegularExpressions;

namespace Vsml.Tests.Tool;

public partial class HelpTests
{
    [Fact]
    public void Every_command_explains_itself_and_its_options()
    {
        var unexplained = new List<string>();
        Visit([]);
        unexplained.ShouldBeEmpty();

        void Visit(string[] command)
        {
            var help = ToolRun.InProcess([.. command, "--help"]).ShouldSucceed();
            help.Error.ShouldBeEmpty();
            var lines = help.Output.Split('\n').Select(line => line.TrimEnd()).ToList();
            if (command.Length > 0) lines.ShouldContain("Examples:", string.Join(' ', command));
            foreach (var example in lines.SkipWhile(line => line != "Examples:").Skip(1).Where(line => line.Length > 0))
                example.ShouldStartWith($"  vsml {string.Join(' ', command)}");
            // An option stands at the margin of two blanks; its explanation follows after two more.
            unexplained.AddRange(lines.Where(line => OptionWithoutDescription().IsMatch(line)));
            foreach (var line in lines.SkipWhile(line => line != "Commands:").Skip(1).TakeWhile(line => line.Length > 0))
                Visit([.. command, line.Trim().Split(' ')[0]]);
        }
    }

    [GeneratedRegex(@"^  -\S*( <[^>]*>)?( \(REQUIRED\))?$")]
    private static partial Regex OptionWithoutDescription();

    [Fact]
    public void The_version_is_printed() => ToolRun.InProcess("--version").ShouldSucceed().Output.ShouldMatch(@"^\d+\.\d+");

    [Fact]
    public void Data_sets_are_listed_one_a_line()
    {
        var run = ToolRun.InProcess("data", "list").ShouldSucceed();
        run.Output.Split('\n').Select(line => line.Split('\t')[0]).ShouldBe(["mnist", "digits", "fashion", "random", "sum-sign", ""]);
    }

    [Fact]
    public void A_data_set_that_is_here_is_not_fetched() =>
        ToolRun.InProcess("data", "get", "digits").ShouldSucceed().Output.ShouldContain("here already");
}
