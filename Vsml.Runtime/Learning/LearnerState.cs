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

    /// <summary>Writes the state of a runner with batch 1 to a file.</summary>
    public static void Save(EpisodeRunner runner, PackedTheta theta, string path) =>
        SafetensorsFile.Write(path, Tensors(runner), Metadata(runner, theta));

    /// <summary>Writes the state of a runner with batch 1 to a stream.</summary>
    public static void Save(EpisodeRunner runner, PackedTheta theta, Stream stream) =>
        SafetensorsFile.Write(stream, Tensors(runner), Metadata(runner, theta));

    /// <summary>Takes over a state from a file; the runner changes only after everything was checked.</summary>
    public static void Load(EpisodeRunner runner, PackedTheta theta, string path) => Restore(runner, theta, SafetensorsFile.Read(path));

    /// <summary>Takes over a state from a stream; the runner changes only after everything was checked.</summary>
    public static void Load(EpisodeRunner runner, PackedTheta theta, Stream stream) =>
        Restore(runner, theta, SafetensorsFile.Read(stream, "the stream", MostBytes(runner)));

    private static Dictionary<string, string> Metadata(EpisodeRunner runner, PackedTheta theta) => new()
    {
        ["format"] = Format,
        ["architecture"] = ArchitectureJson.Format(runner.Model.Architecture),
        ["theta"] = theta.Digest,
    };

    private static List<Tensor> Tensors(EpisodeRunner runner)
    {
        var architecture = runner.Model.Architecture;
        var tensors = new List<Tensor>();
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            int[] shape = [.. architecture.Layers[l].SubRnnShape, architecture.StateSize];
            var cell = new float[runner.CanonicalFloats(l)];
            runner.GetCells(l, cell);
            Add($"cell/{l}", shape, cell);
            var hidden = new float[cell.Length];
            runner.GetHidden(l, hidden);
            Add($"hidden/{l}", shape, hidden);
        }
        foreach (var message in Messages(runner))
        {
            var values = new float[message.Places * message.Entries];
            for (var i = 0; i < values.Length; i++) values[i] = message.At(runner, i);
            Add(message.Name, message.Shape, values);
        }
        return tensors;

        // What could not be loaded again must not replace what can.
        void Add(string name, int[] shape, float[] values)
        {
            if (((ReadOnlySpan<float>)values).IndexOfNonFinite() is var at and >= 0)
                throw new VsmlException($"The learner's state is not finite ({name} holds {values[at]} at index {at}), so it was not saved. Its theta makes it so; use another, and Reset.");
            tensors.Add(Tensor.Of(name, shape, values));
        }
    }

    private static void Restore(EpisodeRunner runner, PackedTheta theta, SafetensorsFile file)
    {
        CheckOrigin(runner.Model.Architecture, theta, file);
        var architecture = runner.Model.Architecture;
        var layers = architecture.Layers.Count;
        var cells = new float[layers][];
        var hidden = new float[layers][];
        for (var l = 0; l < layers; l++)
        {
            int[] shape = [.. architecture.Layers[l].SubRnnShape, architecture.StateSize];
            cells[l] = file.GetSingles($"cell/{l}", shape);
            hidden[l] = file.GetSingles($"hidden/{l}", shape);
        }
        var messages = Messages(runner).Select(message => (Message: message, Values: file.GetSingles(message.Name, message.Shape))).ToArray();

        runner.Reset();
        runner.Resume();
        for (var l = 0; l < layers; l++)
        {
            runner.SetCells(l, cells[l]);
            runner.SetHidden(l, hidden[l]);
        }
        foreach (var (message, values) in messages)
            for (var i = 0; i < values.Length; i++) message.At(runner, i) = values[i];
    }

    private static void CheckOrigin(Architecture architecture, PackedTheta theta, SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue("format", out var format) || format is not (Format or FormerFormat))
            throw new VsmlException($"{file.Path}: this is not the saved state of a learner.");
        var saved = file.Metadata.TryGetValue("architecture", out var json) ? ArchitectureJson.Parse(json, $"{file.Path} (metadata architecture)") : null;
        if (saved != architecture)
            throw new VsmlException($"{file.Path}: the state belongs to another architecture.");
        if (format == FormerFormat) return;
        if (!file.Metadata.TryGetValue("theta", out var digest) || digest != theta.Digest)
            throw new VsmlException($"{file.Path}: the state was learned under another theta ({digest ?? "unknown"}) than this learner's ({theta.Digest}). Make the learner with that theta.");
    }

    private static long MostBytes(EpisodeRunner runner)
    {
        var floats = Messages(runner).Sum(message => (long)message.Places * message.Entries);
        for (var l = 0; l < runner.Model.Architecture.Layers.Count; l++) floats += 2L * runner.CanonicalFloats(l);
        return floats * sizeof(float) + MostHeaderBytes;
    }

    private static IEnumerable<StoredMessage> Messages(EpisodeRunner runner)
    {
        var layers = runner.Model.Architecture.Layers.Count;
        for (var l = 1; l < layers; l++) yield return Message($"message/{l}", l, 0, runner.Model.Architecture.MessageSize);
        yield return Message("error", layers, 0, 1);
        if (runner.Model.Architecture.LabelFeedback) yield return Message("label", layers, 1, 1);

        StoredMessage Message(string name, int boundary, int firstEntry, int entries) =>
            new(name, boundary, runner.Shape.BoundaryUnits[boundary], firstEntry, entries);
    }

    /// <summary>Backward messages that wait at a boundary, or some of their entries.</summary>
    private sealed record StoredMessage(string Name, int Boundary, int Places, int FirstEntry, int Entries)
    {
        public int[] Shape => Name is "error" or "label" ? [Places] : [Places, Entries];

        /// <summary>The float at a flat index of [place, entry].</summary>
        public ref float At(EpisodeRunner runner, int index) =>
            ref runner.State.Backward[Boundary].Span[(FirstEntry + index % Entries) * runner.Shape.PaddedUnits(Boundary) + index / Entries];
    }
}
