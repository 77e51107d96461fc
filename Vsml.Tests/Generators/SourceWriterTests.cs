using Vsml.Generators.Emission;

namespace Vsml.Tests.Generators;

/// <summary>The text that emitters write.</summary>
public class SourceWriterTests
{
    [Fact]
    public void Blocks_are_indented_and_empty_lines_stay_bare()
    {
        var writer = new SourceWriter();
        using (writer.Block("class A"))
        {
            writer.Line("int x;\r\n\r\nint y;");
            writer.Line();
            using (writer.Block($"int[] z = new int[{2}]", "};"))
            using (writer.Indent())
                writer.Line("1, 2");
        }

        writer.ToString().ShouldBe("class A\n{\n    int x;\n\n    int y;\n\n    int[] z = new int[2]\n    {\n            1, 2\n    };\n}\n");
    }

    [Theory]
    [InlineData(0.1f, "0.1f")]
    [InlineData(1f, "1f")]
    [InlineData(16777217f, "16777216f")]
    [InlineData(-1.17549435E-38f, "-1.1754944E-38f")]
    [InlineData(3.4028235E+38f, "3.4028235E+38f")]
    [InlineData(float.NaN, "float.NaN")]
    public void A_float_is_its_shortest_exact_literal(float value, string literal) => CodeText.Literal(value).ShouldBe(literal);

    [Theory]
    [InlineData(100.0, "100.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e300, "1E+300")]
    [InlineData(double.NegativeInfinity, "double.NegativeInfinity")]
    public void A_double_is_its_shortest_exact_literal(double value, string literal) => CodeText.Literal(value).ShouldBe(literal);

    [Fact]
    public void Any_float_reads_back_as_itself()
    {
        var bits = 1u;
        for (var i = 0; i < 10_000; i++)
        {
            bits = bits * 1664525 + 1013904223;
            var value = BitConverter.UInt32BitsToSingle(bits);
            if (!float.IsFinite(value)) continue;
            float.Parse(CodeText.Literal(value).TrimEnd('f'), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(value);
        }
    }
}
