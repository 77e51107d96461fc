using Vsml.Files;
using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// A learner's state as tensors: cell/l and hidden/l in canonical order [A, B, N], message/l the backward messages that wait at the
/// boundary before hidden layer l [places, M], error and label [B]. Metadata: format, architecture, and theta, the digest of the
/// meta-parameters, without which a state means nothing. The former format had no digest; it is still read.
/// </summary>
internal static class LearnerState
{
    private const string Format = "vsml-learner-2", FormerFormat = "vsml-learner-1";
    private const int MostHeaderBytes = 16 << 20; // the architecture as JSON, and names

    /// <summary>Writes a learner's state to a file.</summary>
    public static void Save(ILearnerStore store, string path) => SafetensorsFile.Write(path, Tensors(store), Metadata(store));

    /// <summary>Writes a learner's state to a stream.</summary>
    public static void Save(ILearnerStore store, Stream stream) => SafetensorsFile.Write(stream, Tensors(store), Metadata(store));

    /// <summary>Takes over a state from a file; the learner changes only after everything was checked.</summary>
    public static void Load(ILearnerStore store, string path) => Restore(store, SafetensorsFile.Read(path));

    /// <summary>Takes over a state from a stream; the learner changes only after everything was checked.</summary>
    public static void Load(ILearnerStore store, Stream stream) =>
        Restore(store, SafetensorsFile.Read(stream, "the stream", MostBytes(store.Architecture)));

    private static Dictionary<string, string> Metadata(ILearnerStore store) => new()
    {
        ["format"] = Format,
        ["architecture"] = ArchitectureJson.Format(store.Architecture),
        ["theta"] = store.ThetaDigest,
    };

    private static List<Tensor> Tensors(ILearnerStore store)
    {
        WaitingMessages[] messages = [.. Messages(store.Architecture)];
        var state = store.Get(messages);
        var tensors = new List<Tensor>();
        for (var l = 0; l < state.Cells.Length; l++)
        {
            var shape = Shape(store.Architecture, l);
            Add($"cell/{l}", shape, state.Cells[l]);
            Add($"hidden/{l}", shape, state.Hidden[l]);
        }
        foreach (var (which, values) in messages.Zip(state.Messages)) Add(which.Name, which.Shape, values);
        return tensors;

        // What could not be loaded again must not replace what can.
        void Add(string name, int[] shape, float[] values)
        {
            if (((ReadOnlySpan<float>)values).IndexOfNonFinite() is var at and >= 0)
                throw new VsmlException($"The learner's state is not finite ({name} holds {values[at]} at index {at}), so it was not saved. Its theta makes it so; use another, and Reset.");
            tensors.Add(Tensor.Of(name, shape, values));
        }
    }

    private static void Restore(ILearnerStore store, SafetensorsFile file)
    {
        CheckOrigin(store, file);
        WaitingMessages[] messages = [.. Messages(store.Architecture)];
        store.Set(messages, new LearnedState(States("cell"), States("hidden"), [.. messages.Select(which => file.GetSingles(which.Name, which.Shape))]));

        float[][] States(string name) => [.. Enumerable.Range(0, store.Architecture.Layers.Count).Select(layer => file.GetSingles($"{name}/{layer}", Shape(store.Architecture, layer)))];
    }

    private static void CheckOrigin(ILearnerStore store, SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue("format", out var format) || format is not (Format or FormerFormat))
            throw new VsmlException($"{file.Path}: this is not the saved state of a learner.");
        var saved = file.Metadata.TryGetValue("architecture", out var json) ? ArchitectureJson.Parse(json, $"{file.Path} (metadata architecture)") : null;
        if (saved != store.Architecture)
            throw new VsmlException($"{file.Path}: the state belongs to another architecture.");
        if (format == FormerFormat) return;
        if (!file.Metadata.TryGetValue("theta", out var digest) || digest != store.ThetaDigest)
            throw new VsmlException($"{file.Path}: the state was learned under another theta ({digest ?? "unknown"}) than this learner's ({store.ThetaDigest}). Make the learner with that theta.");
    }

    private static long MostBytes(Architecture architecture)
    {
        var floats = Messages(architecture).Sum(messages => (long)messages.Floats);
        foreach (var layer in architecture.Layers) floats += 2 * layer.SubRnnCount * architecture.StateSize;
        return floats * sizeof(float) + MostHeaderBytes;
    }

    private static int[] Shape(Architecture architecture, int layer) => [.. architecture.Layers[layer].SubRnnShape, architecture.StateSize];

    private static IEnumerable<WaitingMessages> Messages(Architecture architecture)
    {
        var layers = architecture.Layers.Count;
        for (var l = 1; l < layers; l++) yield return Message($"message/{l}", l, 0, architecture.MessageSize);
        yield return Message("error", layers, 0, 1);
        if (architecture.LabelFeedback) yield return Message("label", layers, 1, 1);

        WaitingMessages Message(string name, int boundary, int firstEntry, int entries) =>
            new(name, boundary, architecture.Layers[boundary - 1].Outputs, firstEntry, entries);
    }
}
