using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes exp2 of several chains side by side: the JIT keeps the order of the source, so neighbouring statements must be
/// independent of each other to fill the pipeline.
/// </summary>
internal static class ActivationEmitter
{
    /// <summary>Constants that the emitted statements name.</summary>
    public static void WriteConstants(SourceWriter writer, SimdDialect dialect)
    {
        writer.Line($"private const float MinusTwoLog2E = {CpuTheta.MinusTwoLog2E};");
        writer.Line();
        writer.Line(dialect.HasScale
            ? """
            // 2^x = 2^k 2^r: k is x rounded to 1/32 by adding 1.5 * 2^18, which leaves its fraction in the low bits to choose 2^fraction
            // from a table; 2^r for |r| <= 1/64 is a polynomial of degree 2. Relative error below 2e-7.
            private const float RoundingBias = 393216f;
            private const float Exp2C1 = 0.6931573153f;
            private const float Exp2C2 = 0.2402267754f;

            // Sigmoid and tanh reach 0 and 1 to the last bit long before 2^40, and products of three such exponentials stay finite.
            private const float ExponentLimit = 40f;
            """
            : """
            // 2^x = 2^k 2^f: k is x rounded by adding 1.5 * 2^23, which leaves the integer in the low bits; 2^f for f in -0.5..0.5 is a
            // polynomial of degree 5. Relative error below 2e-7.
            private const float RoundingBias = 12582912f;
            private const float Exp2C1 = 0.6931469671f;
            private const float Exp2C2 = 0.2402211972f;
            private const float Exp2C3 = 0.05550713273f;
            private const float Exp2C4 = 0.009675541331f;
            private const float Exp2C5 = 0.001327647217f;

            // Bits of -40 and 40 so rounded: sigmoid and tanh reach 0 and 1 to the last bit long before 2^40, and products of three such
            // exponentials stay finite.
            private const int LowestExponent = 0x4B400000 - 40, HighestExponent = 0x4B400000 + 40;
            """);
    }

    /// <summary>Writes e = 2^x for each chain, in groups small enough for the registers.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="chains">Names of the exponents; each name's chain ends in name + "Exp". Limited chains end at 2^40 rather than infinity.</param>
    private static void WriteExp2(SourceWriter writer, SimdDialect dialect, IReadOnlyList<(string Name, bool IsLimited)> chains)
    {
        for (var first = 0; first < chains.Count; first += dialect.ChainsAtOnce)
            WriteGroup(writer, dialect, [.. chains.Skip(first).Take(dialect.ChainsAtOnce)]);
    }

    /// <summary>Writes the new c of a few vectors, named c + name, from gates before activation named i, g and f + name.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="names">Names of the vectors; one vector alone needs none.</param>
    /// <param name="oldCell">The expression of c before.</param>
    /// <param name="store">Writes what becomes of an activated gate (value, expression, vector), if the reverse pass will need them.</param>
    public static void WriteNewCell(
        SourceWriter writer, SimdDialect dialect, IReadOnlyList<string> names, System.Func<string, string> oldCell, System.Action<StoredValue, string, string>? store)
    {
        var one = $"{dialect.Floats}.One";
        WriteExp2(writer, dialect, [.. Chains(names, "i", store is not null), .. Chains(names, "g", true), .. Chains(names, "f", false)]);
        foreach (var name in names)
        {
            if (store is null)
            {
                writer.Line($"var a{name} = ({one} - g{name}Exp) / (({one} + i{name}Exp) * ({one} + g{name}Exp));");
                writer.Line($"var c{name} = {oldCell(name)} / ({one} + f{name}Exp) + a{name};");
                continue;
            }
            WritePair(writer, one, "i" + name, "g" + name, "a" + name);
            writer.Line($"f{name} = {one} / ({one} + f{name}Exp);");
            store(StoredValue.InputGate, "i" + name, name);
            store(StoredValue.Candidate, "g" + name, name);
            store(StoredValue.ForgetGate, "f" + name, name);
            writer.Line($"var c{name} = {dialect.MultiplyAdd("f" + name, oldCell(name), "a" + name)};");
        }
    }

    /// <summary>Writes the new h of a few vectors, named h + name, from the gate before activation o + name and the new c.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="names">Names of the vectors; one vector alone needs none.</param>
    /// <param name="newCell">The expression of the new c.</param>
    /// <param name="store">Writes what becomes of the activated gate and of tanh(c'), if the reverse pass will need them.</param>
    public static void WriteNewHidden(
        SourceWriter writer, SimdDialect dialect, IReadOnlyList<string> names, System.Func<string, string> newCell, System.Action<StoredValue, string, string>? store)
    {
        var one = $"{dialect.Floats}.One";
        foreach (var name in names) writer.Line($"var t{name} = {newCell(name)} * {dialect.Broadcast("MinusTwoLog2E")};");
        WriteExp2(writer, dialect, [.. Chains(names, "o", store is not null), .. Chains(names, "t", true)]);
        foreach (var name in names)
        {
            if (store is null)
            {
                writer.Line($"var h{name} = ({one} - t{name}Exp) / (({one} + o{name}Exp) * ({one} + t{name}Exp));");
                continue;
            }
            WritePair(writer, one, "o" + name, "t" + name, "h" + name);
            store(StoredValue.OutputGate, "o" + name, name);
            store(StoredValue.TanhCell, "t" + name, name);
        }
    }

