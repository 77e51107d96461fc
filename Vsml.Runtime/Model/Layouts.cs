namespace Vsml;

/// <summary>Layouts of an architecture: the same theta with other sizes of inputs and outputs.</summary>
public static class Layouts
{
    /// <summary>The architecture with other numbers of inputs and classes, or with these given where they are free; hidden sizes stay.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="inputs">Floats of one input.</param>
    /// <param name="outputs">Classes.</param>
    /// <exception cref="VsmlException">The first layer is a convolution of another input size, hidden sizes are free, or the sizes are impossible.</exception>
    public static Architecture For(Architecture architecture, int inputs, int outputs)
    {
        if (!architecture.HasFreeSizes && architecture.InputSize == inputs && architecture.OutputSize == outputs) return architecture;
        var layers = architecture.Layers.ToArray();
        if (layers[0] is DenseLayerSpec first) layers[0] = first with { InputCount = inputs };
        else if (architecture.InputSize != inputs)
            throw new VsmlException($"The first layer is a convolution of {architecture.InputSize} inputs, but the data have {inputs}; a convolution keeps its input size.");
        if (layers[^1] is DenseLayerSpec last) layers[^1] = last with { OutputCount = outputs };
        var layout = architecture with { Layers = new(layers) };
        RequireSizes(layout);
        return ArchitectureRules.Check(layout).FirstOrDefault(problem => !problem.IsWarning) is { } wrong
            ? throw new VsmlException($"With {inputs} inputs and {outputs} outputs: {wrong.Path}: {wrong.Message}")
            : layout;
    }

    /// <summary>Refuses an architecture with free sizes, for those who run one network.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <exception cref="VsmlException">Sizes are free; names them.</exception>
    public static void RequireSizes(Architecture architecture)
    {
        if (FreeSizes.NamesOf(architecture) is { Count: > 0 } names)
            throw new VsmlException($"The network leaves sizes free ({string.Join(", ", names)}), which are needed here. Write numbers into its layers.");
    }
}
