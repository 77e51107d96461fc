using System.Text.Json;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;

namespace Vsml.Tests.Structure;

/// <summary>Notebooks run from top to bottom.</summary>
public sealed class NotebookTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact("numpy, pandas, matplotlib")]
    public void The_one_that_reads_a_run_runs()
    {
        File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        ToolRun.InProcess("train", "--config", _folder["run.json"], "--out", _folder["run"]).ShouldSucceed();
        File.WriteAllText(_folder["cells.py"], Code() + "\nassert len(iterations) == 7 and len(accuracies) > 0 and len(theta) > 0\n");
        ToolRun.OfProcess(PythonFactAttribute.Find("numpy, pandas, matplotlib")!, [_folder["cells.py"]], ("MPLBACKEND", "Agg"), ("VSML_RUN", _folder["run"])).ShouldSucceed();
    }

    [PythonFact("ast")]
    public void Its_code_is_Python_and_it_holds_no_output()
    {
        File.WriteAllText(_folder["cells.py"], Code());
        ToolRun.OfProcess(PythonFactAttribute.Find("ast")!, ["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", _folder["cells.py"]]).ShouldSucceed();
        foreach (var cell in Cells().Where(cell => cell.GetProperty("cell_type").GetString() == "code")) cell.GetProperty("outputs").GetArrayLength().ShouldBe(0);
    }

    private static string Code() => string.Join("\n\n", Cells().Where(cell => cell.GetProperty("cell_type").GetString() == "code")
        .Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()))));

    private static List<JsonElement> Cells() =>
        [.. JsonDocument.Parse(File.ReadAllText(RepositoryPaths.InRepository("docs", "notebooks", "read-a-run.ipynb"))).RootElement.GetProperty("cells").EnumerateArray()];
}
