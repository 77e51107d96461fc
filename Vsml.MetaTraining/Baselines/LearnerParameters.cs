using System.Globalization;
using System.Text;
using System.Text.Json;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>The meta-trained parameters of a learner other than a VSML network, with what they are of. Immutable.</summary>
public sealed class LearnerParameters
{
    private const string LearnerKey = "learner", InputsKey = "inputs", OutputsKey = "outputs", Tensor = "theta";
    private static readonly Shape Shape = PartFamily.Of(typeof(LearnerDescription))!.Shape;
    private readonly float[] _values;

    /// <summary>Wraps a copy of a flat vector.</summary>
    /// <param name="description">What they are of.</param>
    /// <param name="inputs">A, the floats of one input.</param>
    /// <param name="outputs">B, the number of classes.</param>
    /// <param name="values">The flat vector.</param>
    /// <exception cref="VsmlException">The number is wrong, or one is not finite.</exception>
    public LearnerParameters(LearnerDescription description, int inputs, int outputs, ReadOnlySpan<float> values)
    {
        (Description, InputSize, OutputSize, _values) = (description, inputs, outputs, values.ToArray());
        var count = description.Create(inputs, outputs).ParameterCount;
        if (values.Length != count) throw new VsmlException($"{Name} of {inputs} inputs and {outputs} classes has {count} parameters, but {values.Length} are given.");
        if (values.IndexOfNonFinite() is >= 0 and var at) throw new VsmlException($"parameter {at} of {Name} is {values[at]}; all must be finite.");
    }

    /// <summary>What they are of.</summary>
    public LearnerDescription Description { get; }

    /// <summary>A, the floats of one input.</summary>
    public int InputSize { get; }

    /// <summary>B, the number of classes.</summary>
    public int OutputSize { get; }

    /// <summary>The flat vector.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The learner's registered name, for example meta-rnn; its type where it has none.</summary>
    public string Name => Parts.KindOf(Description)?.Name ?? Description.GetType().Name;

    /// <summary>A learner with these parameters, for a task of their sizes.</summary>
    /// <param name="inputs">The task's inputs.</param>
    /// <param name="outputs">The task's classes.</param>
    /// <exception cref="VsmlException">The task has other sizes.</exception>
    public IParametricLearner CreateFor(int inputs, int outputs)
    {
        if ((inputs, outputs) != (InputSize, OutputSize))
            throw new VsmlException($"The parameters of {Name} are for {InputSize} inputs and {OutputSize} classes, but the task has {inputs} and {outputs}; such a learner cannot take other sizes.");
        var learner = Description.Create(inputs, outputs);
        learner.SetParameters(_values);
        return learner;
    }

    /// <summary>Parameters to begin meta-training with.</summary>
    /// <param name="description">What they are of.</param>
    /// <param name="inputs">A, the floats of one input.</param>
    /// <param name="outputs">B, the number of classes.</param>
    /// <param name="seed">Seed of the draw.</param>
    public static LearnerParameters Initial(LearnerDescription description, int inputs, int outputs, ulong seed)
    {
        var random = new CounterRandom(seed, RandomStream.Theta, 0, 0);
        return new(description, inputs, outputs, description.InitialParameters(inputs, outputs, ref random));
    }

    /// <summary>Writes them as a safetensors file (formats.md, "Other learners"), atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">More metadata.</param>
    /// <exception cref="VsmlException">The file cannot be written, or the learner is no registered part.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json)) Shape.Write(writer, Description);
        SafetensorsFile.Write(path, [Files.Tensor.Of(Tensor, [_values.Length], _values)], new Dictionary<string, string>(metadata ?? new Dictionary<string, string>())
        {
            [LearnerKey] = Encoding.UTF8.GetString(json.ToArray()),
            [InputsKey] = InputSize.ToString(CultureInfo.InvariantCulture),
            [OutputsKey] = OutputSize.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote; null where a file holds something else, such as a network's theta.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">The file is damaged.</exception>
    public static LearnerParameters? TryLoad(string path)
    {
        if (ShippedThetas.NameIn(path) is not null) return null;
        var file = SafetensorsFile.Read(path);
        if (!file.Metadata.TryGetValue(LearnerKey, out var json)) return null;
        var source = $"{path} (metadata {LearnerKey})";
        var description = StrictJson.Parse(json, source, root => (LearnerDescription)Shape.Read(root, source, ""));
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(description).Problems, source);
        try
        {
            return new(description, Size(InputsKey), Size(OutputsKey), file.GetSingles(Tensor, file.Get(Tensor).Shape[0]));
        }
        catch (VsmlException exception)
        {
            throw new VsmlException($"{path}: {exception.Message}", exception);
        }

        int Size(string key) => file.Metadata.TryGetValue(key, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? size : throw new VsmlException($"the metadata '{key}' must be a whole number above 0.");
    }
}
