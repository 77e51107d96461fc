namespace System.Runtime.CompilerServices;

/// <summary>Lets init-only properties compile for netstandard2.0.</summary>
internal static class IsExternalInit;

/// <summary>Marks a type that the compiler builds from an interpolated string.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
internal sealed class InterpolatedStringHandlerAttribute : Attribute;
