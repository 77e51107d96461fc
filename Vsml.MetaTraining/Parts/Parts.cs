using System.Reflection;

namespace Vsml.MetaTraining;

/// <summary>
/// The tasks, transforms, estimators, optimizers, truncations and baselines that JSON and the command line can name. Those of the toolkit are among them from the
/// start; a program adds its own by <see cref="Load"/> or <see cref="Register"/>, the command line by <c>--assembly</c>. A part is a
/// record with one public constructor whose parameters and settable properties are numbers, texts, enums, other records or parts,
/// or an <see cref="EquatableArray{T}"/> of these. They are named in JSON like in C#, with a small first letter; the attributes
/// <see cref="System.Text.Json.Serialization.JsonPropertyNameAttribute">JsonPropertyName</see>,
/// <see cref="System.Text.Json.Serialization.JsonRequiredAttribute">JsonRequired</see> and
/// <see cref="System.Text.Json.Serialization.JsonIgnoreAttribute">JsonIgnore</see> hold, and what
/// <see cref="System.ComponentModel.DataAnnotations.RangeAttribute">Range</see>,
/// <see cref="System.ComponentModel.DataAnnotations.MinLengthAttribute">MinLength</see> and
/// <see cref="System.ComponentModel.DataAnnotations.IValidatableObject">IValidatableObject</see> say is checked. Safe from any thread.
/// </summary>
public static class Parts
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(PartFamily Family, string Name), PartKind> ByName = [];
    private static readonly Dictionary<Type, PartKind> ByType = [];

    static Parts() => Load(typeof(Parts).Assembly);

    /// <summary>Registers every type of an assembly that is marked <see cref="VsmlPartAttribute"/>.</summary>
    /// <param name="assembly">The assembly; nothing happens where it was loaded before.</param>
    /// <returns>The names, in order.</returns>
    /// <exception cref="VsmlException">As for <see cref="Register"/>.</exception>
    public static IReadOnlyList<string> Load(Assembly assembly)
    {
        var names = new List<string>();
        foreach (var type in LoadableTypes(assembly))
            if (type.GetCustomAttribute<VsmlPartAttribute>(inherit: false) is { } part) names.AddRange(Register(type, part.Name));
        return names;
    }

    /// <summary>Registers one type.</summary>
    /// <typeparam name="T">A record of a task, transform, estimator, optimizer, truncation or baseline.</typeparam>
    /// <param name="name">Its <c>type</c> in JSON; see <see cref="VsmlPartAttribute"/>.</param>
    /// <exception cref="VsmlException">
    /// Another type has the name, or the type has another one; or the type is no record that JSON can hold, and the message says why.
    /// </exception>
    public static void Register<T>(string name) => Register(typeof(T), name);

    /// <summary>The name of a part.</summary>
    /// <param name="part">The part.</param>
    /// <exception cref="ArgumentException">Its type is not registered.</exception>
    internal static string NameOf(object part) => KindOf(part) is { } kind ? kind.Shape.NameOf(part) ?? kind.Name : throw new ArgumentException($"{part.GetType()} is no registered part.", nameof(part));

    /// <summary>Whether a part belongs to another assembly than the toolkit's.</summary>
    internal static bool IsForeign(object part) => part.GetType().Assembly != typeof(Parts).Assembly;

    /// <summary>All parts of a family that have defaults for all fields, in the order in which they were registered.</summary>
    /// <typeparam name="T">The family's base.</typeparam>
    internal static IReadOnlyList<T> CreateAll<T>()
    {
        lock (Gate) return [.. ByType.Values.Where(kind => kind.Family.Base == typeof(T)).Select(kind => (T)kind.Shape.Create(_ => null))];
    }

    /// <summary>The type registered for a name, or null.</summary>
    internal static PartKind? Find(PartFamily family, string name)
    {
        lock (Gate) return ByName.GetValueOrDefault((family, name));
    }

    /// <summary>The kind of a part, or null if its type is not registered.</summary>
    internal static PartKind? KindOf(object part)
    {
        lock (Gate) return ByType.GetValueOrDefault(part.GetType());
    }

    /// <summary>The assembly of a name that parts come from, or null.</summary>
    internal static Assembly? AssemblyOf(string name)
    {
        lock (Gate) return ByType.Keys.Select(type => type.Assembly).FirstOrDefault(assembly => assembly.GetName().Name == name);
    }

    /// <summary>Names of a family, in ordinal order.</summary>
    internal static IReadOnlyList<string> NamesOf(PartFamily family)
    {
        lock (Gate) return [.. ByName.Keys.Where(key => key.Family == family).Select(key => key.Name).Order(StringComparer.Ordinal)];
    }

    internal static IReadOnlyList<string> Register(Type type, string name)
    {
        if (PartFamily.Of(type) is not { } family)
            throw Refused(type, $"it is none of {Words.List([.. PartFamily.All.Select(one => one.Base.Name).Order(StringComparer.Ordinal)])}.");
        if (type.IsAbstract || type.ContainsGenericParameters) throw Refused(type, "it is abstract or generic.");
        var shape = RecordShape.OfPart(type);
        if (family.NeedsDefaults && shape.Fields.FirstOrDefault(one => one.IsRequired) is { } required) throw Refused(type, $"its field '{required.Name}' needs a default, as every field of a {family.Word}.");
        IReadOnlyList<string> names = shape.TypeField is { } field ? ((ChoiceShape)field.Shape).Names : [name];
        if (shape.TypeField is not null && name.Length > 0) throw Refused(type, $"its field '{PartKind.TypeField}' names it; leave out the name '{name}'.");
        foreach (var one in names)
            if (!IsName(one)) throw Refused(type, $"its name '{one}' is not one: a lower-case letter, then lower-case letters, digits, dots and hyphens.");
        lock (Gate)
        {
            if (ByType.TryGetValue(type, out var known))
                return known.Name == names[0] ? names : throw Refused(type, $"it is registered as '{known.Name}' already.");
            foreach (var one in names)
                if (ByName.TryGetValue((family, one), out var other)) throw Refused(type, $"the {family.Word} '{one}' is {other} already; choose another name.");
            var kind = new PartKind(family, names[0], shape);
            ByType.Add(type, kind);
            foreach (var one in names) ByName.Add((family, one), kind);
        }
        return names;
    }

    // Types whose base types are missing on this machine are no parts.
    private static IEnumerable<Type> LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>();
        }
    }

    private static VsmlException Refused(Type type, string why) => new($"{type.FullName} cannot be a part of runs: {why}");

    private static bool IsName(string name) => name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
}
