namespace Vsml;

/// <summary>Choices for an <see cref="OnlineClassifier{TLabel}"/>; they are saved with it.</summary>
/// <typeparam name="TLabel">Type of a label.</typeparam>
public sealed record OnlineClassifierOptions<TLabel>
    where TLabel : notnull
{
    /// <summary>Labels that are known before their first example.</summary>
    public IReadOnlyList<TLabel> Labels { get; init; } = [];

    /// <summary>Whether a label that was not seen before becomes a new one; if not, it is refused. Default true.</summary>
    public bool AcceptsNewLabels { get; init; } = true;

    /// <summary>Labels that are always refused, such as one that stands for "unknown".</summary>
    public IReadOnlyList<TLabel> RefusedLabels { get; init; } = [];

    /// <summary>Examples that <see cref="OnlineClassifier{TLabel}.RecentProgress"/> looks back on. Default 200.</summary>
    public int Window { get; init; } = 200;

    /// <summary>Seed of random initial cells, which only networks of several layers have.</summary>
    public ulong Seed { get; init; }
}
