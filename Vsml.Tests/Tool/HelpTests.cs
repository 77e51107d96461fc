using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Vsml.Tool.Commands;
using Vsml.Tool.Training;

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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(39)]
    public async Task Help_ends_on_the_narrowest_terminal(int width)
    {
        using var output = new StringWriter();
        var root = new RootCommand("A tool.") { new Option<string>("--configuration") { Description = "What to do, in a line or two of its own." } };
        root.Options.OfType<HelpOption>().Single().Action = new HelpWithExamples(new HelpAction { MaxWidth = width });
        var help = Task.Run(() => root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = output }));
        (await Task.WhenAny(help, Task.Delay(TimeSpan.FromSeconds(10)))).ShouldBe(help);
        (await help).ShouldBe(0);
        output.ToString().ShouldContain("--configuration");
    }

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59.9, "0:59")]
    [InlineData(245, "4:05")]
    [InlineData((3 * 60 + 35) * 60 + 51, "3:35:51")]
    [InlineData((51 * 60 + 35) * 60 + 51, "2 d 3:35")]
    public void Times_are_written_for_people(double seconds, string written) =>
        TrainingLine.Time(TimeSpan.FromSeconds(seconds)).ShouldBe(written);

    [Fact]
    public void The_version_is_printed() => ToolRun.InProcess("--version").ShouldSucceed().Output.ShouldMatch(@"^\d+\.\d+");

    [Fact]
    public void Data_sets_are_listed_one_a_line()
    {
        var run = ToolRun.InProcess("data", "list").ShouldSucceed();
        // Sets that programs register, such as other tests, come after these.
        run.Output.Split('\n').Select(line => line.Split('\t')[0]).Take(14)
            .ShouldBe(["mnist", "digits", "fashion", "mnist-60k", "kmnist", "emnist-balanced", "emnist-letters", "cifar10", "omniglot", "omniglot-small", "svhn", "random", "sum-sign", "synthetic"]);
    }

    [Fact]
    public void A_data_set_that_is_here_is_not_fetched() =>
        ToolRun.InProcess("data", "get", "digits").ShouldSucceed().Output.ShouldContain("here already");
}
