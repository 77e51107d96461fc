using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Property">The property.</param>
/// <param name="Parameter">The constructor's parameter that sets it; null if the property is set by itself.</param>
/// <param name="Shape">Its values.</param>
internal sealed record RecordField(string Name, PropertyInfo Property, ParameterInfo? Parameter, Shape Shape)
{
    /// <summary>Whether JSON must have it.</summary>
    public bool IsRequired { get; } = Property.IsDefined(typeof(JsonRequiredAttribute)) || Property.IsDefined(typeof(RequiredMemberAttribute)) || (Parameter is { HasDefaultValue: false } && !Property.IsDefined(typeof(DefaultValueAttribute)));

    /// <summary>Whether it is neither written nor checked where it is zero or empty.</summary>
    public bool IsLeftOut { get; } = Property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>Whether its value may be null.</summary>
    public bool MayBeNull { get; } = Property.PropertyType.IsValueType || new NullabilityInfoContext().Create(Property).ReadState == NullabilityState.Nullable;

    /// <summary>What else is said about its values.</summary>
    public IReadOnlyList<ValidationAttribute> Rules { get; } =
        [.. Property.GetCustomAttributes<ValidationAttribute>().Concat(Parameter?.GetCustomAttributes<ValidationAttribute>() ?? []).Where(rule => rule is not (RangeAttribute or MinLengthAttribute))];

    /// <summary>Zero, or what is empty.</summary>
    public object? Empty { get; } = Property.PropertyType.IsValueType || Property.PropertyType == typeof(Architecture) ? Activator.CreateInstance(Property.PropertyType) : null;

    /// <summary>What the parameter is if it is left out.</summary>
    public object? Default => Property.GetCustomAttribute<DefaultValueAttribute>() is { } attribute ? attribute.Value : Parameter is { HasDefaultValue: true, DefaultValue: { } value } ? value : Empty;

    /// <summary>The fields of a type.</summary>
    /// <exception cref="VsmlException">JSON cannot hold one of them.</exception>
    public static IReadOnlyList<RecordField> Of(Type type, ConstructorInfo constructor)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && property.GetMethod is not null)
            .OrderByDescending(property => Depth(property.DeclaringType!)).ThenBy(property => property.MetadataToken).ToList();
        var fields = new List<RecordField>();
        foreach (var parameter in constructor.GetParameters())
        {
            var property = properties.Find(property => string.Equals(property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && property.PropertyType == parameter.ParameterType)
                ?? throw new VsmlException($"the parameter {parameter.Name} of {type.Name} has no property of its name and type");
            properties.Remove(property);
            fields.Add(Create(property, parameter));
        }
        fields.AddRange(properties.Where(IsSettable).Select(property => Create(property, null)));
        if (fields.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new VsmlException($"two fields of {type.Name} are called '{twice.Key}' in JSON");
        return [.. fields.OrderBy(field => field.Name == PartKind.TypeField ? 0 : 1)];
    }

    private static RecordField Create(PropertyInfo property, ParameterInfo? parameter)
    {
        var rules = new FieldRules(
            property.GetCustomAttribute<RangeAttribute>() ?? parameter?.GetCustomAttribute<RangeAttribute>(),
            (property.GetCustomAttribute<MinLengthAttribute>() ?? parameter?.GetCustomAttribute<MinLengthAttribute>())?.Length ?? 0,
            property.IsDefined(typeof(OneOrManyAttribute)),
            property.IsDefined(typeof(TextOrNumberAttribute)),
            property.IsDefined(typeof(DataReferenceAttribute)));
        var name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        try
        {
            return new RecordField(name, property, parameter, Shape.Of(property.PropertyType, rules));
        }
        catch (VsmlException exception)
        {
            throw new VsmlException($"{property.DeclaringType!.Name}.{property.Name}: {exception.Message}", exception);
        }
    }

    private static bool IsSettable(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } && property.GetCustomAttribute<JsonIgnoreAttribute>() is null or { Condition: not JsonIgnoreCondition.Always };

    private static int Depth(Type type)
    {
        var depth = 0;
        for (var t = type; t.BaseType is { } parent; t = parent) depth++;
        return depth;
    }
}
