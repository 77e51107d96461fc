using Vsml.MetaTraining;

namespace Vsml.Tool;

/// <summary>What a command may use of the world outside: where it prints, and when it must stop.</summary>
/// <param name="Output">Takes results.</param>
/// <param name="Error">Takes error lines and remarks.</param>
/// <param name="IsInteractive">Whether a person watches <paramref name="Output"/> on a terminal.</param>
/// <param name="Cancellation">Requested after Ctrl-C, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 or SIGUSR2.</param>
public sealed record ToolContext(TextWriter Output, TextWriter Error, bool IsInteractive = false, CancellationToken Cancellation = default)
{
    /// <summary>Opens standard output for results that are no lines of text.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Meets the processes that share a run, given how long one may be silent; this one alone where none were started with it.</summary>
    public Func<TimeSpan, RankGroup> MeetRanks { get; init; } = _ => RankGroup.Alone;

    /// <summary>Runs work that cannot be interrupted by itself; when a stop is requested the work is abandoned.</summary>
    /// <typeparam name="T">What the work results in.</typeparam>
    /// <param name="work">Work that writes no files.</param>
    /// <exception cref="OperationCanceledException">A stop was requested first.</exception>
    public T Abandonable<T>(Func<T> work)
    {
        Cancellation.ThrowIfCancellationRequested();
        return Task.Run(work, CancellationToken.None).WaitAsync(Cancellation).GetAwaiter().GetResult();
    }
}
