namespace Vsml.MetaTraining;

/// <summary>A registered type of part.</summary>
/// <param name="Family">The family.</param>
/// <param name="Name">Its name in JSON, one of several where the shape has a field for it.</param>
/// <param name="Shape">Its fields.</param>
internal sealed record PartKind(PartFamily Family, string Name, RecordShape Shape)
{
    /// <summary>JSON field that names the kind.</summary>
    public const string TypeField = "type";

    /// <summary>The record.</summary>
    public Type Type => Shape.Type;

    /// <summary>Whether it comes with the toolkit.</summary>
    public bool IsBuiltIn => Type.Assembly == typeof(Parts).Assembly;

    /// <summary>The type with its assembly, for messages.</summary>
    public override string ToString() => $"{Type.FullName} of {Type.Assembly.GetName().Name}";
}
