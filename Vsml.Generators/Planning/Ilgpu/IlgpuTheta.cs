using System.Collections.Generic;

namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>
/// Where theta lies when it is packed for a device, and how it gets there: offsets in quads from the first of a group, the same in all
/// groups. Rows of the gates' weights are quads of i, g, f and o of one state entry, scaled as for CPUs (<see cref="CpuTheta.GateFactors"/>).
/// </summary>
/// <param name="Recurrent">Rows of own h: [unit][k].</param>
/// <param name="ForwardRows">Rows of the forward message: [entry][unit].</param>
/// <param name="BackwardRows">Rows of the backward message.</param>
/// <param name="PositionRows">Rows of the position features, or -1.</param>
/// <param name="Bias">The bias: [unit].</param>
/// <param name="Forward">The messenger of forward messages, weights [state entry][quad of the message].</param>
/// <param name="Backward">The messenger of backward messages.</param>
/// <param name="GroupQuads">Quads of a group.</param>
/// <param name="Groups">Number of groups.</param>
/// <param name="GateMoves">How weights and biases of gates get to their places, counted in floats.</param>
/// <param name="RowMoves">How all others get there.</param>
public sealed record IlgpuTheta(
    int Recurrent, int ForwardRows, int BackwardRows, int PositionRows, int Bias, MessengerTensors Forward, MessengerTensors Backward,
    int GroupQuads, int Groups, EquatableArray<GateMove> GateMoves, EquatableArray<RowMove> RowMoves)
{
    /// <summary>Quads of all groups.</summary>
    public int Quads => checked(Groups * GroupQuads);

    /// <summary>Lays out theta of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="units">State entries with padding.</param>
    public static IlgpuTheta Of(NetworkPlan network, int units)
    {
        var (n, m, theta) = (network.Architecture.StateSize, network.Architecture.MessageSize, network.Theta);
        var message = IlgpuPlan.QuadsOf(m);
        var (gates, rows) = (new List<GateMove>(), new List<RowMove>());
        var next = 0;

        // Turned round: all that one state entry needs lies together.
        var recurrent = Take(units * units);
        gates.Add(new("recurrent rows", theta.RecurrentRows, n, 4 * recurrent, RowStep: 4, GateStep: 1, UnitStep: 4 * units));
        var (forwardRows, backwardRows) = (GateRows("forward rows", theta.ForwardRows, m, 4 * message), GateRows("backward rows", theta.BackwardRows, m, 4 * message));
        var positionRows = theta.PositionRows >= 0 ? GateRows("position rows", theta.PositionRows, 3, 3) : -1;
        var bias = GateRows("bias", theta.Bias, 1, 1);
        var (forward, backward) = (Messenger("forward", theta.Forward), Messenger("backward", theta.Backward));
        return new(recurrent, forwardRows, backwardRows, positionRows, bias, forward, backward, next, theta.Groups.Count, new(gates), new(rows));

        int Take(int quads)
        {
            var offset = next;
            next += quads;
            return offset;
        }

        int GateRows(string name, int from, int count, int padded)
        {
            var to = Take(padded * units);
            gates.Add(new(name, from, count, 4 * to, RowStep: 4 * units, GateStep: 1, UnitStep: 4, AddsOffsets: from == theta.Bias));
            return to;
        }

        MessengerTensors Messenger(string name, MessengerTensors from) => new(
            Rows(name + " weights", from.Weights, n, units), Rows(name + " bias", from.Bias, 1, 1),
            from.Scale < 0 ? -1 : Rows(name + " scale", from.Scale, 1, 1), from.Offset < 0 ? -1 : Rows(name + " offset", from.Offset, 1, 1));

        int Rows(string name, int from, int count, int padded)
        {
            var to = Take(padded * message);
            rows.Add(new(name, from, count, m, 4 * to, RowStep: 4 * message, IsCentred: false));
            return to;
        }
    }
}
