using System.Text.Json;
using Vsml.Data;
using Vsml.Tests.Data;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Tool;

public sealed class FitCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--rate 0.02")]
    [InlineData("--rate 0.05 --hidden 12")]
    [InlineData("--rate 0.05 --hidden 9 --hidden 7 --epochs 2")]
    public void Backpropagation_by_hand_is_level_with_gradient_descent(string options)
    {
        ToolRun.InProcess(["fit", "--theta", "backpropagation", "--data", "digits", "--size", "4", "--json", _folder["fit.json"], .. options.Split(' ')]).ShouldSucceed();
        var (vsml, sgd) = Results();
        vsml.GetProperty("learner").GetString().ShouldBe("vsml");
        sgd.GetProperty("learner").GetString().ShouldBe("sgd");
        var accuracy = vsml.GetProperty("testAccuracy").GetDouble();
        accuracy.ShouldBeGreaterThan(options.Contains("9", StringComparison.Ordinal) ? .5 : .75);
        accuracy.ShouldBe(sgd.GetProperty("testAccuracy").GetDouble(), .02);
        vsml.GetProperty("trainExamples").GetInt32().ShouldBe(1435);
        vsml.GetProperty("testExamples").GetInt32().ShouldBe(362);
        vsml.GetProperty("hidden").EnumerateArray().Select(units => units.GetInt32()).ShouldBe(options.Split(' ').Index().Where(word => word.Index > 0 && options.Split(' ')[word.Index - 1] == "--hidden").Select(word => int.Parse(word.Item)));
        vsml.GetProperty("epochs").GetInt32().ShouldBe(options.Contains("epochs", StringComparison.Ordinal) ? 2 : 1);
    }

    [Fact]
    public void A_shipped_theta_is_fitted_too_and_the_seed_decides_the_order()
    {
        string[] arguments = ["fit", "--theta", "shipped:online", "--data", "digits", "--size", "4"];
        var first = ToolRun.InProcess(arguments).ShouldSucceed().Output;
        first.ShouldMatch(@"^vsml\tonline\t0\.\d{4}\ttest\t0\.\d{4}\nsgd\tonline\t");
        ToolRun.InProcess(arguments).Output.ShouldBe(first);
        ToolRun.InProcess([.. arguments, "--seed", "2"]).Output.ShouldNotBe(first);
    }

    [Fact]
    public void All_of_MNIST_is_fitted_where_it_is_on_this_machine()
    {
        Directory.CreateDirectory(_folder["mnist-60k"]);
        foreach (var (part, count) in new[] { ("train", 30), ("t10k", 20) })
        {
            _folder.Write($"mnist-60k/{part}-images-idx3-ubyte", DataBytes.Idx(8, [count, 3, 3], DataBytes.Counting(count * 9)));
            _folder.Write($"mnist-60k/{part}-labels-idx1-ubyte", DataBytes.Idx(8, [count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]));
        }
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, "fit", "--theta", "backpropagation", "--data", "mnist", "--json", _folder["fit.json"]], (DataFolders.Variable, _folder.Path)).ShouldSucceed();
        Results().Vsml.GetProperty("trainExamples").GetInt32().ShouldBe(30);
        Results().Sgd.GetProperty("testExamples").GetInt32().ShouldBe(20);
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, "data", "get", "mnist"], (DataFolders.Variable, _folder.Path)).ShouldSucceed().Output.ShouldContain("mnist-60k is here already");
    }

    [Theory]
    [InlineData("--theta none.safetensors --data digits", "none.safetensors")]
    [InlineData("--theta backpropagation --data nothing", "nothing")]
    [InlineData("--theta backpropagation --data digits --hidden 0", "--hidden: '0' is not a whole number")]
    [InlineData("--theta backpropagation --data digits --rate 0", "--rate")]
    [InlineData("--theta shipped:online --data digits --hidden 3 --epochs 0", "--epochs")]
    [InlineData("--data digits", "--theta")]
    public void Wrong_options(string options, string mention) =>
        ToolRun.InProcess(["fit", .. options.Split(' ')]).ShouldBeRefused(mention);

    private (JsonElement Vsml, JsonElement Sgd) Results()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(_folder["fit.json"]));
        var results = json.RootElement.GetProperty("results").Clone();
        results.GetArrayLength().ShouldBe(2);
        return (results[0], results[1]);
    }
}
