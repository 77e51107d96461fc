using System.Diagnostics;
using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>
/// Ranks in a ring: each sends its successor a sign of life every now and then, from a thread of its own, so that one that computes for long
/// gives them too. A rank that was stopped, or whose machine is gone, is found out by its successor.
/// </summary>
internal sealed class Heartbeat
{
    private const int Tag = 2;
    private readonly MpiLibrary _mpi;
    private readonly TimeSpan _silence;
    private readonly TimeSpan _period;
    private readonly Action<string> _abort;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    /// <summary>Begins.</summary>
    /// <param name="mpi">The library.</param>
    /// <param name="silence">Time without a sign of life after which a rank counts as lost.</param>
    /// <param name="abort">Takes the job down.</param>
    public Heartbeat(MpiLibrary mpi, TimeSpan silence, Action<string> abort)
    {
        (_mpi, _silence, _abort) = (mpi, silence, abort);
        _period = TimeSpan.FromSeconds(Math.Min(1, silence.TotalSeconds / 10));
        _thread = new Thread(Beat) { IsBackground = true, Name = "heartbeat" };
        _thread.Start();
    }

    private int Before => (_mpi.Rank + _mpi.Size - 1) % _mpi.Size;

    /// <summary>Ends it.</summary>
    public void Stop()
    {
        _stop.Set();
        _thread.Join();
    }

    /// <summary>Takes what has been sent and not been looked at.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Drain()
    {
        var any = false;
        for (var sign = new byte[1]; _mpi.IsWaiting(Before, Tag); any = true) _mpi.Receive(Before, Tag, sign);
        return any;
    }

    private void Beat()
    {
        var silent = TimeSpan.Zero;
        var last = Stopwatch.GetTimestamp();
        while (!_stop.Wait(_period))
        {
            _mpi.Send((_mpi.Rank + 1) % _mpi.Size, Tag, [1]);
            // Time in which this rank itself was stopped, with all others perhaps, tells nothing about them.
            var passed = Stopwatch.GetElapsedTime(last);
            last = Stopwatch.GetTimestamp();
            silent = Drain() ? TimeSpan.Zero : silent + (passed < 2 * _period ? passed : _period);
            if (silent < _silence) continue;
            _abort(string.Create(CultureInfo.InvariantCulture, $"Rank {Before} has given no sign of life for {_silence.TotalSeconds} s; the job is taken down. Resume the run from its newest checkpoint."));
            return;
        }
    }
}
