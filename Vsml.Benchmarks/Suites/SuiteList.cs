namespace Vsml.Benchmarks.Suites;

/// <summary>All suites, in the order in which they run.</summary>
internal static class SuiteList
{
    private static readonly ISuite[] s_all = [new ForwardSuite(), new ThreadsSuite(), new EsSuite(), new AdjointSuite(), new ConvSuite(), new GeneratorSuite(), new PeersSuite(), new IlgpuSuite()];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(suite => suite.Name)];

    /// <summary>Names of those that can time a layout of the user's.</summary>
    public static IReadOnlyList<string> TimingArchitectures { get; } = [.. s_all.Where(suite => suite.TimesArchitectures).Select(suite => suite.Name)];

    /// <summary>The suite of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static ISuite Find(string name) => s_all.Single(suite => suite.Name == name);
}
