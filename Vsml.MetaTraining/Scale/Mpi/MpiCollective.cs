namespace Vsml.MetaTraining;

/// <summary>The processes that mpirun or srun started, connected by Open MPI or MPICH, whichever belongs to the launcher.</summary>
public sealed class MpiCollective : ICollective
{
    private const string LibraryVariable = "VSML_MPI_LIBRARY";
    private const int DataTag = 1, AbortCode = 1;
    private readonly MpiLibrary _mpi;
    private readonly Heartbeat _heartbeat;

    private MpiCollective(MpiLibrary mpi, TimeSpan silence)
    {
        _mpi = mpi;
        _heartbeat = new Heartbeat(mpi, silence, Abort);
    }

    /// <inheritdoc/>
    public int Rank => _mpi.Rank;

    /// <inheritdoc/>
    public int Size => _mpi.Size;

    /// <summary>Begins; once in the life of a process.</summary>
    /// <param name="launcher">What started the processes.</param>
    /// <param name="silence">Time without a sign of life of a rank after which the job is taken down.</param>
    /// <exception cref="VsmlException">There is no library that fits the launcher.</exception>
    public static MpiCollective Open(MpiLauncher launcher, TimeSpan silence)
    {
        if (launcher.Family is not { } family)
            throw new VsmlException($"{launcher.Name} started {launcher.Size} processes that do not know of each other; start them by srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH).");
        string[] names = Environment.GetEnvironmentVariable(LibraryVariable) is { Length: > 0 } given ? [given]
            : family == MpiFamily.OpenMpi ? ["libmpi.so.40"] : ["libmpich.so.12", "libmpi.so.12"];
        var mpi = MpiLibrary.Load(names)
            ?? throw new VsmlException($"{launcher.Name} started this process, but its library ({string.Join(" or ", names)}) cannot be loaded; install it, name its file in {LibraryVariable}, or use the launcher of the MPI that is installed.");
        if (launcher.Size is { } size && mpi.Size != size)
        {
            mpi.End();
            throw new VsmlException($"{launcher.Name} started {size} processes, but {mpi.Name} knows of {mpi.Size}: launcher and library do not belong together. Use the launcher of {Words(mpi.Family)}, or name another library in {LibraryVariable}.");
        }
        return new MpiCollective(mpi, silence);
    }

    /// <inheritdoc/>
    public byte[][] AllGather(ReadOnlySpan<byte> mine)
    {
        var sizes = new byte[Size * sizeof(long)];
        _mpi.AllGather(BitConverter.GetBytes((long)mine.Length), sizes);
        var all = new byte[Size][];
        for (var rank = 0; rank < Size; rank++) all[rank] = new byte[BitConverter.ToInt64(sizes, rank * sizeof(long))];
        // MPI counts bytes, and adds them up, in 32 bits.
        var most = int.MaxValue / Size;
        var longest = all.Max(block => block.Length);
        for (var done = 0; done < longest; done += Math.Min(most, longest - done))
        {
            var lengths = Array.ConvertAll(all, block => Math.Clamp(block.Length - done, 0, most));
            var joined = new byte[lengths.Sum()];
            _mpi.AllGather(mine.Slice(Math.Min(done, mine.Length), lengths[Rank]), joined, lengths);
            for (var (rank, start) = (0, 0); rank < Size; start += lengths[rank++])
                joined.AsSpan(start, lengths[rank]).CopyTo(all[rank].AsSpan(Math.Min(done, all[rank].Length)));
        }
        return all;
    }

    /// <inheritdoc/>
    public void Send(int rank, ReadOnlySpan<byte> data)
    {
        _mpi.Send(rank, DataTag, BitConverter.GetBytes(data.Length));
        _mpi.Send(rank, DataTag, data);
    }

    /// <inheritdoc/>
    public byte[] Receive(int rank)
    {
        var length = new byte[sizeof(int)];
        _mpi.Receive(rank, DataTag, length);
        var data = new byte[BitConverter.ToInt32(length)];
        _mpi.Receive(rank, DataTag, data);
        return data;
    }

    /// <inheritdoc/>
    public void Abort(string reason)
    {
        Console.Error.WriteLine($"vsml: {reason}");
        Console.Error.Flush();
        _mpi.Abort(AbortCode);
        // Should the library come back from that.
        Environment.FailFast(reason);
    }

    /// <summary>Waits for all ranks to come to their end.</summary>
    public void Dispose()
    {
        _heartbeat.Stop();
        // No rank sends any more.
        AllGather([]);
        _heartbeat.Drain();
        _mpi.End();
    }

    private static string Words(MpiFamily family) => family == MpiFamily.OpenMpi ? "Open MPI" : "MPICH";
}
