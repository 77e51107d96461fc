namespace Vsml.Tests.Fixtures;

/// <summary>What a piece of work allocates.</summary>
internal static class Allocations
{
    private const int Attempts = 8;

    /// <summary>
    /// Bytes that the work allocates on this thread. A collection that another test causes meanwhile is charged with what was left of the
    /// thread's buffer, so the least of several attempts counts.
    /// </summary>
    /// <param name="work">The work; warm.</param>
    public static long Of(Action work)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
