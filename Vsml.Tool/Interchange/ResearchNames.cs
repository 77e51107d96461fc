using System.Globalization;
using Vsml.Files;

namespace Vsml.Tool.Interchange;

/// <summary>
/// Names that the published code's parameters have in its checkpoints: Haiku's path of a module, then the parameter. Sub-RNNs are
/// numbered in the order in which they are made, those of the backward sweep last.
/// </summary>
internal static class ResearchNames
{
    private const string Network = "vsmlrnn", InConstructor = "~", SubRnn = "sub_rnn";

    private static readonly Dictionary<string, string> s_within = new(StringComparer.Ordinal)
    {
        ["lstm/w"] = "~/custom_lstm/linear/w",
        ["lstm/b"] = "~/custom_lstm/linear/b",
        ["fwd/w"] = "~/linear/w",
        ["fwd/b"] = "~/linear/b",
        ["bwd/w"] = "~/linear_1/w",
        ["bwd/b"] = "~/linear_1/b",
        ["fwd_norm/scale"] = "~/layer_norm/scale",
        ["fwd_norm/offset"] = "~/layer_norm/offset",
        ["bwd_norm/scale"] = "~/layer_norm_1/scale",
        ["bwd_norm/offset"] = "~/layer_norm_1/offset",
    };

    /// <summary>The published name of each tensor of a layout, by ours.</summary>
    /// <param name="layout">The layout.</param>
    /// <exception cref="VsmlException">The published code has no such parameter.</exception>
    public static IReadOnlyDictionary<string, string> Of(ParameterLayout layout)
    {
        List<string> groups = [.. layout.Tensors.Select(tensor => tensor.Name.Split('/')[1]).Distinct()];
        return layout.Tensors.ToDictionary(tensor => tensor.Name, tensor =>
        {
            var parts = tensor.Name.Split('/', 3);
            var number = groups.IndexOf(parts[1]);
            var module = number == 0 ? SubRnn : string.Create(CultureInfo.InvariantCulture, $"{SubRnn}_{number}");
            return s_within.TryGetValue(parts[2], out var within)
                ? $"{Network}/{InConstructor}/{module}/{within}"
                : throw new VsmlException($"The published code has no parameter for {tensor.Name}; export with --names vsml.");
        });
    }

    /// <summary>A name without what differs between versions of Haiku and between programs: marks of constructors, and the network's own name.</summary>
    public static string Plain(string name)
    {
        var parts = name.Split('/').Where(part => part != InConstructor).ToList();
        var at = parts.FindIndex(part => part.StartsWith(SubRnn, StringComparison.Ordinal));
        return string.Join('/', at > 0 ? parts[at..] : parts);
    }

    /// <summary>Puts arrays in the place of a theta's tensors, by published names or by ours.</summary>
    /// <param name="architecture">What theta is for.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="path">Where they come from, for messages.</param>
    /// <exception cref="VsmlException">One is missing, of another shape, or has no place.</exception>
    public static MetaParameters Gather(Architecture architecture, IReadOnlyList<Tensor> arrays, string path)
    {
        var layout = ParameterLayout.Of(architecture);
        var isOurs = arrays.Any(array => array.Name.StartsWith("theta/", StringComparison.Ordinal));
        var names = isOurs ? layout.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Name) : Of(layout);
        var given = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var array in arrays)
            if (!given.TryAdd(Plain(array.Name), array)) throw new VsmlException($"{path}: '{array.Name}' stands there twice.");
        var values = new float[layout.Count];
        foreach (var tensor in layout.Tensors)
        {
            if (!given.Remove(Plain(names[tensor.Name]), out var array))
                throw new VsmlException($"{path}: there is no array '{names[tensor.Name]}', which this architecture needs for {tensor.Name}; it has {string.Join(", ", arrays.Select(other => other.Name))}.");
            if (!array.Shape.SequenceEqual(tensor.Shape))
                throw new VsmlException($"{path}: '{array.Name}' has the shape [{string.Join(", ", array.Shape)}], but this architecture needs [{string.Join(", ", tensor.Shape)}] for {tensor.Name}.");
            array.ToSingles().CopyTo(values, tensor.Offset);
        }
        if (given.Count > 0)
            throw new VsmlException($"{path}: this architecture has no place for {string.Join(", ", given.Values.Select(array => array.Name))}; does it lack layerwiseParameters, messageLayerNorm or the backward sweep?");
        return new MetaParameters(architecture, values);
    }
}
