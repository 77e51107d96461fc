namespace Vsml.Generators;

/// <summary>Names of the pipeline's steps, for tests of what an edit re-runs.</summary>
public static class TrackingNames
{
    /// <summary>Attributes to a declaration and diagnostics.</summary>
    public const string Gather = nameof(Gather);

    /// <summary>The diagnostics, split off.</summary>
    public const string Diagnostics = nameof(Diagnostics);

    /// <summary>The valid declarations, without diagnostics.</summary>
    public const string Models = nameof(Models);

    /// <summary>Full names of models that differ in case only.</summary>
    public const string NameClashes = nameof(NameClashes);

    /// <summary>The declarations with final file names, ready for emission.</summary>
    public const string Emission = nameof(Emission);
}
