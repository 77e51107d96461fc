using System.Collections.Generic;

namespace Vsml.Generators.Planning;

/// <summary>
/// Where theta lies when packed for the sweeps, and how it gets there. The same for all groups, all layer sizes and all SIMD levels, so
/// that one packed theta serves any layout. Gates are scaled by -log2(e), or -2 log2(e) for g, and their offsets folded into the bias,
/// so that sigmoid and tanh begin with a bare exp2.
/// </summary>
/// <param name="Recurrent">Rows of own h: [unit][k][gate].</param>
/// <param name="ForwardInput">Rows of the forward message: [entry][gate N + unit].</param>
/// <param name="BackwardInput">Rows of the backward message: [entry][gate N + unit].</param>
/// <param name="Position">Rows of the three position features, or -1.</param>
/// <param name="Bias">Bias with gate offsets: [gate N + unit].</param>
/// <param name="Forward">The messenger that makes forward messages.</param>
/// <param name="Backward">The messenger that makes backward messages.</param>
/// <param name="Entries">The same once more for convolutions, where the lanes of a vector are entries.</param>
/// <param name="GroupFloats">Floats of one group.</param>
/// <param name="GateMoves">How weights and biases of gates get to their places.</param>
/// <param name="RowMoves">How all others get there.</param>
public sealed record CpuTheta(
    int Recurrent, int ForwardInput, int BackwardInput, int Position, int Bias, MessengerTensors Forward, MessengerTensors Backward, EntryTheta Entries,
    int GroupFloats, EquatableArray<GateMove> GateMoves, EquatableArray<RowMove> RowMoves)
{
    /// <summary>-log2(e): sigmoid(x) = 1 / (1 + 2^(-x log2 e)).</summary>
    public const float MinusLog2E = -1.442695041f;

    /// <summary>-2 log2(e): tanh(x) = (1 - 2^(-2 x log2 e)) / (1 + 2^(-2 x log2 e)).</summary>
    public const float MinusTwoLog2E = -2.885390082f;

    /// <summary>What each gate's weights are multiplied by, in the order i, g, f, o.</summary>
    public static readonly EquatableArray<float> GateFactors = new([MinusLog2E, MinusTwoLog2E, MinusLog2E, MinusLog2E]);

    /// <summary>What is added to each gate's bias once it is multiplied.</summary>
    public static readonly EquatableArray<float> GateOffsets = new([ThetaPlan.InputGateOffset * MinusLog2E, 0f, ThetaPlan.ForgetGateOffset * MinusLog2E, 0f]);

    /// <summary>Entries of a message with padding, where they are lanes: 8, or whole blocks.</summary>
    /// <param name="messageSize">M.</param>
    public static int PaddedMessage(int messageSize) => messageSize <= 8 ? 8 : Blocks.Pad(messageSize);

    /// <summary>The packing for a network.</summary>
    /// <param name="network">The network.</param>
    public static CpuTheta Of(NetworkPlan network)
    {
        var (n, m) = (network.Architecture.StateSize, network.Architecture.MessageSize);
        var (columns, theta) = (4 * n, network.Theta);
        var (entries, message) = (Blocks.Pad(n), PaddedMessage(m));
        var (hasPositions, normalises) = (theta.PositionRows >= 0, network.Summands == Summands.NormalisedMessages);
        var regions = new Regions();
        var (gates, rows) = (new List<GateMove>(), new List<RowMove>());

        var recurrent = Take(n * columns);
        gates.Add(new("recurrent rows", theta.RecurrentRows, n, recurrent, RowStep: 4, GateStep: 1, UnitStep: columns));
        var (forwardInput, backwardInput) = (GateRows("forward rows", theta.ForwardRows, m, n), GateRows("backward rows", theta.BackwardRows, m, n));
        var position = hasPositions ? GateRows("position rows", theta.PositionRows, 3, n) : -1;
        var bias = GateRows("bias", theta.Bias, 1, n);
        var (forward, backward) = (Messenger("forward", theta.Forward), Messenger("backward", theta.Backward));
        var entryTheta = new EntryTheta(
            GateRows("recurrent rows", theta.RecurrentRows, n, entries), GateRows("forward rows", theta.ForwardRows, m, entries), GateRows("backward rows", theta.BackwardRows, m, entries),
            hasPositions ? GateRows("position rows", theta.PositionRows, 3, entries) : -1, GateRows("bias", theta.Bias, 1, entries),
            EntryRows("forward weights", theta.Forward.Weights, n), EntryRows("forward bias", theta.Forward.Bias, 1),
            EntryRows("backward weights", theta.Backward.Weights, n), EntryRows("backward bias", theta.Backward.Bias, 1));
        return new(recurrent, forwardInput, backwardInput, position, bias, forward, backward, entryTheta, regions.Length.Number, new(gates), new(rows));

        int Take(int floats) => regions.Take(floats).Number;

        int GateRows(string name, int from, int count, int gateStep)
        {
            var to = Take(checked(count * 4 * gateStep));
            gates.Add(new(name, from, count, to, 4 * gateStep, gateStep, UnitStep: 1, AddsOffsets: from == theta.Bias));
            return to;
        }

        MessengerTensors Messenger(string name, MessengerTensors from) => new(
            Plain(name + " weights", from.Weights, n), Plain(name + " bias", from.Bias, 1),
            normalises ? Plain(name + " scale", from.Scale, 1) : -1, normalises ? Plain(name + " offset", from.Offset, 1) : -1);

        int Plain(string name, int from, int count)
        {
            var to = Take(count * m);
            rows.Add(new(name, from, count, m, to, m, IsCentred: false));
            return to;
        }

        // Each row less its mean: messages made with them have the mean zero that layer norm asks for.
        int EntryRows(string name, int from, int count)
        {
            var to = Take(count * message);
            rows.Add(new(name, from, count, m, to, message, IsCentred: normalises));
            return to;
        }
    }
}

