using System.Globalization;
using Vsml.Files;

namespace Vsml.Tool.Tracing;

/// <summary>The tensors of a trace under their names and shapes in the file (formats.md, "vsml trace").</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="architecture">The network.</param>
/// <param name="length">T, the number of examples.</param>
/// <param name="batch">Examples that share a tick.</param>
/// <param name="create">Makes a tensor.</param>
internal sealed class TraceOutput<T>(Architecture architecture, int length, int batch, Func<string, int[], T[], Tensor> create)
{
    private readonly List<Tensor> _tensors = [];

    /// <summary>All tensors added so far.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>Adds what the episode gave.</summary>
    public void AddEpisode(T[] logits, T[] losses, T[][] cells, T[][] hidden)
    {
        _tensors.Add(create("logits", [length, batch, architecture.OutputSize], logits));
        _tensors.Add(create("loss", [length, batch], losses));
        AddStates("cell", cells);
        AddStates("hidden", hidden);
    }

    /// <summary>Adds the gradient of the mean loss.</summary>
    public void AddGradient(T[] theta, T[][] cells)
    {
        foreach (var tensor in ParameterLayout.Of(architecture).Tensors)
            _tensors.Add(create($"grad/{tensor.Name}", [.. tensor.Shape], theta.AsSpan(tensor.Offset, tensor.Length).ToArray()));
        AddStates("grad/cell", cells);
    }

    private void AddStates(string name, T[][] states)
    {
        for (var l = 0; l < states.Length; l++)
            _tensors.Add(create(string.Create(CultureInfo.InvariantCulture, $"{name}/{l}"), [batch, .. architecture.Layers[l].SubRnnShape, architecture.StateSize], states[l]));
    }
}
