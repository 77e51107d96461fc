using System.Text.Json;
using System.Text.RegularExpressions;
using Vsml.Files;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

public sealed class TestCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestCommandTests()
    {
        // A one-layer network of another size than the data: the layer follows.
        var architecture = new Architecture { StateSize = 8, Layers = new([new DenseLayerSpec(5, 3)]) };
        ArchitectureJson.Write(_folder["net.json"], architecture);
        MetaParameters.Initial(architecture, seed: 1).Save(_folder["theta"]);
        var deep = architecture with { Layers = new([new DenseLayerSpec(5, 4), new DenseLayerSpec(4, 3)]) };
        MetaParameters.Initial(deep, seed: 1).Save(_folder["deep"]);
        var conv = architecture with { Layers = new([new ConvLayerSpec(6, 6, 1, 2, 3, 2), new DenseLayerSpec(18, 3)]) };
        MetaParameters.Initial(conv, seed: 1).Save(_folder["conv"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_learners_are_compared_on_the_data()
    {
        var run = ToolRun.InProcess("test", "--architecture", _folder["net.json"], "--theta", _folder["theta"], "--data", "digits", "--episodes", "2", "--length", "150", "--baselines", "--json", _folder["results.json"]).ShouldSucceed();

        using var json = JsonDocument.Parse(File.ReadAllText(_folder["results.json"]));
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToList();
        results.Select(result => result.GetProperty("learner").GetString()).Distinct().ShouldBe(["vsml", "untrained", "sgd", "adam", "ncm", "gaussian-nb", "knn", "passive-aggressive"]);
        results.ShouldAllBe(result => result.GetProperty("data").GetString() == "digits" && result.GetProperty("size").GetInt32() == 8 && result.GetProperty("episodes").GetInt32() == 2);
        results.ShouldContain(result => result.GetProperty("from").GetInt32() == 1 && result.GetProperty("to").GetInt32() == 100);
        results.Single(result => result.GetProperty("learner").GetString() == "ncm" && result.GetProperty("to").GetInt32() == 100).GetProperty("accuracy").GetDouble().ShouldBeGreaterThan(0.5);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Count(line => !line.StartsWith("lead\t", StringComparison.Ordinal)).ShouldBe(results.Count);
        lines.ShouldContain(line => line.StartsWith("lead\tvsml - knn\t91-110\t", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_data_sets_are_compared()
    {
        string[] arguments = ["test", "--theta", _folder["theta"], "--data", "digits", "--data", "random", "--size", "4", "--episodes", "2", "--length", "120", "--baselines"];
        var run = ToolRun.InProcess([.. arguments, "--curves", "--json", _folder["results.json"]]).ShouldSucceed();
        run.Output.ShouldContain("digits\tvsml\t1-100\t");
        run.Output.ShouldContain("random\tpassive-aggressive\t91-110\t");
        run.Output.ShouldContain("rank\tadam\t1-100\t");
        run.Output.Split('\n').ShouldContain(line => Regex.IsMatch(line, @"^lead\tvsml - ncm\t1-100\t[+-]0\.\d{3} ± 0\.\d{3}\t\d/\d/\d$"));

        using var json = JsonDocument.Parse(File.ReadAllText(_folder["results.json"]));
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToList();
        results.Select(result => result.GetProperty("data").GetString()).Distinct().ShouldBe(["digits", "random"]);
        foreach (var result in results)
        {
            var whole = result.GetProperty("from").GetInt32() == 1 && result.GetProperty("to").GetInt32() == 120;
            result.TryGetProperty("curve", out var curve).ShouldBe(whole);
            if (whole) curve.EnumerateArray().Average(value => value.GetDouble()).ShouldBe(result.GetProperty("accuracy").GetDouble(), 1e-6);
        }

        using var output = new StringWriter();
        VsmlTool.Run(arguments, new ToolContext(output, TextWriter.Null, IsInteractive: true)).ShouldBe(ExitCodes.Success);
        var table = output.ToString();
        foreach (var text in (string[])["digits", "random", "mean rank of 8", "lead of vsml over", "gaussian-nb"]) table.ShouldContain(text);
    }

    [Fact]
    public void The_architecture_can_come_from_theta_and_seeds_decide()
    {
        string Test(string seed) => ToolRun.InProcess("test", "--theta", _folder["theta"], "--data", "random", "--size", "4", "--episodes", "3", "--length", "40", "--seed", seed).ShouldSucceed().Output;
        Test("5").ShouldBe(Test("5"));
        Test("6").ShouldNotBe(Test("5"));
    }

    [Theory]
    [InlineData("--theta none", "none")]
    [InlineData("--theta conv", "--data: The first layer is a convolution of 36 inputs", "--size 6")]
    [InlineData("--theta theta --episodes 0", "--episodes: '0' is not a whole number from 1 to 2147483647")]
    [InlineData("--theta theta --episodes 2147483648", "--episodes")]
    [InlineData("--theta theta --length 0", "--length")]
    [InlineData("--theta theta --length 1,000", "--length: '1,000'")]
    [InlineData("--theta theta --length 1.5", "--length: '1.5'")]
    [InlineData("--theta theta --data described.json --size 8", "described.json", "784 inputs", "8 x 8")]
    [InlineData("--theta theta --size -1", "--size")]
    [InlineData("--theta theta --size 1025", "--size", "1024")]
    [InlineData("--theta theta --size eight", "--size: 'eight'")]
    [InlineData("--theta theta --size 0x8", "--size: '0x8'")]
    [InlineData("--theta theta --seed -1", "--seed: '-1'")]
    [InlineData("--theta theta --header maybe", "--header: there is no 'maybe'; write true or false")]
    [InlineData("--theta theta --split most", "--split: there is no 'most'; write train or test or all")]
    [InlineData("--theta theta --standardise rows", "--standardise: there is no 'rows'; write columns or all")]
    [InlineData("--theta theta --label 0", "digits: is no CSV file")]
    [InlineData("--theta theta --data none", "none")]
    [InlineData("--theta theta --data digits --data none", "none")]
    [InlineData("--theta theta --curves", "--json FILE")]
    [InlineData("--theta theta --simd sse", "sse")]
    [InlineData("--theta none --json none/results.json", "there is no folder")]
    [InlineData("--theta none --json theta/results.json", "there is no folder")]
    [InlineData("--theta none --json folder", "it is a folder")]
    public void Wrong_options(string options, params string[] mentions)
    {
        var words = options.Split(' ');
        if (!words.Contains("--data")) words = [.. words, "--data", "digits"];
        words = [.. words.Select(word => word.Split('/')[0] is "theta" or "conv" or "none" or "folder" or "described.json" ? _folder[word] : word)];
        Directory.CreateDirectory(_folder["folder"]);
        File.WriteAllText(_folder["described.json"], """{ "type": "images", "data": "mnist" }""");
        ToolRun.InProcess(["test", .. words]).ShouldBeRefused(mentions);
    }

    [Fact]
    public void All_sizes_of_a_network_but_the_hidden_ones_follow_the_data()
    {
        ToolRun.InProcess("test", "--theta", _folder["deep"], "--data", "digits", "--episodes", "1", "--length", "20").ShouldSucceed().Output.ShouldContain("vsml\t1-20\t");
        ToolRun.InProcess("test", "--theta", _folder["conv"], "--data", "digits", "--size", "6", "--episodes", "1", "--length", "5").ShouldSucceed();
    }

    [Theory]
    [InlineData("2.0", "4e1")]
    [InlineData("2", "40")]
    public void Numbers_are_read_as_in_JSON(string episodes, string length)
    {
        ToolRun.InProcess("test", "--theta", _folder["theta"], "--data", "random", "--size", "4", "--episodes", episodes, "--length", length, "--json", _folder["numbers.json"]).ShouldSucceed();
        using var json = JsonDocument.Parse(File.ReadAllText(_folder["numbers.json"]));
        var result = json.RootElement.GetProperty("results")[0];
        (result.GetProperty("episodes").GetInt32(), result.GetProperty("to").GetInt32()).ShouldBe((2, 40));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdout")]
    public void Results_can_be_printed_instead_of_the_table(string place)
    {
        var run = ToolRun.InProcess("test", "--theta", _folder["theta"], "--data", "random", "--size", "4", "--episodes", "1", "--length", "10", "--json", place).ShouldSucceed();
        using var json = JsonDocument.Parse(run.Output);
        json.RootElement.GetProperty("results").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public void A_label_column_is_named_by_its_name_or_index()
    {
        // Layout of many published sets: the label first. The last column is a number of few values, which would pass as a label.
        var lines = Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? "cat" : "dog")},{i % 2 + i * .001},{i % 3},{i % 4}");
        File.WriteAllLines(_folder["kaggle.csv"], ["label,x,y,z", .. lines]);
        File.WriteAllLines(_folder["bare.csv"], lines);
        Test("kaggle.csv").ShouldBeRefused("--label label");
        Test("bare.csv").ShouldBeRefused("--header true or --header false");
        Test("bare.csv", "--header", "false").ShouldBeRefused("say --label 0");
        var named = Test("kaggle.csv", "--label", "label").ShouldSucceed().Output;
        named.ShouldBe(Test("kaggle.csv", "--label", "0").ShouldSucceed().Output);
        named.ShouldBe(Test("kaggle.csv", "--label", "-4", "--header", "true", "--standardise", "columns", "--split", "all").ShouldSucceed().Output);
        named.ShouldBe(Test("bare.csv", "--label", "0").ShouldSucceed().Output);
        named.ShouldNotBe(Test("kaggle.csv", "--label", "label", "--split", "train").ShouldSucceed().Output);

        ToolRun Test(string file, params string[] more) =>
            ToolRun.InProcess(["test", "--theta", _folder["theta"], "--data", _folder[file], "--episodes", "1", "--length", "40", .. more]);
    }

    [UnixFact("Windows has no named pipes in folders.")]
    public void A_pipe_as_data_is_refused() =>
        ToolRun.InProcess("test", "--theta", _folder["theta"], "--data", SpecialFiles.MakePipe(_folder["pipe"])).ShouldBeRefused("is a pipe");

    [Fact]
    public void A_stop_ends_the_test()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        ToolRun.InProcess(stop.Token, ["test", "--theta", _folder["theta"], "--data", "mnist", "--episodes", "1000"]).Code.ShouldBe(ExitCodes.Interrupted);
    }
}
