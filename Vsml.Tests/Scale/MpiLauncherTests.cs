using Vsml.MetaTraining;

namespace Vsml.Tests.Scale;

public class MpiLauncherTests
{
    [Theory]
    [InlineData("")]
    [InlineData("SLURM_NTASKS=4")]
    [InlineData("SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0")]
    [InlineData("OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0")]
    [InlineData("PMI_SIZE=many")]
    public void A_process_by_itself_has_none(string variables) => Find(variables).ShouldBeNull();

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_RANK=2 PMIX_RANK=2", MpiFamily.OpenMpi, 2, 3)]
    [InlineData("PMI_SIZE=3 PMI_RANK=1", MpiFamily.Mpich, 1, 3)]
    [InlineData("PMI_SIZE=3 PMI_RANK=1 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=1", MpiFamily.Mpich, 1, 3)]
    [InlineData("PMIX_RANK=4 SLURM_STEP_NUM_TASKS=8 SLURM_PROCID=4", MpiFamily.OpenMpi, 4, 8)]
    [InlineData("PMIX_RANK=4", MpiFamily.OpenMpi, 4, null)]
    [InlineData("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1", null, 1, 2)]
    public void Launchers_are_told_by_their_variables(string variables, MpiFamily? family, int rank, int? size)
    {
        var launcher = Find(variables).ShouldNotBeNull();
        (launcher.Family, launcher.Rank, launcher.Size).ShouldBe((family, rank, size));
    }

    [Fact]
    public void Tasks_without_MPI_are_no_ranks() =>
        Should.Throw<VsmlException>(() => MpiCollective.Open(Find("SLURM_STEP_NUM_TASKS=2")!, TimeSpan.FromSeconds(60))).Message.ShouldContain("--mpi=pmix");

    private static MpiLauncher? Find(string variables)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('=')).ToDictionary(part => part[0], part => part[1]);
        return MpiLauncher.Find(name => values.GetValueOrDefault(name));
    }
}
