using Vsml.Contracts;
using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

/// <summary>Run configurations with anything in any field, mostly what it allows.</summary>
/// <param name="seed">Decides them.</param>
internal sealed class RandomConfigurations(int seed)
{
    private static readonly string[] Texts = ["", "a", "b", "mnist", "näher \"x\"\n", "\ud83d\ude00", "\ud800"];
    private static readonly double[] Odd = [double.NaN, double.PositiveInfinity, -1, 0, 0.5, 1e300, int.MinValue, int.MaxValue];
    private readonly Random _random = new(seed);

    /// <summary>The next one.</summary>
    public RunConfiguration Next()
    {
        var run = (RunConfiguration)Record(RecordShape.Of(typeof(RunConfiguration)), depth: 0);
        if (Rarely) return run;
        // Which of the two a run trains, and what goes with it.
        return run.Learner is null ? run with { Model = run.Model == new Architecture() ? TinyRuns.Full.Model : run.Model }
            : run with { Model = new Architecture(), InitialTheta = null, InitialThetaSha256 = null, InitialInputGateBias = 0 };
    }

    private object Record(RecordShape shape, int depth) =>
        shape.Create(field => field.Property.IsDefined(typeof(DataReferenceAttribute), inherit: false) ? "digits"
            : !field.IsRequired && _random.Next(2) == 0 ? null : Value(field.Shape, field.Property.PropertyType, depth));

    private object Value(Shape shape, Type type, int depth) => shape switch
    {
        NumberShape number => Number(number, Nullable.GetUnderlyingType(type) ?? type),
        FlagShape => _random.Next(2) == 0,
        TextShape => Texts[_random.Next(Rarely ? Texts.Length : Texts.Length - 1)],
        ChoiceShape => Enum.ToObject(Nullable.GetUnderlyingType(type) ?? type, _random.Next(Rarely ? 9 : 2)),
        ArchitectureShape => TinyRuns.Full.Model with { StateSize = Rarely ? -3 : 1 + _random.Next(20), OutputBound = _random.NextSingle() * 300 },
        ListShape list => List(list, type.GetGenericArguments()[0], depth),
        TaskShape when _random.Next(3) == 0 && depth < 4 =>
            new TransformedTask((TaskDescription)Value(shape, type, depth + 2), [.. Enumerable.Range(0, _random.Next(3)).Select(_ => (EpisodeTransform)Part(typeof(EpisodeTransform), depth))]),
        PartShape => Part(type, depth),
        DeviceShape => Record(RecordShape.Of(typeof(RunDevice)), depth + 1),
        RecordShape record => Record(record, depth + 1),
        _ => throw new NotSupportedException(shape.GetType().Name),
    };

    private bool Rarely => _random.Next(60) == 0;

    private object Part(Type family, int depth)
    {
        var parts = PartFamily.All.Single(one => one.Base == family);
        // Mixed tasks hold tasks, which must come to an end.
        var names = MetaTraining.Parts.NamesOf(parts).Where(name => MetaTraining.Parts.Find(parts, name)!.IsBuiltIn && (depth < 4 || name != "mixed")).ToList();
        return Record(MetaTraining.Parts.Find(parts, names[_random.Next(names.Count)])!.Shape, depth + 1);
    }

    private object Number(NumberShape shape, Type type)
    {
        var (min, max) = (shape.Min ?? -1e6, shape.Max ?? 1e6);
        if (type == typeof(ulong)) return (ulong)_random.NextInt64() * 2 + 1;
        var value = Rarely ? Odd[_random.Next(Odd.Length)] : _random.Next(3) switch
        {
            0 => min,
            1 => max,
            _ => Math.Min(max, min + Math.Pow(10, 3 * _random.NextDouble() - 1)),
        };
        if (type == typeof(int)) return int.CreateSaturating(value);
        if (type == typeof(long)) return long.CreateSaturating(value);
        return type == typeof(float) ? (object)(float)value : value;
    }

    private object List(ListShape list, Type item, int depth)
    {
        var items = Array.CreateInstance(item, Rarely ? 0 : 1 + _random.Next(3));
        for (var i = 0; i < items.Length; i++) items.SetValue(Value(list.Item, item, depth), i);
        return Activator.CreateInstance(typeof(EquatableArray<>).MakeGenericType(item), items)!;
    }
}
