using System.Globalization;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// Brings the theta of one network to another that groups its meta-parameters otherwise: one that has a theta for each layer, more
/// layers, or sub-RNNs of their own for the backward sweep (formats.md, "Initial theta").
/// </summary>
internal static class ThetaTransfer
{
    private const string Prefix = "theta/";

    /// <summary>A network's theta made of another's.</summary>
    /// <param name="source">The tensors of the other theta; those of other names than theta's are passed over.</param>
    /// <param name="target">The network.</param>
    /// <exception cref="VsmlException">The two do not fit; the message names the tensor.</exception>
    public static MetaParameters Fit(IEnumerable<Tensor> source, Architecture target)
    {
        var tensors = source.Where(tensor => tensor.Name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        if (tensors.Count == 0) throw new VsmlException("it holds no theta (tensors theta/...); give a theta file, or the folder of a run.");
        var groups = new SourceGroups(tensors.Keys.Select(GroupOf));
        var layout = ParameterLayout.Of(target);
        var known = layout.Tensors.Select(tensor => PartOf(tensor.Name)).ToHashSet();
        if (tensors.Keys.FirstOrDefault(name => !known.Contains(PartOf(name))) is { } unknown)
            throw new VsmlException($"it holds {unknown}, which this network does not have; give the model the options that the theta was made with.");
        // What the other theta may lack, such as a learned initial cell, begins as in a new one.
        var values = MetaParameters.Initial(target, seed: 0).Values.ToArray();
        foreach (var tensor in layout.Tensors)
        {
            var (group, part) = (GroupOf(tensor.Name), PartOf(tensor.Name));
            var name = $"{Prefix}{groups.For(group, target.Layers.Count)}/{part}";
            if (!tensors.TryGetValue(name, out var found))
            {
                if (part.Contains("_norm/", StringComparison.Ordinal) || part == "initial_cell") continue;
                throw new VsmlException($"it lacks {name}.");
            }
            if (!found.Shape.SequenceEqual(tensor.Shape))
                throw new VsmlException($"{name} has the shape {Text(found.Shape)}, but this network's {tensor.Name} has {Text(tensor.Shape)}; state size, message size and position features must be the same.");
            found.ToSingles().CopyTo(values.AsSpan(tensor.Offset));
        }
        return new MetaParameters(target, values);
    }

    private static string GroupOf(string name) => name.Split('/') is [_, var group, ..] ? group : "";

    private static string PartOf(string name) => string.Join('/', name.Split('/').Skip(2));

    private static string Text(IEnumerable<int> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>The groups that a theta has, and which of them stands for one of another network.</summary>
    private sealed class SourceGroups(IEnumerable<string> names)
    {
        private const string Shared = "shared", Layer = "layer", Backward = "backward";
        private readonly HashSet<string> _names = [.. names];

        /// <summary>The group to take for one of the other network.</summary>
        /// <param name="group">Its name there.</param>
        /// <param name="layers">How many layers that network has.</param>
        public string For(string group, int layers) => group switch
        {
            Shared => One(Shared, Layer),
            _ when group.StartsWith(Layer, StringComparison.Ordinal) => Layerwise(Shared, Layer, IndexOf(group, Layer), layers),
            _ when !_names.Any(name => name.StartsWith(Backward, StringComparison.Ordinal)) =>
                group == Backward ? One(Shared, Layer) : Layerwise(Shared, Layer, IndexOf(group, Backward), layers),
            Backward => One(Backward, Backward),
            _ => Layerwise(Backward, Backward, IndexOf(group, Backward), layers),
        };

        private string One(string shared, string layer) =>
            _names.Contains(shared) ? shared : Count(layer) <= 1 ? layer + "0"
                : throw new VsmlException($"it has a theta for each of {Count(layer)} layers, this network one for all; set layerwiseParameters.");

        // The last layer, which gives the output, takes that of the last; the others those with their number, or the last of these.
        private string Layerwise(string shared, string layer, int index, int layers)
        {
            if (_names.Contains(shared)) return shared;
            var last = Count(layer) - 1;
            var taken = index == layers - 1 ? last : Math.Min(index, last - 1);
            return layer + Math.Max(0, taken).ToString(CultureInfo.InvariantCulture);
        }

        private int Count(string layer) => Enumerable.Range(0, _names.Count).TakeWhile(l => _names.Contains(layer + l.ToString(CultureInfo.InvariantCulture))).Count();

        private static int IndexOf(string group, string prefix) => int.Parse(group.AsSpan(prefix.Length), CultureInfo.InvariantCulture);
    }
}
