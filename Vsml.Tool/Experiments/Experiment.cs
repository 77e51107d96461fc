using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>A published experiment as one command.</summary>
/// <param name="name">Its name on the command line, and of its folder under experiments.</param>
/// <param name="title">What it asks.</param>
internal abstract class Experiment(string name, string title)
{
    /// <summary>All of them, in the order of the list.</summary>
    public static IReadOnlyList<Experiment> All { get; } = [new OnlineLearning(), new Invariances(), new Introspection(), new EstimatorComparison(), new Generalisation(), new FewShot(), new Cloning()];

    /// <summary>Its name on the command line, and of its folder under experiments.</summary>
    public string Name => name;

    /// <summary>What it asks.</summary>
    public string Title => title;

    /// <summary>Runs it, and tells what came out.</summary>
    /// <param name="run">Where steps are kept, and how much is asked for.</param>
    /// <exception cref="VsmlException">Data are missing; the message says which command gets them.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what was done is kept.</exception>
    public abstract IReadOnlyList<PageBlock> Run(ExperimentRun run);
}
