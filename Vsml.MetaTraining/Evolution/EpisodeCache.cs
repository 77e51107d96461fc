using System.Collections.Concurrent;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Keeps the examples of unfinished episodes from one meta-iteration to the next, so that an episode is drawn once and not once
/// for every part. They can always be drawn again, so this is no state.
/// </summary>
internal sealed class EpisodeCache
{
    private const long MaxFloats = 1L << 28;
    private readonly ConcurrentDictionary<uint, Entry> _entries = new();
    private EpisodeSource? _source;
    private bool _keeps;

    /// <summary>Prepares for the episodes of a request.</summary>
    public void Begin(PopulationRequest request)
    {
        var source = request.Episodes;
        if (!ReferenceEquals(source, _source))
        {
            _entries.Clear();
            _source = source;
        }
        if (request.Length >= source.Length) _keeps = false;
        else
        {
            var inputs = source.Tasks.Max(share => share.Task.InputSize);
            _keeps = (long)inputs * source.Length * request.PairCount <= MaxFloats;
        }
    }

    /// <summary>The episode of a pair, drawn into the given buffer unless it is kept.</summary>
    public EpisodeData Draw(EpisodeSource source, int task, ulong seed, uint began, uint pair, EpisodeData buffer)
    {
        if (!_keeps)
        {
            Sample(buffer);
            return buffer;
        }
        var entry = _entries.GetOrAdd(pair, _ => new Entry());
        if (!entry.Holds || entry.Seed != seed || entry.Began != began)
        {
            Sample(entry.Data);
            (entry.Holds, entry.Seed, entry.Began) = (true, seed, began);
        }
        return entry.Data;

        void Sample(EpisodeData data)
        {
            var random = new CounterRandom(seed, RandomStream.Task, began, pair);
            source.Tasks[task].Task.Sample(ref random, source.Length, data);
        }
    }

    private sealed class Entry
    {
        public EpisodeData Data { get; } = new();

        public bool Holds { get; set; }

        public ulong Seed { get; set; }

        public uint Began { get; set; }
    }
}
