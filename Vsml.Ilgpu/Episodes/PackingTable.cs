using Vsml.Contracts;

namespace Vsml.Ilgpu;

/// <summary>What each float of packed theta is made of: a device packs many members at once, one float a thread.</summary>
internal sealed class PackingTable
{
    /// <summary>Writes a packing out.</summary>
    /// <param name="packing">The packing; no row of it loses its mean.</param>
    public PackingTable(ThetaPacking packing)
    {
        (Sources, Factors, Offsets) = (new int[packing.PackedLength], new float[packing.PackedLength], new float[packing.PackedLength]);
        Array.Fill(Sources, -1);
        for (var group = 0; group < packing.GroupStarts.Count; group++)
        {
            var (from, to) = (packing.GroupStarts[group], group * packing.GroupFloats);
            foreach (var gates in packing.Gates)
                for (var i = 0; i < gates.Rows * 4 * packing.StateSize; i++)
                {
                    var (row, gate, unit) = (i / packing.StateSize / 4, i / packing.StateSize % 4, i % packing.StateSize);
                    Set(from + gates.From + i, to + gates.To + row * gates.RowStep + gate * gates.GateStep + unit * gates.UnitStep,
                        packing.GateFactors[gate], gates.AddsOffsets ? packing.GateOffsets[gate] : 0f);
                }
            foreach (var rows in packing.Rows)
                for (var i = 0; i < rows.Rows * rows.Columns; i++)
                    Set(from + rows.From + i, to + rows.To + i / rows.Columns * rows.RowStep + i % rows.Columns, 1f, 0f);
        }

        void Set(int source, int target, float factor, float offset) => (Sources[target], Factors[target], Offsets[target]) = (source, factor, offset);
    }

    /// <summary>Index in flat theta, or -1 for a zero.</summary>
    public int[] Sources { get; }

    /// <summary>What it is multiplied by.</summary>
    public float[] Factors { get; }

    /// <summary>What is then added.</summary>
    public float[] Offsets { get; }
}
