using System.Reflection;

namespace Vsml.MetaTraining;

/// <summary>A kind of parts that JSON names by their <c>type</c>.</summary>
/// <param name="Base">What all parts of the family are.</param>
/// <param name="Word">What messages call one.</param>
/// <param name="Shape">How they are read, written and checked.</param>
/// <param name="NeedsDefaults">Whether each must have a default for every field.</param>
internal sealed record PartFamily(Type Base, string Word, Shape Shape, bool NeedsDefaults)
{
    /// <summary>All families: the types marked <see cref="PartFamilyAttribute"/>.</summary>
    public static IReadOnlyList<PartFamily> All { get; } =
    [
        .. typeof(PartFamily).Assembly.GetTypes()
            .Select(type => (Type: type, Mark: type.GetCustomAttribute<PartFamilyAttribute>(inherit: false)))
            .Where(found => found.Mark is not null)
            .Select(found => new PartFamily(found.Type, found.Mark!.Word, (Shape)Activator.CreateInstance(found.Mark.Shape, found.Type)!, found.Mark.NeedsDefaults)),
    ];

    /// <summary>The family of a type's parts; null for another type.</summary>
    public static PartFamily? Of(Type type) => All.FirstOrDefault(family => family.Base.IsAssignableFrom(type));
}

/// <summary>Makes a type the base of a family of parts.</summary>
/// <param name="word">What messages call a part.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
internal sealed class PartFamilyAttribute(string word) : Attribute
{
    /// <summary>What messages call a part.</summary>
    public string Word { get; } = word;

    /// <summary>A <see cref="PartShape"/>, which gets the base.</summary>
    public Type Shape { get; init; } = typeof(PartShape);

    /// <summary>Whether each part must have a default for every field.</summary>
    public bool NeedsDefaults { get; init; }
}
