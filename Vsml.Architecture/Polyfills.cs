namespace System.Runtime.CompilerServices;

/// <summary>Lets init-only properties compile for netstandard2.0.</summary>
internal static class IsExternalInit;

/// <summary>Lets collection expressions make a type; the compiler looks for the attribute by its name.</summary>
[System.AttributeUsage(System.AttributeTargets.Struct)]
internal sealed class CollectionBuilderAttribute(System.Type builderType, string methodName) : System.Attribute
{
    public System.Type BuilderType { get; } = builderType;

    public string MethodName { get; } = methodName;
}
