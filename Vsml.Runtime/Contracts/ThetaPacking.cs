using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vsml.Contracts;

/// <summary>
/// Rows of gates to be packed: entry (row, gate, unit) of a tensor [Rows, 4, N] goes to To + row RowStep + gate GateStep + unit UnitStep,
/// times its gate's factor. Places are counted in floats from the first one of a group.
/// </summary>
/// <param name="From">Where the tensor begins in flat theta.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="To">Where it begins in packed theta.</param>
/// <param name="RowStep">From row to row.</param>
/// <param name="GateStep">From gate to gate, in the order i, g, f, o.</param>
/// <param name="UnitStep">From state entry to state entry.</param>
/// <param name="AddsOffsets">Whether the gates' offsets are added: it is the bias.</param>
public readonly record struct PackedGates(int From, int Rows, int To, int RowStep, int GateStep, int UnitStep, bool AddsOffsets = false);

/// <summary>Rows to be packed as they are: entry (row, column) goes to To + row RowStep + column. Places are counted as in <see cref="PackedGates"/>.</summary>
/// <param name="From">Where the tensor begins in flat theta, row-major.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Floats of a row.</param>
/// <param name="To">Where it begins in packed theta.</param>
/// <param name="RowStep">From row to row.</param>
/// <param name="IsCentred">Whether each row loses its mean.</param>
public readonly record struct PackedRows(int From, int Rows, int Columns, int To, int RowStep, bool IsCentred = false);

/// <summary>
/// How theta is rearranged for the sweeps: which tensor goes where, and the constants that are folded into it. The same for all SIMD
/// levels and all layer sizes.
/// </summary>
/// <param name="GroupStarts">Where each group of meta-parameters begins in flat theta.</param>
/// <param name="GroupFloats">Floats of a packed group; group g begins at g times as many.</param>
/// <param name="StateSize">N.</param>
/// <param name="GateFactors">What each gate's weights are multiplied by, in the order i, g, f, o.</param>
/// <param name="GateOffsets">What is then added to each gate's bias.</param>
/// <param name="Gates">The gates' weights and bias.</param>
/// <param name="Rows">Messengers and norms.</param>
public sealed record ThetaPacking(
    IReadOnlyList<int> GroupStarts, int GroupFloats, int StateSize, Vector128<float> GateFactors, Vector128<float> GateOffsets,
    IReadOnlyList<PackedGates> Gates, IReadOnlyList<PackedRows> Rows)
{
    private readonly PackedGates[] _gates = [.. Gates];
    private readonly PackedRows[] _rows = [.. Rows];

    /// <summary>Floats of packed theta.</summary>
    public int PackedLength => GroupStarts.Count * GroupFloats;

    /// <summary>Rearranges theta.</summary>
    /// <param name="theta">The flat parameter vector of <see cref="ParameterLayout"/>.</param>
    /// <param name="packed"><see cref="PackedLength"/> floats; gaps between tensors are left alone.</param>
    public void Pack(ReadOnlySpan<float> theta, AlignedFloats packed)
    {
        for (var group = 0; group < GroupStarts.Count; group++)
        {
            var from = theta[GroupStarts[group]..];
            var to = packed.Span.Slice(group * GroupFloats, GroupFloats);
            foreach (var gates in _gates) Pack(gates, from, to);
            foreach (var rows in _rows) Pack(rows, from, to);
        }
    }

    private void Pack(PackedGates gates, ReadOnlySpan<float> theta, Span<float> packed)
    {
        var n = StateSize;
        var from = theta.Slice(gates.From, gates.Rows * 4 * n);
        for (var row = 0; row < gates.Rows; row++)
            for (var gate = 0; gate < 4; gate++, from = from[n..])
            {
                var to = packed[(gates.To + row * gates.RowStep + gate * gates.GateStep)..];
                if (gates.UnitStep == 1) Scale(from[..n], GateFactors[gate], to);
                else
                    for (var unit = 0; unit < n; unit++) to[unit * gates.UnitStep] = from[unit] * GateFactors[gate];
                if (!gates.AddsOffsets || GateOffsets[gate] == 0f) continue;
                for (var unit = 0; unit < n; unit++) to[unit * gates.UnitStep] += GateOffsets[gate];
            }
    }

    private static void Pack(PackedRows rows, ReadOnlySpan<float> theta, Span<float> packed)
    {
        for (var row = 0; row < rows.Rows; row++)
        {
            var from = theta.Slice(rows.From + row * rows.Columns, rows.Columns);
            var to = packed.Slice(rows.To + row * rows.RowStep, rows.Columns);
            if (rows.IsCentred) Centre(from, to);
            else from.CopyTo(to);
        }
    }

    private static void Centre(ReadOnlySpan<float> from, Span<float> to)
    {
        var mean = 0f;
        foreach (var value in from) mean += value;
        mean /= from.Length;
        for (var i = 0; i < from.Length; i++) to[i] = from[i] - mean;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(ReadOnlySpan<float> from, float factor, Span<float> to)
    {
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to[..from.Length]);
        nuint at = 0;
        for (; at + 4 <= (nuint)from.Length; at += 4) (Vector128.LoadUnsafe(ref source, at) * factor).StoreUnsafe(ref target, at);
        for (; at < (nuint)from.Length; at++) Unsafe.Add(ref target, at) = Unsafe.Add(ref source, at) * factor;
    }
}
