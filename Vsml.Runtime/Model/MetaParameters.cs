using Vsml.Files;
using Vsml.Numerics;

namespace Vsml;

/// <summary>Theta: the meta-parameters that all sub-RNNs share, as one flat vector with its layout. Immutable.</summary>
public sealed class MetaParameters
{
    private readonly float[] _values;

    /// <summary>Wraps a copy of a flat vector.</summary>
    /// <param name="architecture">An architecture that theta fits.</param>
    /// <param name="values">The flat vector, in the order of <see cref="ParameterLayout"/>.</param>
    /// <exception cref="VsmlException">The length differs, or a value is not finite.</exception>
    public MetaParameters(Architecture architecture, ReadOnlySpan<float> values)
    {
        Architecture = architecture;
        Layout = ParameterLayout.Of(architecture);
        if (values.Length != Layout.Count)
            throw new VsmlException($"theta has {values.Length} values, but this architecture has {Layout.Count} meta-parameters.");
        foreach (var tensor in Layout.Tensors)
            if (values.Slice(tensor.Offset, tensor.Length).IndexOfNonFinite() is var at and >= 0)
                throw new VsmlException($"{tensor.Name} holds {values[tensor.Offset + at]} at index {at}; all meta-parameters must be finite.");
        _values = values.ToArray();
    }

    /// <summary>An architecture that theta was made for; others that share its parameters run it as well.</summary>
    public Architecture Architecture { get; }

    /// <summary>Which tensor lies where.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The flat vector.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Tells this theta from every other: SHA-256 of <see cref="Values"/> as little-endian bytes, in lower-case hexadecimal digits.</summary>
    public string Digest => ThetaDigest.Of(_values);

    /// <summary>
    /// Draws initial meta-parameters (model.md, "Initial values"): weights truncated normal with sigma 1 / sqrt(fan-in), biases 0,
    /// layer norm scale 1.
    /// </summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="inputGateBias">Initial bias of the i gates; +3 removes a long plateau at the start of meta-training.</param>
    public static MetaParameters Initial(Architecture architecture, ulong seed, float inputGateBias = 0f)
    {
        var layout = ParameterLayout.Of(architecture);
        var values = new float[layout.Count];
        var random = new CounterRandom(seed, RandomStream.Theta, 0, 0);
        foreach (var tensor in layout.Tensors)
        {
            var part = values.AsSpan(tensor.Offset, tensor.Length);
            if (tensor.Columns > 0)
            {
                random.FillTruncatedNormal(part);
                var sigma = 1f / MathF.Sqrt(tensor.Rows);
                foreach (ref var value in part) value *= sigma;
            }
            else if (tensor.Name.EndsWith("_norm/scale", StringComparison.Ordinal)) part.Fill(1f);
            else if (tensor.Name.EndsWith("lstm/b", StringComparison.Ordinal)) part[..architecture.StateSize].Fill(inputGateBias);
        }
        return new MetaParameters(architecture, values);
    }

    /// <summary>Names of the trained meta-parameters that come with the runtime.</summary>
    public static IReadOnlyList<string> ShippedNames => ShippedThetas.Names;

    /// <summary>Trained meta-parameters that come with the runtime.</summary>
    /// <param name="name">One of <see cref="ShippedNames"/>.</param>
    /// <exception cref="VsmlException">There are none of this name.</exception>
    public static MetaParameters Shipped(string name) => ShippedThetas.Get(name);

    /// <summary>Reads named tensors from a safetensors file.</summary>
    /// <param name="path">The file, or shipped:NAME for <see cref="Shipped"/>.</param>
    /// <param name="architecture">The architecture that theta must fit; if null, the one in the file's metadata.</param>
    /// <exception cref="VsmlException">The file is damaged, lacks a tensor, or holds one of another shape or a value that is not finite.</exception>
    public static MetaParameters Load(string path, Architecture? architecture = null)
    {
        if (ShippedThetas.NameIn(path) is { } name) return Shipped(name).For(architecture, path);
        var file = SafetensorsFile.Read(path);
        if (architecture is null)
        {
            if (!file.Metadata.TryGetValue("architecture", out var json))
                throw new VsmlException($"{path}: the metadata has no 'architecture'; give one.");
            architecture = ArchitectureJson.Parse(json, $"{path} (metadata architecture)");
        }
        return Read(file, architecture);
    }

    /// <summary>Takes named tensors out of a safetensors file that was read before.</summary>
    /// <param name="file">The file.</param>
    /// <param name="architecture">The architecture that theta must fit.</param>
    /// <exception cref="VsmlException">A tensor is missing, of another shape, or holds a value that is not finite.</exception>
    public static MetaParameters Read(SafetensorsFile file, Architecture architecture)
    {
        var layout = ParameterLayout.Of(architecture);
        var values = new float[layout.Count];
        foreach (var tensor in layout.Tensors)
            file.GetSingles(tensor.Name, [.. tensor.Shape]).CopyTo(values.AsSpan(tensor.Offset));
        try
        {
            return new MetaParameters(architecture, values);
        }
        catch (VsmlException error)
        {
            throw new VsmlException($"{file.Path}: {error.Message}", error);
        }
    }

    private MetaParameters For(Architecture? architecture, string source) =>
        architecture is null ? this
        : Layout.Equals(ParameterLayout.Of(architecture)) ? new(architecture, _values)
        : throw new VsmlException($"{source}: this theta does not fit the architecture given; leave it out, or give one with the options of the theta's own.");

    /// <summary>Writes named tensors, with the architecture in the metadata; atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">More metadata.</param>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var all = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>())
        {
            ["architecture"] = ArchitectureJson.Format(Architecture),
        };
        SafetensorsFile.Write(path, ToTensors(), all);
    }

    /// <summary>The named tensors.</summary>
    public IEnumerable<Tensor> ToTensors() =>
        Layout.Tensors.Select(tensor => Tensor.Of(tensor.Name, [.. tensor.Shape], _values.AsSpan(tensor.Offset, tensor.Length).ToArray()));
}
