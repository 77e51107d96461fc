using System.Diagnostics;
using System.Text;

namespace Vsml.MetaTraining;

/// <summary>
/// The processes that share a run. They meet in rounds; in each, a rank has something to tell, gives up what all of them were about to
/// do, or has failed, so that none waits for one that will not come.
/// </summary>
public sealed class RankGroup : IDisposable
{
    private const byte Told = 0, Stopped = 1, Failed = 2;
    private readonly ICollective _collective;
    private readonly string[] _hosts;
    private readonly Stopwatch _waiting = new();
    private bool _over;

    /// <summary>Meets the other ranks for the first time.</summary>
    /// <param name="collective">What connects them; the group's from now on.</param>
    public RankGroup(ICollective collective)
    {
        _collective = collective;
        _hosts = [""];
        if (Size == 1) return;
        var (host, cores) = (Environment.MachineName, AllowedCores());
        var places = Exchange(Encoding.UTF8.GetBytes($"{host}\n{cores}")).Select(Encoding.UTF8.GetString).ToArray();
        _hosts = [.. places.Select(place => place.Split('\n')[0])];
        Threads = Math.Max(1, Environment.ProcessorCount / places.Count(place => place == places[Rank]));
        (BytesSent, IdleTime) = (0, TimeSpan.Zero);
    }

    /// <summary>A run that has one process.</summary>
    public static RankGroup Alone { get; } = new(new LocalCollective());

    /// <summary>Which process this is, from 0.</summary>
    public int Rank => _collective.Rank;

    /// <summary>How many there are.</summary>
    public int Size => _collective.Size;

    /// <summary>Whether this is the one that reads and writes files and prints.</summary>
    public bool IsRoot => Rank == 0;

    /// <summary>Threads for each rank, where nothing else is asked for: the cores that it may use, divided among the ranks that may use the same.</summary>
    public int Threads { get; } = Environment.ProcessorCount;

    /// <summary>Bytes that this rank has given to others so far.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Time that this rank has spent on waiting for others so far, transfers included.</summary>
    public TimeSpan IdleTime { get; private set; }

    /// <summary>A round: gives all ranks what each has to tell.</summary>
    /// <param name="mine">What this rank has to tell.</param>
    /// <returns>What each rank has to tell [ranks].</returns>
    /// <exception cref="VsmlException">A rank has failed.</exception>
    /// <exception cref="RankStoppedException">A rank was told to stop.</exception>
    public byte[][] Exchange(ReadOnlySpan<byte> mine)
    {
        var told = Meet(Told, mine);
        ThrowIfFailed(told);
        if (Array.FindIndex(told, content => content[0] == Stopped) is >= 0 and var stopped) throw new RankStoppedException(stopped);
        return Array.ConvertAll(told, content => content[1..]);
    }

    /// <summary>A round of one that was told to stop: all ranks give up what the round is about.</summary>
    /// <exception cref="VsmlException">A rank has failed.</exception>
    /// <exception cref="RankStoppedException">Always, if none has failed.</exception>
    public void GiveUp()
    {
        ThrowIfFailed(Meet(Stopped, []));
        throw new RankStoppedException(Rank);
    }

    /// <summary>The last round of a run that cannot go on, called by whoever finds that out; does nothing where a rank has failed before.</summary>
    /// <param name="reason">One line.</param>
    public void Fail(string reason)
    {
        if (_over) return;
        _over = true;
        Meet(Failed, Encoding.UTF8.GetBytes(reason));
    }

    /// <summary>A round that gives all ranks what the root has.</summary>
    /// <param name="mine">What the root has; the others' is ignored.</param>
    /// <exception cref="VsmlException">A rank has failed.</exception>
    /// <exception cref="RankStoppedException">A rank was told to stop.</exception>
    public byte[] FromRoot(ReadOnlySpan<byte> mine) => Exchange(IsRoot ? mine : [])[0];

    /// <summary>A round that makes sure of something that must be the same on all ranks.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="mine">What this rank has.</param>
    /// <param name="remedy">What to do where it differs.</param>
    /// <exception cref="VsmlException">It differs; the message is the same on all ranks.</exception>
    public void Agree(string what, string mine, string remedy)
    {
        var all = Exchange(Encoding.UTF8.GetBytes(mine)).Select(Encoding.UTF8.GetString).ToArray();
        if (Array.FindIndex(all, other => other != all[0]) is not (>= 0 and var rank)) return;
        _over = true;
        var (other, first) = FirstDifference(all[rank], all[0]);
        throw new VsmlException($"{Name(rank)} has another {what} than {Name(0)}: {Shortened(other)} instead of {Shortened(first)}. {remedy}");
    }

    // The lines with which texts begin to differ, and what there is to tell of them.
    private static (string, string) FirstDifference(string one, string other)
    {
        var (ones, others) = (one.Split('\n'), other.Split('\n'));
        var i = 0;
        while (i < ones.Length && i < others.Length && ones[i] == others[i]) i++;
        return (Line(ones), Line(others));

        string Line(string[] lines) => i < lines.Length ? lines[i].Trim().TrimEnd(',') : "nothing";
    }

    /// <summary>Makes sure that every rank has work.</summary>
    /// <param name="units">Pairs or episodes to divide among the ranks.</param>
    /// <exception cref="VsmlException">There are more ranks; so on all of them.</exception>
    public void CheckWork(int units)
    {
        if (Size <= units) return;
        _over = true;
        throw new VsmlException($"There are {Size} ranks, but only {units} pairs or episodes to divide among them; start {units} at most, or raise their number in the configuration.");
    }

    /// <summary>Sends something to another rank, which receives it.</summary>
    internal void Send(int rank, ReadOnlySpan<byte> data)
    {
        BytesSent += data.Length;
        _collective.Send(rank, data);
    }

    /// <summary>Waits for what another rank sends.</summary>
    internal byte[] Receive(int rank) => _collective.Receive(rank);

    /// <summary>Takes all ranks down at once.</summary>
    internal void Abort(string reason) => _collective.Abort(reason);

    /// <summary>The last round, where none was before; then all ranks part.</summary>
    public void Dispose()
    {
        if (!_over && Size > 1) Meet(Told, []);
        _collective.Dispose();
    }

    private void ThrowIfFailed(byte[][] told)
    {
        if (Array.FindIndex(told, content => content[0] == Failed) is not (>= 0 and var rank)) return;
        _over = true;
        throw new VsmlException($"{Name(rank)}: {Encoding.UTF8.GetString(told[rank].AsSpan(1))}");
    }

    private byte[][] Meet(byte kind, ReadOnlySpan<byte> content)
    {
        _waiting.Restart();
        var told = _collective.AllGather([kind, .. content]);
        IdleTime += _waiting.Elapsed;
        BytesSent += (content.Length + 1L) * (Size - 1);
        return told;
    }

    private string Name(int rank) => $"rank {rank} ({_hosts[Math.Min(rank, _hosts.Length - 1)]})";

    private static string Shortened(string text) => text.Length <= 40 ? text : $"{text[..40]}...";

    private static string AllowedCores()
    {
        const string Status = "/proc/self/status", Field = "Cpus_allowed_list:";
        return File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line ? line[Field.Length..].Trim() : "";
    }
}
