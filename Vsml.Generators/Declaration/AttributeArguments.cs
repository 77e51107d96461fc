using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Vsml.Generators.Declaration;

/// <summary>The arguments of one attribute, with their values and their places.</summary>
internal sealed class AttributeArguments
{
    private readonly AttributeData _data;
    private readonly AttributeSyntax _syntax;

    private AttributeArguments(AttributeData data, AttributeSyntax syntax) => (_data, _syntax) = (data, syntax);

    /// <summary>Whether the compiler could not make sense of it, and says so itself.</summary>
    public bool IsBroken => _data.AttributeConstructor is null
        || _data.ConstructorArguments.Any(IsError)
        || _data.NamedArguments.Any(argument => IsError(argument.Value));

    /// <summary>The declaration that it stands on.</summary>
    public SyntaxNode? Owner => _syntax.Parent?.Parent;

    /// <summary>Where it begins in its file.</summary>
    public int Position => _syntax.SpanStart;

    /// <summary>Full name of its type.</summary>
    public string TypeName => _data.AttributeClass!.ToDisplayString();

    /// <summary>Place of its name.</summary>
    public Location NameLocation => _syntax.Name.GetLocation();

    /// <summary>The attributes of a type in source, without those that the compiler could not resolve.</summary>
    /// <param name="type">The type.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static IReadOnlyList<AttributeArguments> Of(INamedTypeSymbol type, CancellationToken cancellation) =>
    [
        .. from data in type.GetAttributes()
           where data.AttributeClass is not null
           let syntax = data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax
           where syntax is not null
           select new AttributeArguments(data, syntax),
    ];

    /// <summary>The value of an argument by the name of its property or parameter, or the default where it is left out.</summary>
    /// <typeparam name="T">Its type: int, bool or double.</typeparam>
    /// <param name="name">Name of the property, or of the constructor's parameter.</param>
    /// <param name="missing">The default.</param>
    public T Value<T>(string name, T missing) => Find(name) is { Kind: not TypedConstantKind.Array, Value: T value } ? value : missing;

    /// <summary>The elements of an array argument, empty where it is left out.</summary>
    /// <param name="name">Name of the constructor's parameter.</param>
    public IReadOnlyList<int> Values(string name) =>
        FindPositional(name) is { Kind: TypedConstantKind.Array, IsNull: false } array ? [.. array.Values.Select(element => element.Value is int value ? value : 0)] : [];

    /// <summary>Whether an argument is given.</summary>
    /// <param name="name">Name of the property or parameter.</param>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether a property is set, as opposed to a constructor's parameter of the same name.</summary>
    /// <param name="name">Name of the property.</param>
    public bool HasNamed(string name) => _data.NamedArguments.Any(argument => argument.Key == name);

    /// <summary>Place of a property's value, otherwise of the attribute's name.</summary>
    /// <param name="name">Name of the property.</param>
    public Location NamedLocation(string name) =>
        (_syntax.ArgumentList?.Arguments ?? default).FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name)?.Expression.GetLocation() ?? NameLocation;

    /// <summary>Place of the first of some arguments that is given, otherwise of the attribute's name.</summary>
    /// <param name="names">Names of properties or parameters.</param>
    public Location LocationOf(params string[] names)
    {
        foreach (var name in names)
            if (Expression(name) is { } expression) return expression.GetLocation();
        return NameLocation;
    }

    /// <summary>Place of an element of a <c>params</c> argument, of the array where it is written as one.</summary>
    /// <param name="index">Index of the element.</param>
    public Location LocationOfElement(int index)
    {
        var arguments = Positional;
        if (arguments.Count == 0) return NameLocation;
        return arguments[index < arguments.Count ? index : 0].Expression.GetLocation();
    }

    private IReadOnlyList<AttributeArgumentSyntax> Positional =>
        [.. (_syntax.ArgumentList?.Arguments ?? default).Where(argument => argument.NameEquals is null)];

    private TypedConstant? Find(string name)
    {
        foreach (var argument in _data.NamedArguments)
            if (argument.Key == name) return argument.Value;
        return FindPositional(name);
    }

    private TypedConstant? FindPositional(string name)
    {
        var index = ParameterIndex(name);
        return index >= 0 && index < _data.ConstructorArguments.Length ? _data.ConstructorArguments[index] : null;
    }

    private ExpressionSyntax? Expression(string name)
    {
        foreach (var argument in _syntax.ArgumentList?.Arguments ?? default)
            if (argument.NameEquals?.Name.Identifier.ValueText == name
                || string.Equals(argument.NameColon?.Name.Identifier.ValueText, name, StringComparison.OrdinalIgnoreCase))
                return argument.Expression;
        var index = ParameterIndex(name);
        return index >= 0 && index < Positional.Count && Positional[index].NameColon is null ? Positional[index].Expression : null;
    }

    private int ParameterIndex(string name)
    {
        var parameters = _data.AttributeConstructor!.Parameters;
        for (var i = 0; i < parameters.Length; i++)
            if (string.Equals(parameters[i].Name, name, StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }

    private static bool IsError(TypedConstant constant) =>
        constant.Kind == TypedConstantKind.Error
        || (constant.Kind == TypedConstantKind.Array && !constant.IsNull && constant.Values.Any(IsError));
}
