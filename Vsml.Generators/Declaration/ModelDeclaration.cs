namespace Vsml.Generators.Declaration;

/// <summary>A declared model, by value: everything that emission needs, and nothing of the compiler.</summary>
/// <param name="Namespace">Its namespace, empty for the global one.</param>
/// <param name="Name">Its name as an identifier, with <c>@</c> where it is a keyword.</param>
/// <param name="Architecture">The network; valid by <see cref="ArchitectureRules"/>.</param>
public sealed record ModelDeclaration(string Namespace, string Name, Architecture Architecture)
{
    /// <summary>Namespace and name, for example "Demo.MnistLearner".</summary>
    public string FullName => Namespace.Length == 0 ? Name : Namespace + "." + Name;

    /// <summary>Whether kernels for ILGPU are emitted as well: the project references it and the runtime that they need.</summary>
    public bool HasIlgpuKernels { get; init; }

    /// <summary>How exactly kernels for ILGPU compute.</summary>
    public DevicePrecision Precision { get; init; }

    /// <summary>Start of the names of its emitted files; the full name, unless another model's differs in case only.</summary>
    public string FilePrefix { get; init; } = (Namespace.Length == 0 ? Name : Namespace + "." + Name).Replace("@", "");
}
