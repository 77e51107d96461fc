using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vsml.MetaTraining;

/// <summary>
/// The few functions of MPI that a run needs. Handles are as wide as addresses: Open MPI's are addresses of exported symbols, MPICH's are
/// numbers of 32 bits, which reach it as the low half.
/// </summary>
internal sealed unsafe partial class MpiLibrary
{
    private const int Success = 0, Serialized = 2, StatusBytes = 64;
    private const string OpenMpiWorld = "ompi_mpi_comm_world";
    private static readonly TimeSpan s_spin = TimeSpan.FromMicroseconds(50);

    private readonly nint _world;
    private readonly nint _byte;
    private readonly Lock _lock = new();
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, nint*, int> _allGather;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> _allGatherV;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int> _send;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int> _receive;
    private readonly delegate* unmanaged[Cdecl]<int, int, nint, int*, void*, int> _probe;
    private readonly delegate* unmanaged[Cdecl]<nint*, int*, void*, int> _test;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _abort;
    private readonly delegate* unmanaged[Cdecl]<int> _finalize;

    private MpiLibrary(nint library, string name)
    {
        var isOpenMpi = NativeLibrary.TryGetExport(library, OpenMpiWorld, out _world);
        (Name, Family) = (name, isOpenMpi ? MpiFamily.OpenMpi : MpiFamily.Mpich);
        if (isOpenMpi) _byte = NativeLibrary.GetExport(library, "ompi_mpi_byte");
        else (_world, _byte) = (0x44000000, 0x4c00010d);

        _allGather = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Iallgather");
        _allGatherV = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Iallgatherv");
        _send = (delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Isend");
        _receive = (delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Irecv");
        _probe = (delegate* unmanaged[Cdecl]<int, int, nint, int*, void*, int>)NativeLibrary.GetExport(library, "MPI_Iprobe");
        _test = (delegate* unmanaged[Cdecl]<nint*, int*, void*, int>)NativeLibrary.GetExport(library, "MPI_Test");
        _abort = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "MPI_Abort");
        _finalize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "MPI_Finalize");

        var initialise = (delegate* unmanaged[Cdecl]<int*, byte***, int, int*, int>)NativeLibrary.GetExport(library, "MPI_Init_thread");
        int provided, rank, size;
        Check(initialise(null, null, Serialized, &provided), "MPI_Init_thread");
        if (provided < Serialized) throw new VsmlException($"{name} was built without support for threads (MPI_THREAD_SERIALIZED), which a run needs; load another build.");
        Check(((delegate* unmanaged[Cdecl]<nint, int*, int>)NativeLibrary.GetExport(library, "MPI_Comm_rank"))(_world, &rank), "MPI_Comm_rank");
        Check(((delegate* unmanaged[Cdecl]<nint, int*, int>)NativeLibrary.GetExport(library, "MPI_Comm_size"))(_world, &size), "MPI_Comm_size");
        (Rank, Size) = (rank, size);
    }

    /// <summary>The file that was loaded.</summary>
    public string Name { get; }

    /// <summary>Whose library it is.</summary>
    public MpiFamily Family { get; }

    /// <summary>Which process this is.</summary>
    public int Rank { get; }

    /// <summary>How many there are.</summary>
    public int Size { get; }

    /// <summary>Loads a library and begins to use it.</summary>
    /// <param name="names">Files to try, the best first.</param>
    /// <returns>Null if none of them is there.</returns>
    /// <exception cref="VsmlException">It is no MPI.</exception>
    public static MpiLibrary? Load(IReadOnlyList<string> names)
    {
        // MPICH's transport would take SIGHUP for itself. The library does not see variables that are set for managed code.
        _ = SetVariable("UCX_DEBUG_SIGNO", "0", overwrite: 0);
        foreach (var name in names)
            if (NativeLibrary.TryLoad(name, out var library))
                try
                {
                    return new MpiLibrary(library, name);
                }
                catch (EntryPointNotFoundException exception)
                {
                    throw new VsmlException($"'{name}' is no library of MPI 3 or later: {exception.Message}", exception);
                }
        return null;
    }

    /// <summary>All ranks' blocks of equal length.</summary>
    public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        fixed (byte* from = mine, to = all)
        {
            nint request;
            lock (_lock) Check(_allGather(from, mine.Length, _byte, to, mine.Length, _byte, _world, &request), "MPI_Iallgather");
            Wait(&request);
        }
    }

    /// <summary>All ranks' blocks.</summary>
    /// <param name="mine">This rank's.</param>
    /// <param name="all">Receives all of them, one after the other.</param>
    /// <param name="lengths">Their lengths.</param>
    public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all, ReadOnlySpan<int> lengths)
    {
        var starts = new int[lengths.Length];
        for (var rank = 1; rank < starts.Length; rank++) starts[rank] = starts[rank - 1] + lengths[rank - 1];
        fixed (byte* from = mine, to = all)
        fixed (int* counts = lengths, places = starts)
        {
            nint request;
            lock (_lock) Check(_allGatherV(from, mine.Length, _byte, to, counts, places, _byte, _world, &request), "MPI_Iallgatherv");
            Wait(&request);
        }
    }

    /// <summary>Sends a block.</summary>
    public void Send(int rank, int tag, ReadOnlySpan<byte> data)
    {
        fixed (byte* from = data)
        {
            nint request;
            lock (_lock) Check(_send(from, data.Length, _byte, rank, tag, _world, &request), "MPI_Isend");
            Wait(&request);
        }
    }

    /// <summary>Receives a block, whose length both sides know.</summary>
    public void Receive(int rank, int tag, Span<byte> data)
    {
        fixed (byte* to = data)
        {
            nint request;
            lock (_lock) Check(_receive(to, data.Length, _byte, rank, tag, _world, &request), "MPI_Irecv");
            Wait(&request);
        }
    }

    /// <summary>Whether a block of a rank waits to be received.</summary>
    public bool IsWaiting(int rank, int tag)
    {
        var flag = 0;
        var status = stackalloc byte[StatusBytes];
        lock (_lock) Check(_probe(rank, tag, _world, &flag, status), "MPI_Iprobe");
        return flag != 0;
    }

    /// <summary>Ends all ranks.</summary>
    public void Abort(int code)
    {
        // Without the lock if another thread holds it in a call that does not come back.
        var held = _lock.TryEnter(TimeSpan.FromSeconds(2));
        _abort(_world, code);
        if (held) _lock.Exit();
    }

    /// <summary>Ends the use of the library.</summary>
    public void End()
    {
        lock (_lock) Check(_finalize(), "MPI_Finalize");
    }

    // A blocking call would burn a core until the last rank comes.
    private void Wait(nint* request)
    {
        var started = Stopwatch.GetTimestamp();
        var status = stackalloc byte[StatusBytes];
        while (true)
        {
            var flag = 0;
            lock (_lock) Check(_test(request, &flag, status), "MPI_Test");
            if (flag != 0) return;
            if (Stopwatch.GetElapsedTime(started) < s_spin) Thread.SpinWait(20);
            else Thread.Sleep(1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static void Check(int code, string function)
    {
        if (code != Success) throw new VsmlException($"{function} failed with code {code}.");
    }
}
