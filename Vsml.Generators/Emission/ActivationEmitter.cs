using System.Collections.Generic;
using System.Linq;

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
        writer.Line(
            """
            // 2^f for f in -0.5..0.5 by a polynomial of degree 5; relative error below 2e-7.
            private const float Exp2C1 = 0.6931469671f;
            private const float Exp2C2 = 0.2402211972f;
            private const float Exp2C3 = 0.05550713273f;
            private const float Exp2C4 = 0.009675541331f;
            private const float Exp2C5 = 0.001327647217f;

            private const float MinusTwoLog2E = -2.885390082f;

            // Sigmoid and tanh reach 0 and 1 to the last bit long before 2^40, and products of three such exponentials stay finite.
            private const float ExponentLimit = 40f;
            """);
        if (!dialect.HasScale)
            writer.Line(
                """

                // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits; these are the bits of the limits.
                private const float RoundingBias = 12582912f;
                private const int LowestExponent = 0x4B400000 - 40, HighestExponent = 0x4B400000 + 40;
                """);
    }

    /// <summary>Writes e = 2^x for each chain, in groups small enough for the registers.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="chains">Names of the exponents; each name's chain ends in name + "Exp". Tanh chains are limited to what tanh can tell apart.</param>
    public static void WriteExp2(SourceWriter writer, SimdDialect dialect, IReadOnlyList<(string Name, bool IsTanh)> chains)
    {
        for (var first = 0; first < chains.Count; first += dialect.ChainsAtOnce)
            WriteGroup(writer, dialect, [.. chains.Skip(first).Take(dialect.ChainsAtOnce)]);
    }

    /// <summary>
    /// Writes the LSTM cell of several vectors side by side: from gates named i, g, f, o + name to the new c, named c + name, and the new h,
    /// named y + name.
    /// </summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="names">Names of the vectors.</param>
    /// <param name="oldCell">The expression of c before.</param>
    /// <param name="keepCell">Writes what becomes of the new c; afterwards the name stands for an exponent.</param>
    /// <param name="keepHidden">Writes what becomes of the new h.</param>
    /// <param name="loadLate">Writes the gates f and o, where they are not there yet: fewer live registers.</param>
    public static void WriteCells(
        SourceWriter writer, SimdDialect dialect, IReadOnlyList<string> names,
        System.Func<string, string> oldCell, System.Action<string> keepCell, System.Action<string> keepHidden, System.Action? loadLate = null)
    {
        var one = $"{dialect.Floats}.One";
        WriteExp2(writer, dialect, [.. names.Select(name => ("i" + name, false)), .. names.Select(name => ("g" + name, true))]);
        foreach (var name in names)
            writer.Line($"var a{name} = ({one} - g{name}Exp) / (({one} + i{name}Exp) * ({one} + g{name}Exp));");
        loadLate?.Invoke();
        WriteExp2(writer, dialect, [.. names.Select(name => ("f" + name, false)), .. names.Select(name => ("o" + name, false))]);
        foreach (var name in names)
        {
            writer.Line($"var c{name} = {oldCell(name)} / ({one} + f{name}Exp) + a{name};");
            keepCell(name);
        }
        foreach (var name in names) writer.Line($"c{name} *= {dialect.Broadcast("MinusTwoLog2E")};");
        WriteExp2(writer, dialect, [.. names.Select(name => ("c" + name, true))]);
        foreach (var name in names)
        {
            writer.Line($"var y{name} = ({one} - c{name}Exp) / (({one} + o{name}Exp) * ({one} + c{name}Exp));");
            keepHidden(name);
        }
    }

    /// <summary>As <see cref="WriteCells"/>, but each gate by itself: i = (1 + eg) / ((1 + ei)(1 + eg)) and so on, still with three divisions.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="names">Names of the vectors.</param>
    /// <param name="oldCell">The expression of c before.</param>
    /// <param name="store">Writes what becomes of a value: what it is, its expression, the vector's name.</param>
    /// <param name="loadLate">Writes the gates f and o, where they are not there yet: fewer live registers.</param>
    public static void WriteStoredCells(
        SourceWriter writer, SimdDialect dialect, IReadOnlyList<string> names,
        System.Func<string, string> oldCell, System.Action<StoredValue, string, string> store, System.Action? loadLate = null)
    {
        var one = $"{dialect.Floats}.One";
        if (loadLate is null) WriteLimits("i", "o");
        else WriteLimits("i");
        WriteExp2(writer, dialect, [.. names.Select(name => ("i" + name, false)), .. names.Select(name => ("g" + name, true))]);
        foreach (var name in names) WritePair(name, "i", "g", StoredValue.InputGate, StoredValue.Candidate);
        if (loadLate is not null)
        {
            loadLate();
            WriteLimits("o");
        }
        WriteExp2(writer, dialect, [.. names.Select(name => ("f" + name, false)), .. names.Select(name => ("o" + name, false))]);
        foreach (var name in names)
        {
            writer.Line($"f{name} = {one} / ({one} + f{name}Exp);");
            store(StoredValue.ForgetGate, $"f{name}", name);
            writer.Line($"var c{name} = {dialect.MultiplyAdd($"f{name}", oldCell(name), $"i{name} * g{name}")};");
            store(StoredValue.Cell, $"c{name}", name);
        }
        foreach (var name in names) writer.Line($"c{name} *= {dialect.Broadcast("MinusTwoLog2E")};");
        WriteExp2(writer, dialect, [.. names.Select(name => ("c" + name, true))]);
        foreach (var name in names)
        {
            WritePair(name, "o", "c", StoredValue.OutputGate, StoredValue.TanhCell);
            writer.Line($"var y{name} = o{name} * c{name};");
            store(StoredValue.Hidden, $"y{name}", name);
        }

        void WriteLimits(params string[] gates)
        {
            if (!dialect.HasScale) return;
            foreach (var name in names)
                foreach (var gate in gates)
                    writer.Line($"{gate}{name} = PowersOfTwo.AtMost({dialect.Broadcast("ExponentLimit")}, {gate}{name});");
        }

        void WritePair(string name, string sigmoid, string tanh, StoredValue gate, StoredValue value)
        {
            var (s, t) = (sigmoid + name, tanh + name);
            writer.Line($"{s}Exp += {one};");
            writer.Line($"var {t}Plus = {one} + {t}Exp;");
            writer.Line($"var {t}Over = {one} / ({s}Exp * {t}Plus);");
            writer.Line($"{s} = {t}Plus * {t}Over;");
            writer.Line($"{t} = ({one} - {t}Exp) * ({s}Exp * {t}Over);");
            store(gate, s, name);
            store(value, t, name);
        }
    }

    private static void WriteGroup(SourceWriter writer, SimdDialect dialect, IReadOnlyList<(string Name, bool IsTanh)> chains)
    {
        var v = dialect.Vector;
        foreach (var (x, isTanh) in chains)
        {
            // The instruction that scales saturates by itself, but infinity over infinity would not be tanh's limit. The variable
            // stands second, so that NaN passes through.
            if (dialect.HasScale && isTanh) writer.Line($"{x} = PowersOfTwo.AtMost({v}.Create(ExponentLimit), {x});");
        }
        foreach (var (x, _) in chains)
            writer.Line(dialect.HasScale ? $"var {x}Round = {v}.Round({x});" : $"var {x}Round = {x} + {v}.Create(RoundingBias);");
        foreach (var (x, _) in chains)
            writer.Line(dialect.HasScale ? $"{x} -= {x}Round;" : $"{x} -= {x}Round - {v}.Create(RoundingBias);");
        foreach (var (x, _) in chains)
            writer.Line($"var {x}Exp = {dialect.MultiplyAdd($"{v}.Create(Exp2C5)", x, $"{v}.Create(Exp2C4)")};");
        foreach (var coefficient in new[] { "Exp2C3", "Exp2C2", "Exp2C1", "1f" })
            foreach (var (x, _) in chains)
                writer.Line($"{x}Exp = {dialect.MultiplyAdd($"{x}Exp", x, $"{v}.Create({coefficient})")};");
        // Limits by integer instructions leave the units that multiply and add free.
        if (!dialect.HasScale)
            foreach (var (x, _) in chains)
                writer.Line($"var {x}Power = {v}.Min({v}.Max({x}Round.AsInt32(), {v}.Create(LowestExponent)), {v}.Create(HighestExponent));");
        foreach (var (x, _) in chains)
            writer.Line(dialect.HasScale
                ? $"{x}Exp = PowersOfTwo.Scale({x}Exp, {x}Round);"
                : $"{x}Exp = ({x}Exp.AsInt32() + ({x}Power << 23)).AsSingle();");
    }
}
