using Vsml.Files;
using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// The file of a learner's state: cell/l and hidden/l in canonical order [A, B, N], message/l the backward messages that wait
/// at the boundary before hidden layer l [places, M], error and label [B].
/// </summary>
internal static class LearnerState
{
    private const string Format = "vsml-learner-1";

    /// <summary>Writes the state of a runner with batch 1.</summary>
    public static void Save(EpisodeRunner runner, string path)
    {
        var architecture = runner.Model.Architecture;
        var tensors = new List<Tensor>();
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            int[] shape = [.. architecture.Layers[l].SubRnnShape, architecture.StateSize];
            var cell = new float[runner.CanonicalFloats(l)];
            runner.GetCells(l, cell);
            tensors.Add(Tensor.Of($"cell/{l}", shape, cell));
            var hidden = new float[cell.Length];
            runner.GetHidden(l, hidden);
            tensors.Add(Tensor.Of($"hidden/{l}", shape, hidden));
        }
        foreach (var message in Messages(runner))
        {
            var values = new float[message.Places * message.Entries];
            for (var i = 0; i < values.Length; i++) values[i] = message.At(runner, i);
            tensors.Add(Tensor.Of(message.Name, message.Shape, values));
        }
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = Format,
            ["architecture"] = ArchitectureJson.Format(architecture),
        });
    }

    /// <summary>Reads a state; the runner changes only after everything was checked.</summary>
    public static void Load(EpisodeRunner runner, string path)
    {
        var architecture = runner.Model.Architecture;
        var file = SafetensorsFile.Read(path);
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format)
            throw new VsmlException($"{path}: this is not the saved state of a learner.");
        var saved = file.Metadata.TryGetValue("architecture", out var json) ? ArchitectureJson.Parse(json, $"{path} (metadata architecture)") : null;
        if (saved != architecture)
            throw new VsmlException($"{path}: the state belongs to another architecture.");

        var layers = architecture.Layers.Count;
        var cells = new float[layers][];
        var hidden = new float[layers][];
        for (var l = 0; l < layers; l++)
        {
            int[] shape = [.. architecture.Layers[l].SubRnnShape, architecture.StateSize];
            cells[l] = Finite(file, $"cell/{l}", shape);
            hidden[l] = Finite(file, $"hidden/{l}", shape);
        }
        var messages = Messages(runner).Select(message => (Message: message, Values: Finite(file, message.Name, message.Shape))).ToArray();

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

    private static IEnumerable<StoredMessage> Messages(EpisodeRunner runner)
    {
        var layers = runner.Model.Architecture.Layers.Count;
        for (var l = 1; l < layers; l++) yield return Message($"message/{l}", l, 0, runner.Model.Architecture.MessageSize);
        yield return Message("error", layers, 0, 1);
        if (runner.Model.Architecture.LabelFeedback) yield return Message("label", layers, 1, 1);

        StoredMessage Message(string name, int boundary, int firstEntry, int entries) =>
            new(name, boundary, runner.Shape.BoundaryUnits[boundary], firstEntry, entries);
    }

    private static float[] Finite(SafetensorsFile file, string name, int[] shape)
    {
        var values = file.GetSingles(name, shape);
        if (((ReadOnlySpan<float>)values).IndexOfNonFinite() is var at and >= 0)
            throw new VsmlException($"{file.Path}: {name} holds {values[at]} at index {at}; a state must be finite.");
        return values;
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
