using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes exp2 of several chains side by side: the JIT keeps the order of the source, so neighbouring statements must be
/// independent of each other to fill the pipeline. Where an exponent is no finite number, nor is what comes of it: infinity less its
/// rounding is no number, and powers of two are factors rather than bits that are added, so that this stays so.
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

            // 2^40: sigmoid and tanh reach 0 and 1 to the last bit long before, and products of three such exponentials stay finite.
            private const float PowerLimit = 1099511627776f;
            """
            : """
            // 2^x = 2^(k+1) 2^(f-1): k is x rounded by adding 1.5 * 2^23 + 128, which leaves k + 128 in the low bits, the exponent of 2^(k+1);
            // 2^(f-1) for f in -0.5..0.5 is a polynomial of degree 5. Relative error below 2e-7.
            private const float RoundingBias = 12583040f;
            private const float Exp2C0 = 0.5f;
            private const float Exp2C1 = 0.6931469671f / 2f;
            private const float Exp2C2 = 0.2402211972f / 2f;
            private const float Exp2C3 = 0.05550713273f / 2f;
            private const float Exp2C4 = 0.009675541331f / 2f;
            private const float Exp2C5 = 0.001327647217f / 2f;

            // Bits of -40 and 40 so rounded: sigmoid and tanh reach 0 and 1 to the last bit long before 2^40, and products of three such
            // exponentials stay finite.
            private const int LowestExponent = 0x4B400080 - 40, HighestExponent = 0x4B400080 + 40;
            """);
    }

    /// <summary>
    /// Writes e = 2^x of a few exponents, in groups small enough for the registers: a sigmoid's chain ends in name + "Plus" = 1 + e, a tanh's
    /// in name + "Exp" = e.
    /// </summary>
    private static void WriteExp2(SourceWriter writer, SimdDialect dialect, IReadOnlyList<Chain> chains)
    {
        for (var first = 0; first < chains.Count; first += dialect.ChainsAtOnce)
        {
            Chain[] group = [.. chains.Skip(first).Take(dialect.ChainsAtOnce)];
            if (dialect.HasScale) WriteByTable(writer, dialect, group);
            else WriteByPolynomial(writer, dialect, group);
        }
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
        WriteExp2(writer, dialect, [.. Chains(names, "i", Activation.Sigmoid, store is not null), .. Chains(names, "g", Activation.Tanh, true), .. Chains(names, "f", Activation.Sigmoid, false)]);
        foreach (var name in names)
        {
            if (store is null)
            {
                writer.Line($"var a{name} = ({one} - g{name}Exp) / (i{name}Plus * ({one} + g{name}Exp));");
                writer.Line($"var c{name} = {oldCell(name)} / f{name}Plus + a{name};");
                continue;
            }
            WritePair(writer, one, "i" + name, "g" + name, "a" + name);
            writer.Line($"f{name} = {one} / f{name}Plus;");
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
        WriteExp2(writer, dialect, [.. Chains(names, "o", Activation.Sigmoid, store is not null), .. Chains(names, "t", Activation.Tanh, true)]);
        foreach (var name in names)
        {
            if (store is null)
            {
                writer.Line($"var h{name} = ({one} - t{name}Exp) / (o{name}Plus * ({one} + t{name}Exp));");
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

    private static IEnumerable<Chain> Chains(IEnumerable<string> names, string gate, Activation activation, bool isLimited) =>
        names.Select(name => new Chain(gate + name, activation, isLimited));

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
        var {tanh}Plus = {one} + {tanh}Exp;
        var {tanh}Over = {one} / ({sigmoid}Plus * {tanh}Plus);
        {sigmoid} = {tanh}Plus * {tanh}Over;
        var {product} = ({one} - {tanh}Exp) * {tanh}Over;
        {tanh} = {product} * {sigmoid}Plus;
        """);

    private static void WriteByTable(SourceWriter writer, SimdDialect dialect, IReadOnlyList<Chain> chains)
    {
        var v = dialect.Vector;
        Each(x => $"var {x}Biased = {x} + {v}.Create(RoundingBias);");
        Each(x => $"var {x}Rest = {x} - ({x}Biased - {v}.Create(RoundingBias));");
        Each(x => $"var {x}Exp = {v}.FusedMultiplyAdd({v}.Create(Exp2C2), {x}Rest, {v}.Create(Exp2C1));");
        Each(x => $"var {x}Part = PowersOfTwo.Fraction({x}Biased);");
        Each(x => $"{x}Exp *= {x}Rest;");
        Each(x => $"{x}Exp = {v}.FusedMultiplyAdd({x}Part, {x}Exp, {x}Part);");
        // By the rounded exponent; taken this way, it is no number where the exponent is infinite, which would scale anything to infinity or 0.
        Each(x => $"{x}Exp = PowersOfTwo.Scale({x}Exp, {x} - {x}Rest);");
        // Quotients of infinities would not be the limit.
        foreach (var (x, _, _) in chains.Where(chain => chain.IsLimited)) writer.Line($"{x}Exp = PowersOfTwo.AtMost({v}.Create(PowerLimit), {x}Exp);");
        foreach (var (x, _, _) in chains.Where(chain => chain.Activation == Activation.Sigmoid)) writer.Line($"var {x}Plus = {dialect.Floats}.One + {x}Exp;");

        void Each(System.Func<string, string> statement)
        {
            foreach (var chain in chains) writer.Line(statement(chain.Name));
        }
    }

    private static void WriteByPolynomial(SourceWriter writer, SimdDialect dialect, IReadOnlyList<Chain> chains)
    {
        var v = dialect.Vector;
        Each(x => $"var {x}Round = {x} + {v}.Create(RoundingBias);");
        Each(x => $"{x} -= {x}Round - {v}.Create(RoundingBias);");
        Each(x => $"var {x}Exp = {dialect.MultiplyAdd($"{v}.Create(Exp2C5)", x, $"{v}.Create(Exp2C4)")};");
        foreach (var coefficient in new[] { "Exp2C3", "Exp2C2", "Exp2C1", "Exp2C0" })
            Each(x => $"{x}Exp = {dialect.MultiplyAdd($"{x}Exp", x, $"{v}.Create({coefficient})")};");
        // Limits by integer instructions leave the units that multiply and add free.
        Each(x => $"var {x}Power = ({v}.Min({v}.Max({x}Round.AsInt32(), {v}.Create(LowestExponent)), {v}.Create(HighestExponent)) << 23).AsSingle();");
        foreach (var (x, activation, _) in chains)
            writer.Line(activation == Activation.Sigmoid
                ? $"var {x}Plus = {dialect.MultiplyAdd($"{x}Exp", $"{x}Power", $"{dialect.Floats}.One")};"
                : $"{x}Exp *= {x}Power;");

        void Each(System.Func<string, string> statement)
        {
            foreach (var chain in chains) writer.Line(statement(chain.Name));
        }
    }

    private enum Activation
    {
        Sigmoid,
        Tanh,
    }

    /// <summary>An exponent on its way to an activation.</summary>
    /// <param name="Name">Name of the exponent.</param>
    /// <param name="Activation">What it is for.</param>
    /// <param name="IsLimited">Whether 2^40 must be the most, rather than infinity.</param>
    private sealed record Chain(string Name, Activation Activation, bool IsLimited);
}
