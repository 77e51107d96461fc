using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Scale;

public sealed class SlurmTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("slurm --nodes 0 -- train --config run.json --out run", "--nodes: '0'")]
    [InlineData("slurm --nodes 2", "After -- comes the command")]
    [InlineData("slurm -- describe run.json", "After -- comes the command")]
    [InlineData("slurm -- train --config run.json", "no run folder")]
    [InlineData("slurm -- train --config run.json --out run --threads x", "The command of the job is wrong")]
    [InlineData("slurm --setup none.txt -- train --config run.json --out run", "none.txt")]
    public void Jobs_that_could_not_run_are_not_written(string options, string mention) =>
        ToolRun.InProcess(options.Split(' ').Select(word => word == "none.txt" ? _folder[word] : word).ToArray()).ShouldBeRefused(mention);

    [Fact]
    public void A_script_asks_for_what_was_asked_for()
    {
        File.WriteAllText(_folder["setup"], "module load mpi\n");
        var script = ToolRun.InProcess("slurm", "--nodes", "3", "--tasks-per-node", "4", "--cpus-per-task", "2", "--minutes", "90", "--partition", "long", "--mpi", "pmix", "--setup", _folder["setup"],
            "--", "train", "--config", "it's.json", "--out", "runs/a b", "--seed", "2", "--heartbeat", "30").ShouldSucceed().Output;
        foreach (var line in new[] { "#SBATCH --nodes=3", "#SBATCH --ntasks-per-node=4", "#SBATCH --cpus-per-task=2", "#SBATCH --time=90", "#SBATCH --partition=long", "#SBATCH --requeue", "#SBATCH --signal=B:USR1@120", "module load mpi" })
            script.Split('\n').ShouldContain(line);
        script.ShouldContain("if [ -e 'runs/a b/run.json' ]");
        script.ShouldContain("'--config' 'it'\\''s.json' '--out' 'runs/a b' '--seed' '2' '--heartbeat' '30')");
        script.ShouldContain("'train' '--heartbeat' '30' '--resume' 'runs/a b')");
        script.ShouldContain("srun --mpi='pmix' --kill-on-bad-exit=1");
    }
}
