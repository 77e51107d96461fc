using System.Globalization;
using Vsml.Files;

namespace Vsml.Tool.Tracing;

/// <summary>Sizes that a network leaves free, taken from the tensors that an episode is given.</summary>
internal static class TraceSizes
{
    /// <summary>The network with all its sizes: inputs from <c>inputs</c>, outputs from <c>labels</c>, hidden ones from the layer's <c>cell/L</c>.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="file">What the episode is given.</param>
    /// <exception cref="VsmlException">Such a tensor is missing or has no such axis, or a layer of these sizes is impossible.</exception>
    public static Architecture Give(Architecture architecture, SafetensorsFile file)
    {
        if (!architecture.HasFreeSizes) return architecture;
        var layers = architecture.Layers.Count;
        var given = FreeSizes.Give(architecture, [.. FreeSizes.AtBoundaries(architecture).Select((size, boundary) => (size, boundary)).Where(item => item.size is null).Select(item => Size(item.boundary))]);
        return ArchitectureRules.Check(given).FirstOrDefault(problem => !problem.IsWarning) is { } wrong
            ? throw new VsmlException($"With the sizes that the tensors of '{file.Path}' have: {wrong.Path}: {wrong.Message}")
            : given;

        int Size(int boundary)
        {
            var (name, rank) = boundary == 0 ? ("inputs", 3) : boundary == layers ? ("labels", 3) : (string.Create(CultureInfo.InvariantCulture, $"cell/{boundary - 1}"), 4);
            var shape = file.Get(name).Shape;
            return shape.Count == rank
                ? shape[2]
                : throw new VsmlException($"Tensor '{name}' of '{file.Path}' has shape [{string.Join(", ", shape)}], but {rank} axes are needed to tell the network's {FreeSizes.NameOf(boundary, layers)}, which it leaves free.");
        }
    }
}
