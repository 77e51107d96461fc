using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Vsml.Generators.Declaration;
using Vsml.Generators.Diagnostics;
using Vsml.Generators.Emission;

namespace Vsml.Generators;

/// <summary>
/// The pipeline: find classes with [VsmlModel], read each into a value, split its diagnostics off, emit. The typed surface
/// is ordinary output; the kernels are implementation output, which an IDE need not make while the user types.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class VsmlModelGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var gathered = context.SyntaxProvider
            .ForAttributeWithMetadataName(KnownNames.VsmlModelAttribute, ModelDeclarationReader.IsCandidate, ModelDeclarationReader.Read)
            .WithTrackingName(TrackingNames.Gather);

        // On a branch of their own: a diagnostic holds a position, and must not make the model look changed.
        var project = context.AnalyzerConfigOptionsProvider.Select((options, _) => ProjectOptions.Read(options.GlobalOptions));
        var diagnostics = gathered.SelectMany((result, _) => result.Diagnostics)
            .Combine(project)
            .Where(item => item.Left.Id != DiagnosticDescriptors.Unoptimized.Id || item.Right.ReportsUnoptimized)
            .WithTrackingName(TrackingNames.Diagnostics);
        context.RegisterSourceOutput(diagnostics.Combine(context.CompilationProvider),
            (output, item) => output.ReportDiagnostic(item.Left.Left.ToDiagnostic(item.Right, item.Left.Right.DiagnosticPages)));

        var models = gathered
            .SelectMany((result, _) => result.Model is { } model ? new[] { model } : [])
            .WithTrackingName(TrackingNames.Models);
        var clashes = models.Select((model, _) => model.FilePrefix).Collect()
            .Select((names, _) => FileNames.DifferingInCaseOnly(names))
            .WithTrackingName(TrackingNames.NameClashes);
        var emission = models.Combine(clashes)
            .Select((item, _) => FileNames.Resolve(item.Left, item.Right))
            .WithTrackingName(TrackingNames.Emission);

        var toEmit = emission.Combine(project.Select((options, _) => options.DiagnosticPages));
        context.RegisterSourceOutput(toEmit,
            (output, item) => Emit(output, item.Left, "emitting its surface", item.Right, ModelEmitter.EmitSurfaces));
        context.RegisterImplementationSourceOutput(toEmit,
            (output, item) => Emit(output, item.Left, "emitting its kernels", item.Right, model => ModelEmitter.EmitKernels(model)));
    }

    private static void Emit(SourceProductionContext output, ModelDeclaration model, string stage, string pages, Func<ModelDeclaration, IReadOnlyList<EmittedFile>> emit)
    {
        try
        {
            foreach (var file in emit(model))
                output.AddSource(file.Name, SourceText.From(file.Text, Encoding.UTF8));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var rule = DiagnosticDescriptors.WithPage(DiagnosticDescriptors.GeneratorFailed, pages);
            output.ReportDiagnostic(Diagnostic.Create(rule, Location.None, model.FullName, stage, exception.Message.TrimEnd('.')));
        }
    }
}
