using System.Collections.Generic;

namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>
/// Where theta lies when it is packed for a device: offsets in quads from the first of a group, the same in all groups. Rows of the
/// gates' weights are quads of i, g, f and o of one state entry; these are scaled so that sigmoid and tanh begin with 2^x, and their
/// offsets are in the bias.
/// </summary>
/// <param name="Recurrent">Rows of own h: [unit][k].</param>
/// <param name="ForwardRows">Rows of the forward message: [entry][unit].</param>
/// <param name="BackwardRows">Rows of the backward message.</param>
/// <param name="PositionRows">Rows of the position features, or -1.</param>
/// <param name="Bias">The bias: [unit].</param>
/// <param name="Forward">The messenger of forward messages.</param>
/// <param name="Backward">The messenger of backward messages.</param>
/// <param name="OutputColumn">What the forward messenger makes of each state entry for the output entry alone.</param>
/// <param name="GroupQuads">Quads of a group.</param>
/// <param name="Groups">Number of groups.</param>
public sealed record IlgpuTheta(
    int Recurrent, int ForwardRows, int BackwardRows, int PositionRows, int Bias, DeviceMessenger Forward, DeviceMessenger Backward, int OutputColumn, int GroupQuads, int Groups)
{
    /// <summary>Quads of all groups.</summary>
    public int Quads => checked(Groups * GroupQuads);

    /// <summary>Lays out theta of a network.</summary>
    /// <param name="network">The network.</param>
    public static IlgpuTheta Of(NetworkPlan network)
    {
        var architecture = network.Architecture;
        var state = IlgpuPlan.QuadsOf(architecture.StateSize);
        var (units, message) = (4 * state, IlgpuPlan.QuadsOf(architecture.MessageSize));
        var next = 0;
        return new(
            Take(units * units), Take(4 * message * units), Take(4 * message * units),
            architecture.PositionFeatures ? Take(3 * units) : -1, Take(units),
            Messenger(), Messenger(), Take(state), next, network.Theta.Groups.Count);

        DeviceMessenger Messenger() => new(
            Take(units * message), Take(message), architecture.MessageLayerNorm ? Take(message) : -1, architecture.MessageLayerNorm ? Take(message) : -1);

        int Take(int quads)
        {
            var offset = next;
            next += quads;
            return offset;
        }
    }

    /// <summary>What a group's floats are made of; all others are zero.</summary>
    /// <param name="network">The network that this was made of.</param>
    public IEnumerable<ThetaPart> Parts(NetworkPlan network)
    {
        var architecture = network.Architecture;
        var (n, m, theta) = (architecture.StateSize, architecture.MessageSize, network.Theta);
        var (state, message) = (IlgpuPlan.QuadsOf(n), IlgpuPlan.QuadsOf(m));
        var units = 4 * state;
        for (var gate = 0; gate < 4; gate++)
        {
            // Rows of h are turned round: all that one gate needs lies together.
            yield return Gate(theta.RecurrentRows, Recurrent, n, gate) with { TargetRow = 4, TargetColumn = 4 * units };
            yield return Gate(theta.ForwardRows, ForwardRows, m, gate);
            yield return Gate(theta.BackwardRows, BackwardRows, m, gate);
            if (PositionRows >= 0) yield return Gate(theta.PositionRows, PositionRows, 3, gate);
            yield return Gate(theta.Bias, Bias, 1, gate) with { Offset = gate == 0 ? ThetaPlan.InputGateOffset : gate == 2 ? ThetaPlan.ForgetGateOffset : 0f };
        }
        foreach (var (from, to) in new[] { (theta.Forward, Forward), (theta.Backward, Backward) })
        {
            yield return new(from.Weights, 4 * to.Weights, n, m, 4 * message, m, 1, 1);
            yield return Vector(from.Bias, to.Bias);
            if (to.Scale < 0) continue;
            yield return Vector(from.Scale, to.Scale);
            yield return Vector(from.Offset, to.Offset);
        }
        yield return new(theta.Forward.Weights + architecture.OutputIndex, 4 * OutputColumn, n, m, 1, 1, 0, 0);

        ThetaPart Gate(int source, int target, int rows, int gate) =>
            new(source + gate * n, 4 * target + gate, rows, 4 * n, 4 * units, n, 1, 4) { IsTanh = gate == 1, IsGate = true };

        ThetaPart Vector(int source, int target) => new(source, 4 * target, 1, 0, 0, m, 1, 1);
    }
}

/// <summary>Tensors of a messenger, in quads from the first of a group.</summary>
/// <param name="Weights">W: [state entry][quad of the message].</param>
/// <param name="Bias">b.</param>
/// <param name="Scale">Layer norm's scale, or -1.</param>
/// <param name="Offset">Layer norm's offset, or -1.</param>
public sealed record DeviceMessenger(int Weights, int Bias, int Scale, int Offset);

/// <summary>A matrix of theta and where it goes: element (row, column) moves from Source + row SourceRow + column SourceColumn to Target + row TargetRow + column TargetColumn.</summary>
/// <param name="Source">In flat theta, floats from the group's first.</param>
/// <param name="Target">In packed theta, likewise.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="SourceRow">From row to row in flat theta.</param>
/// <param name="TargetRow">From row to row in packed theta.</param>
/// <param name="Columns">Number of columns.</param>
/// <param name="SourceColumn">From column to column in flat theta.</param>
/// <param name="TargetColumn">From column to column in packed theta.</param>
public sealed record ThetaPart(int Source, int Target, int Rows, int SourceRow, int TargetRow, int Columns, int SourceColumn, int TargetColumn)
{
    /// <summary>Whether it belongs to the gates' weights, which are scaled.</summary>
    public bool IsGate { get; init; }

    /// <summary>Whether that gate is g.</summary>
    public bool IsTanh { get; init; }

    /// <summary>Added before scaling.</summary>
    public float Offset { get; init; }
}
