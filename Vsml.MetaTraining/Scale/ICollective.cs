namespace Vsml.MetaTraining;

/// <summary>
/// What processes that compute together need of whatever connects them. A method that names all ranks is called by all of them, in the
/// same order. One call at a time.
/// </summary>
public interface ICollective : IDisposable
{
    /// <summary>Which process this is, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>Gives all ranks what each has; waits for all of them.</summary>
    /// <param name="mine">What this rank has, of any length.</param>
    /// <returns>What each rank has [ranks].</returns>
    byte[][] AllGather(ReadOnlySpan<byte> mine);

    /// <summary>Sends something to another rank, which receives it.</summary>
    /// <param name="rank">To whom.</param>
    /// <param name="data">What.</param>
    void Send(int rank, ReadOnlySpan<byte> data);

    /// <summary>Waits for what another rank sends.</summary>
    /// <param name="rank">From whom.</param>
    byte[] Receive(int rank);

    /// <summary>Takes all ranks down at once, this one included.</summary>
    /// <param name="reason">One line.</param>
    void Abort(string reason);
}
