using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LinesAreAppended()
    {
        var path = _folder["metrics.jsonl"];
        using (var log = MetricsLog.Open(path, (_, _) => true)) log.Append("a", 1, writer => writer.WriteNumber("x", 0.5));
        using (var log = MetricsLog.Open(path, (_, _) => true)) log.Append("b", 1, _ => { });
        File.ReadAllText(path).ShouldBe("{\"kind\":\"a\",\"iteration\":1,\"x\":0.5}\n{\"kind\":\"b\",\"iteration\":1}\n");
    }

    [Fact]
    public void TornLateDoubledAndStrangeLinesAreDropped()
    {
        var path = _folder["metrics.jsonl"];
        File.WriteAllText(path, """
            {"kind":"a","iteration":1}
            not json
            {"kind":"a","iteration":2,"x":1}
            {"kind":"a","iteration":2,"x":2}
            {"kind":"e","iteration":2}
            {"iteration":2}
            [1]
            {"kind":"a","iteration":3}
            {"kind":"a","iteration":2,"torn":
            """);
        MetricsLog.Open(path, (kind, iteration) => kind == "e" || iteration <= 2).Dispose();
        File.ReadAllText(path).ShouldBe("{\"kind\":\"a\",\"iteration\":1}\n{\"kind\":\"a\",\"iteration\":2,\"x\":1}\n{\"kind\":\"e\",\"iteration\":2}\n");
    }

    [Fact]
    public void ALineThatIsWholeButForItsEndIsTorn()
    {
        var path = _folder["metrics.jsonl"];
        File.WriteAllText(path, "{\"kind\":\"a\",\"iteration\":1}");
        MetricsLog.Open(path, (_, _) => true).Dispose();
        File.ReadAllText(path).ShouldBeEmpty();
    }

    [Fact]
    public void AMetaTestOfOneEpisodeHasNoStandardError()
    {
        var run = TinyRuns.Full with { Evaluation = TinyRuns.Full.Evaluation! with { Episodes = 1 } };
        TinyRuns.Run(_folder["run"], run);
        var lines = File.ReadAllLines(_folder["run/metrics.jsonl"]);
        lines.ShouldContain(line => line.Contains("\"kind\":\"evaluation\""));
        lines.ShouldAllBe(line => !line.Contains("standardError"));
        var schema = JsonSchemaValidator.Of("metrics.schema.json");
        foreach (var line in lines) schema.Problems(line).ShouldBeEmpty(line);
    }

    [Fact]
    public void AnImpossiblePathIsOneClearLine() =>
        Should.Throw<VsmlException>(() => MetricsLog.Open(_folder["no/such/metrics.jsonl"], (_, _) => true)).Message.ShouldContain("metrics.jsonl");
}
