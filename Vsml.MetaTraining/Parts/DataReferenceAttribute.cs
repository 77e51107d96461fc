namespace Vsml.MetaTraining;

/// <summary>
/// Marks a text property of a part that names data: a data set's name or the path of a file. A run folder records where the data lie
/// and a digest of what they hold, and the run goes on with no others.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DataReferenceAttribute : Attribute;
