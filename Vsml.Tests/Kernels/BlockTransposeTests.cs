using Vsml.Contracts;

namespace Vsml.Tests.Kernels;

/// <summary>Rows of lanes to columns of entries.</summary>
public class BlockTransposeTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(16)]
    public void Four_rows_become_columns_of_four_and_what_lies_between_stays(int stride)
    {
        var rows = Enumerable.Range(0, 64).Select(i => (float)i).ToArray();
        var columns = Enumerable.Repeat(-1f, 15 * stride + 4).ToArray();

        BlockTranspose.FourRows(ref rows[0], ref columns[0], (nuint)stride);

        for (var i = 0; i < columns.Length; i++)
            columns[i].ShouldBe(i % stride < 4 ? rows[i % stride * 16 + i / stride] : -1f, $"{i}");
    }
}
