namespace Vsml.MetaTraining;

/// <summary>The only process of a run.</summary>
public sealed class LocalCollective : ICollective
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public byte[][] AllGather(ReadOnlySpan<byte> mine) => [mine.ToArray()];

    /// <inheritdoc/>
    public void Send(int rank, ReadOnlySpan<byte> data) => throw NoOther(rank);

    /// <inheritdoc/>
    public byte[] Receive(int rank) => throw NoOther(rank);

    /// <inheritdoc/>
    public void Abort(string reason) => Environment.FailFast(reason);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static InvalidOperationException NoOther(int rank) => new($"There is one process; rank {rank} is none to send to or receive from.");
}
