using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vsml.Generators.Diagnostics;

/// <summary>
/// Every rule: 00xx the declared type, 01xx its layers, 02xx the sub-RNN and the schedule, 03xx the build, 0900 the generator itself.
/// Where the message is "{0}", <see cref="ArchitectureRules"/> writes it, the same for attributes and for JSON.
/// </summary>
internal static class DiagnosticDescriptors
{
    public static readonly DiagnosticDescriptor NotPartial = new(
        "VSML0001", "A model must be partial", "'{0}' is marked [VsmlModel] but is not partial. Write 'partial' before 'class'.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor WrongKind = new(
        "VSML0002", "A model must be a plain top-level class", "'{0}' is {1}; a model is a plain top-level class. {2}.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NoLayers = new(
        "VSML0003", "A model needs layers", "{0}",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MemberCollision = new(
        "VSML0004", "A member has the name of an emitted one", "'{0}' declares '{1}', which is emitted for it. Rename it.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OtherBaseClass = new(
        "VSML0005", "A model derives from Learner", "'{0}' derives from '{1}', but a model derives from Vsml.Learner. Remove the base class; keep one as a field instead.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LayersSpread = new(
        "VSML0006", "Layers stand on one declaration", "This layer of '{0}' stands on another partial declaration than the first one, which leaves their order open. Write all layers on one declaration.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor DuplicateSchedule = new(
        "VSML0007", "A model has one schedule", "'{0}' has a second [TickSchedule]. Keep one.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NoInputSize = new(
        "VSML0008", "The first layer needs its inputs", "The first layer of '{0}' has no layer before it to take its inputs from. Write [DenseLayer(inputs, {1})], or [DenseLayer] for sizes that are given when a learner is made.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MicroTicksTwice = new(
        "VSML0009", "Micro ticks are declared twice", "The schedule of '{0}' has micro ticks as arguments and as MicroTicks. Keep one of the two.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LanguageVersion = new(
        "VSML0010", "Emitted code needs a newer C#", "The code emitted for '{0}' needs C# {1}, but the project uses C# {2}. Remove LangVersion from the project, or raise it.",
        "Vsml.Declaration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor BrokenChain = new(
        "VSML0101", "Layers do not chain", "{0}",
        "Vsml.Layers", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SizeTooSmall = new(
        "VSML0102", "A size is not positive", "{0}",
        "Vsml.Layers", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor EvenKernel = new(
        "VSML0104", "A kernel must be odd", "{0}",
        "Vsml.Layers", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LastLayerConvolution = new(
        "VSML0105", "The last layer must be dense", "{0}",
        "Vsml.Layers", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LayerTooLarge = new(
        "VSML0106", "A layer is too large", "{0}",
        "Vsml.Layers", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LargeState = new(
        "VSML0107", "The state is very large", "{0}",
        "Vsml.Layers", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor StateSizeRange = new(
        "VSML0201", "State size out of range", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MessageSizeRange = new(
        "VSML0202", "Message size out of range", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MessageSizeForLabel = new(
        "VSML0203", "Message too small for label feedback", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OutputIndexRange = new(
        "VSML0204", "Output index outside the message", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OutputBoundRange = new(
        "VSML0205", "Output bound out of range", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor RandomFractionRange = new(
        "VSML0206", "Initial random fraction out of range", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MicroTicksRange = new(
        "VSML0207", "Micro ticks out of range", "{0}",
        "Vsml.Schedule", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MicroTicksCount = new(
        "VSML0208", "Micro ticks for another number of layers", "{0}",
        "Vsml.Schedule", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor TicksPerExampleRange = new(
        "VSML0209", "Ticks per example out of range", "{0}",
        "Vsml.Schedule", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor BackwardSweepValue = new(
        "VSML0210", "Unknown backward sweep", "{0}",
        "Vsml.Schedule", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor CellScaleRange = new(
        "VSML0211", "Initial cell scale out of range", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MessageScaleValue = new(
        "VSML0212", "Unknown message scale", "{0}",
        "Vsml.SubRnn", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor Unoptimized = new(
        "VSML0301", "Kernels are compiled without optimisation", "The kernels of '{0}' are compiled without optimisation, which makes them about ten times slower. Write <Optimize>true</Optimize> into the project file, or <VsmlReportUnoptimized>false</VsmlReportUnoptimized> to leave it at that.",
        "Vsml.Build", DiagnosticSeverity.Info, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NoIlgpuKernels = new(
        "VSML0302", "A model gets no kernels for ILGPU", "'{0}' gets no kernels for ILGPU: {1}",
        "Vsml.Build", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor GeneratorFailed = new(
        "VSML0900", "The generator failed", "The generator failed on '{0}' while {1}: {2}. Please report it together with the declaration.",
        "Vsml.Emission", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>All rules by ID.</summary>
    public static IReadOnlyDictionary<string, DiagnosticDescriptor> ById { get; } = new[]
    {
        NotPartial,
        WrongKind,
        NoLayers,
        MemberCollision,
        OtherBaseClass,
        LayersSpread,
        DuplicateSchedule,
        NoInputSize,
        MicroTicksTwice,
        LanguageVersion,
        BrokenChain,
        SizeTooSmall,
        EvenKernel,
        LastLayerConvolution,
        LayerTooLarge,
        LargeState,
        StateSizeRange,
        MessageSizeRange,
        MessageSizeForLabel,
        OutputIndexRange,
        OutputBoundRange,
        RandomFractionRange,
        MicroTicksRange,
        MicroTicksCount,
        TicksPerExampleRange,
        BackwardSweepValue,
        CellScaleRange,
        MessageScaleValue,
        Unoptimized,
        NoIlgpuKernels,
        GeneratorFailed,
    }.ToDictionary(descriptor => descriptor.Id);

    /// <summary>A rule with a link to its page.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="pages">Where the pages lie: a folder or a web address that ends in a slash. Without one there is no link.</param>
    public static DiagnosticDescriptor WithPage(DiagnosticDescriptor rule, string pages) =>
        Uri.TryCreate(pages, UriKind.Absolute, out var folder)
            ? new(rule.Id, rule.Title, rule.MessageFormat, rule.Category, rule.DefaultSeverity, rule.IsEnabledByDefault, helpLinkUri: new Uri(folder, rule.Id + ".md").AbsoluteUri)
            : rule;
}
