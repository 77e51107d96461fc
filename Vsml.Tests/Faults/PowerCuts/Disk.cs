namespace Vsml.Tests.Faults.PowerCuts;

/// <summary>
/// What is surely on the disk after some operations, and what may or may not be. Of a file that was flushed, all is; of other changes any may
/// be missing, whatever their order. Names are on the disk when their folder was flushed; before, each change of a name may be missing.
/// </summary>
/// <param name="root">The folder that is watched; there before and after.</param>
internal sealed class Disk(string root)
{
    private const int Sector = 512;
    private readonly Dictionary<ulong, Content> _contents = [];
    private readonly SortedDictionary<string, Content> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Content> _now = new(StringComparer.Ordinal);
    private readonly List<NameChange> _open = [];

    /// <summary>Changes of names that may be missing.</summary>
    public int OpenNames => _open.Count;

    /// <summary>Whether the content of any file may be missing.</summary>
    public bool HasOpenContents => _contents.Values.Any(content => content.Open.Count > 0);

    /// <summary>Takes an operation.</summary>
    public void Apply(DiskOperation operation)
    {
        switch (operation.Kind)
        {
            case DiskOperationKind.Create:
                Change(operation.Path, null, _contents[operation.Inode] = new Content());
                break;
            case DiskOperationKind.Write or DiskOperationKind.Truncate:
                _contents[operation.Inode].Open.Add(operation);
                break;
            case DiskOperationKind.FlushFile:
                _contents[operation.Inode].Flush();
                break;
            case DiskOperationKind.FlushFolder:
                foreach (var change in _open) Do(_names, change);
                _open.Clear();
                break;
            case DiskOperationKind.Rename:
                Change(operation.Path, operation.Target, _now[operation.Path]);
                break;
            case DiskOperationKind.Remove:
                Change(operation.Path, null, null);
                break;
        }
    }

    /// <summary>Files as they may be found after a power cut.</summary>
    /// <param name="isKept">Whether a change of a name, by its number, is there.</param>
    /// <param name="loss">What became of contents that were not flushed.</param>
    /// <param name="random">For what is lost by chance.</param>
    /// <returns>Content by name below the folder.</returns>
    public IReadOnlyDictionary<string, byte[]> After(Func<int, bool> isKept, Loss loss, Random random)
    {
        var names = new SortedDictionary<string, Content>(_names, StringComparer.Ordinal);
        for (var i = 0; i < _open.Count; i++)
            if (isKept(i)) Do(names, _open[i]);
        return names.ToDictionary(name => Path.GetRelativePath(root, name.Key), name => name.Value.After(loss, random));
    }

    private void Change(string path, string? target, Content? content)
    {
        var change = new NameChange(path, target, content);
        Do(_now, change);
        _open.Add(change);
    }

    private static void Do(SortedDictionary<string, Content> names, NameChange change)
    {
        if (change.Target is not null) names.Remove(change.Path);
        if (change.Content is { } content) names[change.Target ?? change.Path] = content;
        else names.Remove(change.Path);
    }

    // One name that is made, removed, or becomes another.
    private sealed record NameChange(string Path, string? Target, Content? Content);

    private sealed class Content
    {
        private byte[] _sure = [];

        public List<DiskOperation> Open { get; } = [];

        public void Flush()
        {
            _sure = All();
            Open.Clear();
        }

        public byte[] After(Loss loss, Random random)
        {
            if (Open.Count == 0 || loss == Loss.All) return _sure;
            var all = All();
            return loss switch
            {
                Loss.None => all,
                Loss.Torn => all[..(_sure.Length + (all.Length - _sure.Length) / 2)],
                Loss.Zeros => [.. _sure, .. new byte[Math.Max(0, all.Length - _sure.Length)]],
                _ => Sectors(all, random),
            };
        }

        // Each sector is the new one, or the old one, which beyond the old end is zeros; the length is the new one.
        private byte[] Sectors(byte[] all, Random random)
        {
            var mixed = (byte[])all.Clone();
            for (var start = 0; start < mixed.Length; start += Sector)
            {
                if (random.Next(2) == 0) continue;
                var sector = mixed.AsSpan(start, Math.Min(Sector, mixed.Length - start));
                sector.Clear();
                if (start < _sure.Length) _sure.AsSpan(start, Math.Min(sector.Length, _sure.Length - start)).CopyTo(sector);
            }
            return mixed;
        }

        private byte[] All()
        {
            var all = _sure;
            foreach (var change in Open)
            {
                var length = change.Kind == DiskOperationKind.Truncate ? (int)change.Offset : Math.Max(all.Length, (int)change.Offset + change.Data.Length);
                if (length != all.Length) Array.Resize(ref all, length);
                else if (ReferenceEquals(all, _sure)) all = (byte[])all.Clone();
                change.Data.CopyTo(all, change.Kind == DiskOperationKind.Write ? change.Offset : 0);
            }
            return all;
        }
    }
}

/// <summary>What a power cut does to content that was not flushed.</summary>
internal enum Loss
{
    /// <summary>All came to the disk by itself.</summary>
    None,

    /// <summary>Nothing did.</summary>
    All,

    /// <summary>The last part is missing.</summary>
    Torn,

    /// <summary>The length did, the content did not.</summary>
    Zeros,

    /// <summary>Some sectors did.</summary>
    Sectors,
}
