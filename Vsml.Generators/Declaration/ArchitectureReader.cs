using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Vsml.Generators.Diagnostics;

namespace Vsml.Generators.Declaration;

/// <summary>Reads an <see cref="Architecture"/> from attributes, and finds the token that a path in it came from.</summary>
internal sealed class ArchitectureReader
{
    private const string MicroTicks = nameof(TickSchedule.MicroTicks);
    private const string CellScale = nameof(Architecture.InitialCellScale);
    private readonly string _type;
    private readonly AttributeArguments _model;
    private readonly AttributeArguments? _schedule;
    private readonly IReadOnlyList<AttributeArguments> _layers;
    private readonly List<DiagnosticInfo> _problems = [];

    /// <summary>Sorts the attributes of a type.</summary>
    /// <param name="type">Its name, for messages.</param>
    /// <param name="model">Its [VsmlModel].</param>
    /// <param name="attributes">All its attributes.</param>
    public ArchitectureReader(string type, AttributeArguments model, IReadOnlyList<AttributeArguments> attributes)
    {
        _type = type;
        _model = model;
        var schedules = attributes.Where(attribute => attribute.TypeName == KnownNames.TickScheduleAttribute).ToList();
        _schedule = schedules.FirstOrDefault();
        foreach (var second in schedules.Skip(1))
            Report(DiagnosticDescriptors.DuplicateSchedule, second.NameLocation, type);

        var layers = attributes
            .Where(attribute => attribute.TypeName is KnownNames.DenseLayerAttribute or KnownNames.Conv2dLayerAttribute)
            .ToList();
        foreach (var stray in layers.Where(layer => layer.Owner != layers[0].Owner))
            Report(DiagnosticDescriptors.LayersSpread, stray.NameLocation, type);
        _layers = [.. layers.Where(layer => layer.Owner == layers[0].Owner).OrderBy(layer => layer.Position)];
    }

    /// <summary>Reads and checks.</summary>
    /// <param name="typeLocation">Place of the type's name.</param>
    /// <returns>The architecture, null if it cannot be read or breaks a rule; and all problems.</returns>
    public (Architecture? Architecture, IReadOnlyList<DiagnosticInfo> Problems) Read(Location typeLocation)
    {
        // What the compiler itself refuses needs no second message, and values that are not there break no rule.
        if (_layers.Append(_model).Append(_schedule).Any(attribute => attribute is { IsBroken: true })) return (null, _problems);

        var defaults = new Architecture();
        var architecture = new Architecture
        {
            StateSize = _model.Value(nameof(Architecture.StateSize), defaults.StateSize),
            MessageSize = _model.Value(nameof(Architecture.MessageSize), defaults.MessageSize),
            LayerwiseParameters = _model.Value(nameof(Architecture.LayerwiseParameters), defaults.LayerwiseParameters),
            LabelFeedback = _model.Value(nameof(Architecture.LabelFeedback), defaults.LabelFeedback),
            MessageLayerNorm = _model.Value(nameof(Architecture.MessageLayerNorm), defaults.MessageLayerNorm),
            PositionFeatures = _model.Value(nameof(Architecture.PositionFeatures), defaults.PositionFeatures),
            OutputIndex = _model.Value(nameof(Architecture.OutputIndex), defaults.OutputIndex),
            OutputBound = (float)_model.Value(nameof(Architecture.OutputBound), (double)defaults.OutputBound),
            InitialRandomFraction = _model.Value(nameof(Architecture.InitialRandomFraction), defaults.InitialRandomFraction),
            LearnedInitialCell = _model.Value(nameof(Architecture.LearnedInitialCell), defaults.LearnedInitialCell),
            InitialCellScale = ReadCellScales(),
            MessageScale = (MessageScale)_model.Value(nameof(Architecture.MessageScale), 0),
            Layers = new(FreeSizes.Complete([.. ReadLayers()])),
            Schedule = ReadSchedule(),
        };
        if (_problems.Count == 0)
            foreach (var problem in ArchitectureRules.Check(architecture))
                Report(DiagnosticDescriptors.ById[problem.Id], LocationOf(problem.Path) ?? typeLocation, problem.Message);
        return (_problems.Any(problem => problem.IsError) ? null : architecture, _problems);
    }

    private IEnumerable<LayerSpec> ReadLayers()
    {
        LayerSpec? before = null;
        foreach (var layer in _layers)
        {
            before = layer.TypeName == KnownNames.Conv2dLayerAttribute ? ReadConv(layer, before as ConvLayerSpec) : ReadDense(layer, before);
            yield return before;
        }
    }

    private DenseLayerSpec ReadDense(AttributeArguments layer, LayerSpec? before)
    {
        int? inputs = layer.Has(nameof(DenseLayerSpec.Inputs)) ? layer.Value(nameof(DenseLayerSpec.Inputs), 0) : null;
        int? outputs = layer.Has(nameof(DenseLayerSpec.Outputs)) ? layer.Value(nameof(DenseLayerSpec.Outputs), 0) : null;
        // One number alone may be meant as either.
        if (before is null && inputs is null && outputs is { } only)
        {
            Report(DiagnosticDescriptors.NoInputSize, layer.NameLocation, _type, only.ToString(CultureInfo.InvariantCulture));
            return new(1, outputs);
        }
        return new(inputs, outputs);
    }

