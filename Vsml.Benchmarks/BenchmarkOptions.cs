namespace Vsml.Benchmarks;

/// <summary>What to measure.</summary>
/// <param name="Suites">Names of suites; none means all.</param>
/// <param name="Quick">Whether to take fewer and shorter repetitions.</param>
/// <param name="JsonPath">Where the figures are written, if anywhere.</param>
/// <param name="ArchitecturePath">A layout to time instead of the listed cases.</param>
internal sealed record BenchmarkOptions(IReadOnlyList<string> Suites, bool Quick, string? JsonPath, string? ArchitecturePath);
