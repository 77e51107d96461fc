using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>What each float of packed theta is made of.</summary>
internal sealed class PackingTable
{
    /// <summary>Writes the parts of all groups out.</summary>
    /// <param name="shape">The kernels' shape.</param>
    /// <param name="parameters">Which meta-parameters there are.</param>
    public PackingTable(DeviceShape shape, ParameterLayout parameters)
    {
        var group = 4 * shape.GroupQuads;
        var length = checked(group * parameters.Groups.Count);
        (Sources, Factors, Offsets) = (new int[length], new float[length], new float[length]);
        Array.Fill(Sources, -1);
        for (var g = 0; g < parameters.Groups.Count; g++)
        {
            var source = parameters.Find(parameters.Groups[g], "lstm/w").Offset;
            foreach (var part in shape.ThetaParts)
                for (var row = 0; row < part.Rows; row++)
                    for (var column = 0; column < part.Columns; column++)
                    {
                        var to = g * group + part.Target + row * part.TargetRow + column * part.TargetColumn;
                        Sources[to] = source + part.Source + row * part.SourceRow + column * part.SourceColumn;
                        (Factors[to], Offsets[to]) = (part.Factor, part.Offset);
                    }
        }
    }

    /// <summary>Index in flat theta, or -1 for a zero.</summary>
    public int[] Sources { get; }

    /// <summary>What it is multiplied by.</summary>
    public float[] Factors { get; }

    /// <summary>What is added before.</summary>
    public float[] Offsets { get; }
}
