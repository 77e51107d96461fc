namespace Vsml.MetaTraining;

/// <summary>A run of a sweep.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Settings">What distinguishes it besides.</param>
/// <param name="Configuration">The run.</param>
public sealed record SweepRun(string Name, ulong Seed, IReadOnlyList<SweepSetting> Settings, RunConfiguration Configuration);

/// <summary>A field of a configuration, and its value.</summary>
/// <param name="Field">Path of the field.</param>
/// <param name="Value">The value as JSON.</param>
public sealed record SweepSetting(string Field, string Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field} = {Value}";
}