/// <summary>Offsets within a group of what convolutions read: rows [gate][entry], the entries of each gate padded with zeros to whole blocks.</summary>
/// <param name="Recurrent">Rows of own h.</param>
/// <param name="ForwardInput">Rows of the forward message.</param>
/// <param name="BackwardInput">Rows of the backward message.</param>
/// <param name="Position">Rows of the three position features, or -1.</param>
/// <param name="Bias">Bias with gate offsets.</param>
/// <param name="ForwardWeights">Messenger of forward messages: rows [k] of padded entries. With layer norm each row is less its mean, which takes the mean off the messages.</param>
/// <param name="ForwardBias">Its bias, likewise.</param>
/// <param name="BackwardWeights">Messenger of backward messages.</param>
/// <param name="BackwardBias">Its bias.</param>
public sealed record EntryTheta(
    int Recurrent, int ForwardInput, int BackwardInput, int Position, int Bias, int ForwardWeights, int ForwardBias, int BackwardWeights, int BackwardBias);

/// <summary>
/// A tensor [Rows, 4, N] on its way into packed theta: entry (row, gate, unit) goes to To + row RowStep + gate GateStep + unit UnitStep,
/// times its gate's factor. Printed as Vsml.Contracts.PackedGates.
/// </summary>
/// <param name="Name">What it is.</param>
/// <param name="From">Where it begins in a group of flat theta.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="To">Where it begins in a packed group.</param>
/// <param name="RowStep">From row to row.</param>
/// <param name="GateStep">From gate to gate.</param>
/// <param name="UnitStep">From state entry to state entry.</param>
/// <param name="AddsOffsets">Whether the gates' offsets are added: it is the bias.</param>
public sealed record GateMove(string Name, int From, int Rows, int To, int RowStep, int GateStep, int UnitStep, bool AddsOffsets = false);

/// <summary>A tensor [Rows, Columns] on its way into packed theta, as it is. Printed as Vsml.Contracts.PackedRows.</summary>
/// <param name="Name">What it is.</param>
/// <param name="From">Where it begins in a group of flat theta.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Floats of a row.</param>
/// <param name="To">Where it begins in a packed group.</param>
/// <param name="RowStep">From row to row there.</param>
/// <param name="IsCentred">Whether each row loses its mean.</param>
public sealed record RowMove(string Name, int From, int Rows, int Columns, int To, int RowStep, bool IsCentred);
