using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>An implementation of MPI.</summary>
public enum MpiFamily
{
    /// <summary>Open MPI 4.</summary>
    OpenMpi,

    /// <summary>MPICH 4, and what has its binary interface.</summary>
    Mpich,
}

/// <summary>What started this process as one of several, as it tells by environment variables.</summary>
/// <param name="Name">Its name for messages.</param>
/// <param name="Family">The MPI whose processes it starts; null where it is none.</param>
/// <param name="Rank">Which of them this is.</param>
/// <param name="Size">How many there are; null where it does not tell.</param>
public sealed record MpiLauncher(string Name, MpiFamily? Family, int Rank, int? Size)
{
    /// <summary>What started this process; null where it runs by itself.</summary>
    public static MpiLauncher? Current { get; } = Find(Environment.GetEnvironmentVariable);

    /// <summary>What started a process.</summary>
    /// <param name="variable">Its environment variables.</param>
    /// <returns>Null for a process that runs by itself.</returns>
    public static MpiLauncher? Find(Func<string, string?> variable)
    {
        var step = Number("SLURM_STEP_NUM_TASKS");
        var launcher =
            Number("OMPI_COMM_WORLD_SIZE") is { } openMpi ? new MpiLauncher("mpirun of Open MPI", MpiFamily.OpenMpi, Number("OMPI_COMM_WORLD_RANK") ?? 0, openMpi)
            : Number("PMI_SIZE") is { } pmi ? new MpiLauncher(step is null ? "mpirun of MPICH" : "srun --mpi=pmi2", MpiFamily.Mpich, Number("PMI_RANK") ?? 0, pmi)
            : Number("PMIX_RANK") is { } pmix ? new MpiLauncher(step is null ? "a PMIx launcher" : "srun --mpi=pmix", MpiFamily.OpenMpi, pmix, step)
            : step is { } tasks ? new MpiLauncher("srun", null, Number("SLURM_PROCID") ?? 0, tasks)
            : null;
        return launcher is { Size: 1 } ? null : launcher;

        int? Number(string name) => int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
