using System.Runtime.Intrinsics;

namespace Vsml.MetaTraining;

/// <summary>
/// Multiplies inputs by a matrix. Every sum runs over the inputs in order, multiply then add, so its bits do not depend on the
/// machine's vector width.
/// </summary>
internal static class Projection
{
    /// <summary>Rows of a matrix are padded to a multiple of this many columns.</summary>
    public const int ColumnBlock = 16;

    private const int Lanes = 8;
    private const int ExampleBlock = 4;

    /// <summary>Columns of the padded matrix.</summary>
    public static int Stride(int outputs) => (outputs + ColumnBlock - 1) / ColumnBlock * ColumnBlock;

    /// <summary>Spreads a dense matrix that lies at the beginning of a larger span to padded rows, in place.</summary>
    /// <param name="matrix">Room for [inputs, stride]; the dense [inputs, outputs] comes first.</param>
    /// <param name="inputs">Rows.</param>
    /// <param name="outputs">Columns.</param>
    public static void PadRows(Span<float> matrix, int inputs, int outputs)
    {
        var stride = Stride(outputs);
        if (stride == outputs) return;
        for (var row = inputs - 1; row >= 0; row--)
        {
            matrix.Slice(row * outputs, outputs).CopyTo(matrix.Slice(row * stride));
            matrix.Slice(row * stride + outputs, stride - outputs).Clear();
        }
    }

    /// <summary>Replaces the inputs of an episode by their products with the matrix.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="matrix">The matrix [inputs, <see cref="Stride"/>].</param>
    /// <param name="outputs">Columns that count.</param>
    public static void Apply(EpisodeData episode, ReadOnlySpan<float> matrix, int outputs)
    {
        var (length, inputs, stride) = (episode.Length, episode.InputSize, Stride(outputs));
        var target = episode.SpareInputs(outputs);
        Span<float> tile = stackalloc float[ExampleBlock * ColumnBlock];
        for (var column = 0; column < outputs; column += ColumnBlock)
        {
            var width = Math.Min(ColumnBlock, outputs - column);
            for (var t = 0; t < length; t += ExampleBlock)
            {
                var rows = Math.Min(ExampleBlock, length - t);
                if (rows == ExampleBlock) Tile4(episode.Inputs.AsSpan(t * inputs, ExampleBlock * inputs), inputs, matrix[column..], stride, tile);
                else
                    for (var row = 0; row < rows; row++)
                        Tile1(episode.Inputs.AsSpan((t + row) * inputs, inputs), matrix[column..], stride, tile.Slice(row * ColumnBlock, ColumnBlock));
                for (var row = 0; row < rows; row++)
                    tile.Slice(row * ColumnBlock, width).CopyTo(target[((t + row) * outputs + column)..]);
            }
        }
        episode.ReplaceInputs(outputs);
    }

    private static void Tile4(ReadOnlySpan<float> inputs, int size, ReadOnlySpan<float> matrix, int stride, Span<float> tile)
    {
        Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (var i = 0; i < size; i++)
        {
            var row = matrix.Slice(i * stride, ColumnBlock);
            var w0 = Vector256.LoadUnsafe(in row[0]);
            var w1 = Vector256.LoadUnsafe(in row[Lanes]);
            var a = Vector256.Create(inputs[i]);
            var b = Vector256.Create(inputs[size + i]);
            var c = Vector256.Create(inputs[2 * size + i]);
            var d = Vector256.Create(inputs[3 * size + i]);
            a0 += a * w0;
            a1 += a * w1;
            b0 += b * w0;
            b1 += b * w1;
            c0 += c * w0;
            c1 += c * w1;
            d0 += d * w0;
            d1 += d * w1;
        }
        a0.CopyTo(tile);
        a1.CopyTo(tile[Lanes..]);
        b0.CopyTo(tile[(2 * Lanes)..]);
        b1.CopyTo(tile[(3 * Lanes)..]);
        c0.CopyTo(tile[(4 * Lanes)..]);
        c1.CopyTo(tile[(5 * Lanes)..]);
        d0.CopyTo(tile[(6 * Lanes)..]);
        d1.CopyTo(tile[(7 * Lanes)..]);
    }

    private static void Tile1(ReadOnlySpan<float> input, ReadOnlySpan<float> matrix, int stride, Span<float> tile)
    {
        Vector256<float> a0 = default, a1 = default;
        for (var i = 0; i < input.Length; i++)
        {
            var row = matrix.Slice(i * stride, ColumnBlock);
            var a = Vector256.Create(input[i]);
            a0 += a * Vector256.LoadUnsafe(in row[0]);
            a1 += a * Vector256.LoadUnsafe(in row[Lanes]);
        }
        a0.CopyTo(tile);
        a1.CopyTo(tile[Lanes..]);
    }
}
