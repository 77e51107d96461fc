namespace Vsml.Tests.Scale;

/// <summary>A test of jobs under SLURM; skipped, with the reason, where it cannot be started.</summary>
public sealed class SlurmFactAttribute : FactAttribute
{
    /// <summary>Says why.</summary>
    public SlurmFactAttribute() => Skip = MpiPrograms.WhyNot("munged", "slurmctld", "slurmd", "sbatch", MpiPrograms.Mpich)
        ?? (Environment.UserName == "root" ? null : "Only root can start a SLURM of its own.");
}
