using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Vsml;

/// <summary>One tensor of theta: its name, shape and place in the flat parameter vector.</summary>
/// <param name="Name">Full name, for example "theta/shared/lstm/w".</param>
/// <param name="Rows">First extent.</param>
/// <param name="Columns">Second extent, or 0 for a vector.</param>
/// <param name="Offset">Index of its first float in the flat vector; row-major from there.</param>
public sealed record ParameterTensor(string Name, int Rows, int Columns, int Offset)
{
    /// <summary>Number of floats.</summary>
    public int Length => Rows * Math.Max(Columns, 1);

    /// <summary>The shape, [Rows] or [Rows, Columns].</summary>
    public IReadOnlyList<int> Shape => Columns == 0 ? new[] { Rows } : new[] { Rows, Columns };
}

/// <summary>
/// Which tensor lies where in the flat vector that ES and BPTT see: groups in the order shared | layer0, layer1, ... then
/// backward | backward0, ...; within a group lstm, fwd, bwd, norms, initial cell (formats.md, "Parameter names").
/// </summary>
public sealed class ParameterLayout : IEquatable<ParameterLayout>
{
    private ParameterLayout(EquatableArray<ParameterTensor> tensors, EquatableArray<string> groups)
    {
        Tensors = tensors;
        Groups = groups;
        Count = tensors.Sum(tensor => tensor.Length);
    }

    /// <summary>All tensors in flat order.</summary>
    public EquatableArray<ParameterTensor> Tensors { get; }

    /// <summary>Group names in flat order, without "theta/".</summary>
    public EquatableArray<string> Groups { get; }

    /// <summary>|V_M|: number of meta-parameters.</summary>
    public int Count { get; }

    /// <summary>The layout of an architecture; depends on N, M, options and, with layer-wise theta, on the number of layers.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static ParameterLayout Of(Architecture architecture)
    {
        var groups = new List<string>();
        AddGroups("shared", "layer");
        var forwardGroups = groups.Count;
        if (architecture.Schedule.BackwardSweep == BackwardSweep.Separate) AddGroups("backward", "backward");

        var (n, m) = (architecture.StateSize, architecture.MessageSize);
        var tensors = new List<ParameterTensor>();
        for (var g = 0; g < groups.Count; g++)
        {
            Add(g, "lstm/w", architecture.SubRnnInputs, 4 * n);
            Add(g, "lstm/b", 4 * n);
            Add(g, "fwd/w", n, m);
            Add(g, "fwd/b", m);
            Add(g, "bwd/w", n, m);
            Add(g, "bwd/b", m);
            if (architecture.MessageLayerNorm)
            {
                Add(g, "fwd_norm/scale", m);
                Add(g, "fwd_norm/offset", m);
                Add(g, "bwd_norm/scale", m);
                Add(g, "bwd_norm/offset", m);
            }
            if (architecture.LearnedInitialCell && g < forwardGroups) Add(g, "initial_cell", n);
        }
        return new ParameterLayout(new(tensors), new(groups));

        void AddGroups(string one, string perLayer)
        {
            if (!architecture.LayerwiseParameters) groups.Add(one);
            else
                for (var l = 0; l < architecture.Layers.Count; l++)
                    groups.Add(perLayer + l.ToString(CultureInfo.InvariantCulture));
        }

        void Add(int group, string name, int rows, int columns = 0)
        {
            var offset = tensors.Count == 0 ? 0 : tensors[tensors.Count - 1].Offset + tensors[tensors.Count - 1].Length;
            tensors.Add(new ParameterTensor($"theta/{groups[group]}/{name}", rows, columns, offset));
        }
    }

    /// <summary>Name of the group that the sub-RNNs of a layer use in a sweep.</summary>
    /// <param name="architecture">The architecture that this layout was made of.</param>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="backward">Whether the backward sweep is meant.</param>
    public static string GroupOf(Architecture architecture, int layer, bool backward)
    {
        var separate = backward && architecture.Schedule.BackwardSweep == BackwardSweep.Separate;
        if (!architecture.LayerwiseParameters) return separate ? "backward" : "shared";
        return (separate ? "backward" : "layer") + layer.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Finds a tensor of a group.</summary>
    /// <param name="group">Group name, for example "shared".</param>
    /// <param name="name">Name within the group, for example "lstm/w".</param>
    /// <exception cref="KeyNotFoundException">The layout has no such tensor.</exception>
    public ParameterTensor Find(string group, string name)
    {
        var full = $"theta/{group}/{name}";
        foreach (var tensor in Tensors)
            if (tensor.Name == full) return tensor;
        throw new KeyNotFoundException($"There is no tensor '{full}' in this layout.");
    }

    /// <inheritdoc/>
    public bool Equals(ParameterLayout? other) => other is not null && Tensors == other.Tensors;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParameterLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => Tensors.GetHashCode();
}
