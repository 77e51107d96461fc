using System.Collections.Generic;
using System.Linq;

namespace Vsml;

/// <summary>
/// Sizes that dense layers leave free. One theta runs layers of any size, so their kernels can take them when a learner is made. A size
/// belongs to a boundary: boundary 0 lies before the first layer, boundary K after the last, and the layers on either side agree on it.
/// </summary>
public static class FreeSizes
{
    /// <summary>The size at each boundary, 0 to K; null where it is free.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static IReadOnlyList<int?> AtBoundaries(Architecture architecture) =>
        [architecture.Layers[0].GivenInputs, .. architecture.Layers.Select(layer => layer.GivenOutputs)];

    /// <summary>What the size at a boundary is called: inputs, outputs, and between them hidden, with a number from 1 where there are several.</summary>
    /// <param name="boundary">0 to K.</param>
    /// <param name="layers">K, the number of layers.</param>
    public static string NameOf(int boundary, int layers) =>
        boundary == 0 ? "inputs" : boundary == layers ? "outputs" : layers == 2 ? "hidden" : "hidden" + boundary.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Names of the free sizes of an architecture, from input to output.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static IReadOnlyList<string> NamesOf(Architecture architecture) =>
        [.. AtBoundaries(architecture).Select((size, boundary) => (size, boundary)).Where(item => item.size is null).Select(item => NameOf(item.boundary, architecture.Layers.Count))];

    /// <summary>The architecture with free sizes given.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="sizes">As many as <see cref="NamesOf"/> has names, in that order. They are not checked: <see cref="ArchitectureRules"/> does that.</param>
    public static Architecture Give(Architecture architecture, IReadOnlyList<int> sizes)
    {
        var next = 0;
        var boundaries = AtBoundaries(architecture).Select(size => size ?? sizes[next++]).ToArray();
        return architecture with
        {
            Layers = new(architecture.Layers.Select((layer, l) => layer is DenseLayerSpec ? new DenseLayerSpec(boundaries[l], boundaries[l + 1]) : layer)),
        };
    }

    /// <summary>The architecture with all sizes free that may be: those between dense layers, and its inputs and outputs where a dense layer is there.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static Architecture Release(Architecture architecture) => architecture with
    {
        Layers = new(architecture.Layers.Select((layer, l) => layer is DenseLayerSpec dense
            ? new DenseLayerSpec(l > 0 && architecture.Layers[l - 1] is ConvLayerSpec ? dense.InputCount : null, null)
            : layer)),
    };

    /// <summary>Writes what layers leave out but their neighbours say: a dense layer's inputs from the layer before, its outputs from the dense layer after.</summary>
    /// <param name="layers">The layers as written.</param>
    public static IReadOnlyList<LayerSpec> Complete(IReadOnlyList<LayerSpec> layers)
    {
        var complete = layers.ToArray();
        for (var l = 1; l < complete.Length; l++)
            // A layer of impossible sizes has its own message; one that follows from it would add nothing.
            if (complete[l] is DenseLayerSpec { InputCount: null } dense)
                complete[l] = dense with { InputCount = ArchitectureRules.HasSizes(complete[l - 1]) ? complete[l - 1].GivenOutputs : 1 };
        for (var l = complete.Length - 1; l > 0; l--)
            if (complete[l - 1] is DenseLayerSpec { OutputCount: null } before && complete[l] is DenseLayerSpec { InputCount: { } inputs })
                complete[l - 1] = before with { OutputCount = inputs };
        return complete;
    }
}
