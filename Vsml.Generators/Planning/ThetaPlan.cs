using System;
using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// Where the meta-parameters lie in the flat vector of <see cref="ParameterLayout"/>: groups one after another, the tensors at the same
/// offsets from the first float of every group. Matrices are row-major: lstm/w has 4N columns in the order i, g, f, o, messengers have M.
/// </summary>
/// <remarks>
/// The LSTM step: z = x W + bias, c' = sigmoid(f + <see cref="ForgetGateOffset"/>) c + sigmoid(i + <see cref="InputGateOffset"/>) tanh(g),
/// h' = sigmoid(o) tanh(c'), where x = [forward message, backward message, position features, h].
/// </remarks>
/// <param name="Groups">The groups in flat order.</param>
/// <param name="ForwardRows">Rows of lstm/w for the forward message [M, 4N].</param>
/// <param name="BackwardRows">Rows for the backward message [M, 4N].</param>
/// <param name="PositionRows">Rows for the position features a, b, layer [3, 4N], or -1.</param>
/// <param name="RecurrentRows">Rows for the sub-RNN's own h [N, 4N].</param>
/// <param name="Bias">lstm/b [4N].</param>
/// <param name="Forward">The messenger of forward messages.</param>
/// <param name="Backward">The messenger of backward messages.</param>
/// <param name="InitialCell">initial_cell [N], which groups of forward sweeps have and which is added to all cells of their layers when an episode begins; or -1.</param>
/// <param name="Count">Floats of all groups.</param>
public sealed record ThetaPlan(
    EquatableArray<ThetaGroup> Groups,
    int ForwardRows, int BackwardRows, int PositionRows, int RecurrentRows, int Bias,
    MessengerTensors Forward, MessengerTensors Backward, int InitialCell, int Count)
{
    /// <summary>Added to the forget gate before its sigmoid.</summary>
    public const float ForgetGateOffset = 5f;

    /// <summary>Added to the input gate before its sigmoid.</summary>
    public const float InputGateOffset = -5f;

    /// <summary>Added to the variance in layer norm.</summary>
    public const float NormEpsilon = 1e-5f;

    /// <summary>Index of the group that a layer's sub-RNNs use in a sweep.</summary>
    /// <param name="architecture">The architecture that this was made of.</param>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="sweep">The sweep.</param>
    public int GroupOf(Architecture architecture, int layer, Sweep sweep)
    {
        var name = ParameterLayout.GroupOf(architecture, layer, sweep == Sweep.Backward);
        return Groups.Select((group, index) => (group, index)).First(item => item.group.Name == name).index;
    }

    /// <summary>The plan of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static ThetaPlan Of(Architecture architecture)
    {
        var layout = ParameterLayout.Of(architecture);
        // The first group is one of a forward sweep, which has all tensors there are.
        var prefix = $"theta/{layout.Groups[0]}/";
        var columns = 4 * architecture.StateSize;
        var messages = architecture.MessageSize * columns;
        return new(
            new(layout.Groups.Select(Group)),
            ForwardRows: 0,
            BackwardRows: messages,
            PositionRows: architecture.PositionFeatures ? 2 * messages : -1,
            RecurrentRows: (architecture.SubRnnInputs - architecture.StateSize) * columns,
            OffsetOf("lstm/b"), Messenger("fwd"), Messenger("bwd"), OffsetOf("initial_cell"), layout.Count);

        ThetaGroup Group(string name)
        {
            var tensors = layout.Tensors.Where(tensor => tensor.Name.StartsWith($"theta/{name}/", StringComparison.Ordinal)).ToArray();
            return new(name, tensors[0].Offset, tensors.Sum(tensor => tensor.Length));
        }

        int OffsetOf(string name) => layout.Tensors.FirstOrDefault(tensor => tensor.Name == prefix + name)?.Offset ?? -1;

        MessengerTensors Messenger(string name) => new(OffsetOf(name + "/w"), OffsetOf(name + "/b"), OffsetOf(name + "_norm/scale"), OffsetOf(name + "_norm/offset"));
    }
}

/// <summary>A group of meta-parameters: one set of sub-RNNs.</summary>
/// <param name="Name">Name without "theta/", for example "shared", "layer0" or "backward".</param>
/// <param name="Offset">Index of its first float in flat theta.</param>
/// <param name="Length">Number of floats.</param>
public sealed record ThetaGroup(string Name, int Offset, int Length);

/// <summary>Tensors of a messenger, as offsets from the first float of a group.</summary>
/// <param name="Weights">W [N, M].</param>
/// <param name="Bias">b [M].</param>
/// <param name="Scale">Layer norm's scale [M], or -1.</param>
/// <param name="Offset">Layer norm's offset [M], or -1.</param>
public sealed record MessengerTensors(int Weights, int Bias, int Scale, int Offset);