    private static ConvLayerSpec ReadConv(AttributeArguments layer, ConvLayerSpec? before)
    {
        var known = before is not null && ArchitectureRules.HasSizes(before) ? before : null;
        return new(
            layer.Value(nameof(ConvLayerSpec.Height), known?.OutputHeight ?? 0),
            layer.Value(nameof(ConvLayerSpec.Width), known?.OutputWidth ?? 0),
            layer.Value(nameof(ConvLayerSpec.Channels), known?.OutputChannels ?? 0),
            layer.Value(nameof(ConvLayerSpec.OutputChannels), 0),
            layer.Value(nameof(ConvLayerSpec.Kernel), 0),
            layer.Value(nameof(ConvLayerSpec.Stride), 1));
    }

    private EquatableArray<InitialCellScale> ReadCellScales()
    {
        var all = Scale(_model, InitialCellScale.FanIn);
        if (!_layers.Any(layer => layer.Has(CellScale))) return new([all]);
        var perLayer = _layers.Select(layer => Scale(layer, all)).ToList();
        return perLayer.Distinct().Count() == 1 ? new([perLayer[0]]) : new(perLayer);

        static InitialCellScale Scale(AttributeArguments arguments, InitialCellScale missing) =>
            arguments.Has(CellScale) ? new(arguments.Value(CellScale, 0.0)) : missing;
    }

    private TickSchedule ReadSchedule()
    {
        var defaults = new TickSchedule();
        if (_schedule is { } both && both.Values(MicroTicks).Count > 0 && both.HasNamed(MicroTicks))
            Report(DiagnosticDescriptors.MicroTicksTwice, both.NamedLocation(MicroTicks), _type);
        return defaults with
        {
            MicroTicks = ReadMicroTicks(defaults.MicroTicks),
            TicksPerExample = _schedule?.Value(nameof(TickSchedule.TicksPerExample), defaults.TicksPerExample) ?? defaults.TicksPerExample,
            BackwardSweep = (BackwardSweep)(_schedule?.Value(nameof(TickSchedule.BackwardSweep), 0) ?? 0),
        };
    }

    private EquatableArray<int> ReadMicroTicks(EquatableArray<int> defaults)
    {
        var scheduled = defaults;
        if (_schedule is { } schedule)
            scheduled = schedule.Values(MicroTicks) is { Count: > 0 } list ? new(list) : new([schedule.Value(MicroTicks, defaults[0])]);
        if (!_layers.Any(layer => layer.Has(MicroTicks))) return scheduled;
        if (scheduled.Count != 1 && scheduled.Count != _layers.Count) return scheduled;

        var perLayer = _layers.Select((layer, l) => layer.Value(MicroTicks, scheduled[scheduled.Count == 1 ? 0 : l])).ToList();
        return perLayer.Distinct().Count() == 1 ? new([perLayer[0]]) : new(perLayer);
    }

    // Paths are those of ArchitectureRules: "stateSize", "layers[1].inputs", "schedule.microTicks[0]".
    private Location? LocationOf(string path)
    {
        var index = IndexIn(path);
        var name = Property(path.Substring(path.LastIndexOf('.') + 1));
        if (path.StartsWith("layers[", StringComparison.Ordinal))
            return _layers[index].LocationOf(name);
        if (path == "layers") return null;
        if (name == CellScale)
        {
            var layer = index >= 0 && index < _layers.Count && _layers[index].Has(CellScale) ? _layers[index] : _layers.FirstOrDefault(item => item.Has(CellScale));
            return (layer ?? _model).LocationOf(CellScale);
        }
        if (!path.StartsWith("schedule.", StringComparison.Ordinal))
            // The default output index is wrong only because of the message size.
            return _model.LocationOf(name, nameof(Architecture.MessageSize));
        if (name != MicroTicks) return _schedule?.LocationOf(name);

        var own = index >= 0 && index < _layers.Count ? _layers[index] : _layers.FirstOrDefault(layer => layer.Has(MicroTicks));
        if (own is not null && own.Has(MicroTicks)) return own.LocationOf(MicroTicks);
        return _schedule?.HasNamed(MicroTicks) == true ? _schedule.NamedLocation(MicroTicks) : _schedule?.LocationOfElement(Math.Max(index, 0));
    }

    private static int IndexIn(string path)
    {
        var open = path.IndexOf('[');
        return open < 0 ? -1 : int.Parse(path.Substring(open + 1, path.IndexOf(']') - open - 1), CultureInfo.InvariantCulture);
    }

    private static string Property(string jsonName)
    {
        var name = jsonName.Split('[')[0];
        return char.ToUpperInvariant(name[0]) + name.Substring(1);
    }

    private void Report(DiagnosticDescriptor descriptor, Location location, params string[] arguments) =>
        _problems.Add(DiagnosticInfo.Of(descriptor, location, arguments));
}