    /// <summary>Where a gate's part of a block's gates lies, [i|g|f|o|t][unit][16].</summary>
    /// <param name="first">The index within the first part.</param>
    /// <param name="gate">Index of the gate, or of the <see cref="StoredValue"/>.</param>
    public static string GateAt(string first, int gate) => gate switch
    {
        0 => first,
        1 => $"{first} + BlockFloats",
        _ => $"{first} + {CodeText.Literal(gate)} * BlockFloats",
    };

    private static IEnumerable<(string Name, bool IsLimited)> Chains(IEnumerable<string> names, string gate, bool isLimited) =>
        names.Select(name => (gate + name, isLimited));

    /// <summary>
    /// Writes the reverse of the cell: from activated gates i, g, f, o, t = tanh(c') and gradients dh, dc of the new state to those of the gates
    /// before activation, di, dg, df and dO, and dcBefore of the c before.
    /// </summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="oldCell">The expression of c before.</param>
    public static void WriteCellAdjoint(SourceWriter writer, SimdDialect dialect, string oldCell)
    {
        var one = $"{dialect.Floats}.One";
        writer.Line(
            $"""
            var dt = dh * o;
            dc = {dialect.MultiplyAdd("dt", $"({one} - t * t)", "dc")};
            var da = dc * i;
            var dcBefore = dc * f;
            var di = da * g * ({one} - i);
            var dg = da * ({one} - g * g);
            var df = dcBefore * {oldCell} * ({one} - f);
            var dO = dt * t * ({one} - o);
            """);
    }

    // sigmoid = (1 + et) / ((1 + es)(1 + et)), the product of both (1 - et) / ((1 + es)(1 + et)), and tanh that times 1 + es: one division for
    // all three.
    private static void WritePair(SourceWriter writer, string one, string sigmoid, string tanh, string product) => writer.Line(
        $"""
        {sigmoid}Exp += {one};
        var {tanh}Plus = {one} + {tanh}Exp;
        var {tanh}Over = {one} / ({sigmoid}Exp * {tanh}Plus);
        {sigmoid} = {tanh}Plus * {tanh}Over;
        var {product} = ({one} - {tanh}Exp) * {tanh}Over;
        {tanh} = {product} * {sigmoid}Exp;
        """);

    private static void WriteGroup(SourceWriter writer, SimdDialect dialect, IReadOnlyList<(string Name, bool IsLimited)> chains)
    {
        if (dialect.HasScale) WriteByTable(writer, dialect.Vector, chains);
        else WriteByPolynomial(writer, dialect, chains);
    }

    private static void WriteByTable(SourceWriter writer, string v, IReadOnlyList<(string Name, bool IsLimited)> chains)
    {
        // The instruction that scales saturates by itself, but quotients of infinities would not be the limit.
        foreach (var (x, _) in chains.Where(chain => chain.IsLimited)) writer.Line($"{x} = PowersOfTwo.AtMost({v}.Create(ExponentLimit), {x});");
        Each(x => $"var {x}Biased = {x} + {v}.Create(RoundingBias);");
        Each(x => $"var {x}Round = {x}Biased - {v}.Create(RoundingBias);");
        Each(x => $"{x} -= {x}Round;");
        Each(x => $"var {x}Exp = {v}.FusedMultiplyAdd({v}.Create(Exp2C2), {x}, {v}.Create(Exp2C1));");
        Each(x => $"var {x}Part = PowersOfTwo.Fraction({x}Biased);");
        Each(x => $"{x}Exp *= {x};");
        Each(x => $"{x}Exp = {v}.FusedMultiplyAdd({x}Part, {x}Exp, {x}Part);");
        Each(x => $"{x}Exp = PowersOfTwo.Scale({x}Exp, {x}Round);");

        void Each(System.Func<string, string> statement)
        {
            foreach (var (x, _) in chains) writer.Line(statement(x));
        }
    }

    private static void WriteByPolynomial(SourceWriter writer, SimdDialect dialect, IReadOnlyList<(string Name, bool IsLimited)> chains)
    {
        var v = dialect.Vector;
        Each(x => $"var {x}Round = {x} + {v}.Create(RoundingBias);");
        Each(x => $"{x} -= {x}Round - {v}.Create(RoundingBias);");
        Each(x => $"var {x}Exp = {dialect.MultiplyAdd($"{v}.Create(Exp2C5)", x, $"{v}.Create(Exp2C4)")};");
        foreach (var coefficient in new[] { "Exp2C3", "Exp2C2", "Exp2C1", "1f" })
            Each(x => $"{x}Exp = {dialect.MultiplyAdd($"{x}Exp", x, $"{v}.Create({coefficient})")};");
        // Limits by integer instructions leave the units that multiply and add free.
        Each(x => $"var {x}Power = {v}.Min({v}.Max({x}Round.AsInt32(), {v}.Create(LowestExponent)), {v}.Create(HighestExponent));");
        Each(x => $"{x}Exp = ({x}Exp.AsInt32() + ({x}Power << 23)).AsSingle();");

        void Each(System.Func<string, string> statement)
        {
            foreach (var (x, _) in chains) writer.Line(statement(x));
        }
    }
}
