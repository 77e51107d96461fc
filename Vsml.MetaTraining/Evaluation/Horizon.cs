namespace Vsml.Evaluation;

/// <summary>A range of an episode's examples over which accuracies are compared.</summary>
public sealed class Horizon
{
    private readonly Func<int, (int From, int To)?> _range;

    private Horizon(string name, Func<int, (int From, int To)?> range) => (Name, _range) = (name, range);

    /// <summary>Examples 1 to 100.</summary>
    public static Horizon First100 { get; } = First(100);

    /// <summary>Examples 1 to 500.</summary>
    public static Horizon First500 { get; } = First(500);

    /// <summary>Examples 1 to 2000.</summary>
    public static Horizon First2000 { get; } = First(2000);

    /// <summary>All examples.</summary>
    public static Horizon Whole { get; } = new("all", length => (1, length));

    /// <summary>The last 200 examples.</summary>
    public static Horizon Last200 { get; } = new("last 200", length => (Math.Max(1, length - 199), length));

    /// <summary>Examples 91 to 110, around the 100th.</summary>
    public static Horizon Around100 { get; } = new("91-110", length => length >= 110 ? (91, 110) : null);

    /// <summary>All horizons, in the order of results.</summary>
    public static IReadOnlyList<Horizon> All { get; } = [First100, First500, First2000, Whole, Last200, Around100];

    /// <summary>Its name in tables, for example "1-100".</summary>
    public string Name { get; }

    /// <summary>The examples that it takes of an episode, from 1; cut at the end. Null where episodes are too short for it.</summary>
    /// <param name="length">Examples of the episode.</param>
    public (int From, int To)? In(int length) => _range(length);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Horizon First(int examples) => new(FormattableString.Invariant($"1-{examples}"), length => (1, Math.Min(examples, length)));
}
