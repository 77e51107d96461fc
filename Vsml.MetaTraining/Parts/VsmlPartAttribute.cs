namespace Vsml.MetaTraining;

/// <summary>
/// Gives a task, transform, estimator, optimizer, truncation or baseline its name, under which run configurations and the command line
/// find it (<see cref="Parts"/>). The marked type is a record: compared by value, with JSON fields named like its properties.
/// </summary>
/// <param name="name">
/// The <c>type</c> in JSON: lower-case letters, digits, dots and hyphens. Left out where the record has an enum property that is itself
/// called type in JSON: each of the enum's names is one.
/// </param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class VsmlPartAttribute(string name = "") : Attribute
{
    /// <summary>The name, or empty.</summary>
    public string Name { get; } = name;
}
