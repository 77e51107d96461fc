using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>How the classes of a <see cref="SyntheticTask"/> come about.</summary>
public enum SyntheticKind
{
    /// <summary>Each class is a mixture of one to three Gaussians in the latent factors, with one covariance for all classes or one for each.</summary>
    Mixture,

    /// <summary>The class is the largest output of a random network of the latent factors.</summary>
    Network,

    /// <summary>The class is the leaf of a random tree that splits single features.</summary>
    Tree,
}

/// <summary>
/// Classification problems without end, as tables of numbers pose them: a new problem for every episode. A few latent factors make
/// correlated features; these are plain, binary, counts, heavy-tailed, positive, irrelevant or constant; classes come from a mixture of
/// Gaussians, a random network or a random tree, are seldom equally frequent, and labels are sometimes wrong. No data are needed.
/// <para>
/// Of 100 problems 70 have each feature standardised by its own figures over the episode, the others have features of unlike scales, all
/// standardised by one mean and deviation.
/// </para>
/// </summary>
[VsmlPart("synthetic")]
public sealed record SyntheticTask : TaskDescription
{
    /// <summary>Most inputs or classes; loadings and trees of more are beyond reason.</summary>
    internal const int Largest = 1 << 14;

    /// <summary>Features of an example. Default 16.</summary>
    [Range(1, Largest)]
    public int Inputs { get; init; } = 16;

    /// <summary>Number of classes. Default 5.</summary>
    [Range(2, Largest)]
    public int Classes { get; init; } = 5;

    /// <summary>Least number of features of an episode, which draws how many it has, up to <see cref="Inputs"/>; the others are 0. Default 0: all.</summary>
    [Range(0, Largest), DefaultValue(0)]
    public int LeastInputs { get; init; }

    /// <summary>Least number of classes of an episode, which draws how many it has, up to <see cref="Classes"/>; the others do not occur. Default 0: all.</summary>
    [Range(0, Largest), DefaultValue(0)]
    public int LeastClasses { get; init; }

    /// <summary>Where classes come from. Default null: each kind equally often.</summary>
    public SyntheticKind? Kind { get; init; }

    /// <summary>Least and greatest distance of classes, in deviations of an example within its class. Default .7 and 3.</summary>
    [MinLength(2), Range(0.0, 100.0)]
    public EquatableArray<double> Separation { get; init; } = new([.7, 3]);

    /// <summary>Least and greatest share of labels that are drawn at random. Default 0 and .15.</summary>
    [MinLength(2), Range(0.0, 1.0)]
    public EquatableArray<double> LabelNoise { get; init; } = new([0, .15]);

    /// <summary>Least and greatest share of features that have nothing to do with the class. Default 0 and .4.</summary>
    [MinLength(2), Range(0.0, 1.0)]
    public EquatableArray<double> Irrelevant { get; init; } = new([0, .4]);

    /// <summary>Share of episodes whose labels drift: from some example on, and at once or little by little, classes change their names. Default 0.</summary>
    [Range(0.0, 1.0), DefaultValue(0.0)]
    public double Drift { get; init; }

    /// <summary>Share of episodes in which one class does not occur in the first eighth to half. Default 0.</summary>
    [Range(0.0, 1.0), DefaultValue(0.0)]
    public double LateClass { get; init; }

    /// <inheritdoc/>
    public override int InputSize
    {
        get
        {
            Ordered(Separation, "separation");
            Ordered(LabelNoise, "labelNoise");
            Ordered(Irrelevant, "irrelevant");
            if (LeastInputs > Inputs) throw new VsmlException($"leastInputs: {LeastInputs} are more than the {Inputs} inputs");
            return Inputs;
        }
    }

    /// <inheritdoc/>
    public override int OutputSize => LeastClasses == 1 || LeastClasses > Classes
        ? throw new VsmlException($"leastClasses: it is {LeastClasses}; it must be 0, or 2 to the {Classes} classes")
        : Classes;

    /// <inheritdoc/>
    public override TaskDescription Resize(int inputs, int classes)
    {
        var (width, count) = (inputs > 0 ? inputs : Inputs, classes > 0 ? classes : Classes);
        return this with { Inputs = width, Classes = count, LeastInputs = Math.Min(LeastInputs, width), LeastClasses = Math.Min(LeastClasses, count) };
    }

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        if (Inputs is < 1 or > Largest || Classes is < 2 or > Largest) Validate(length);
        episode.Reshape(length, InputSize, OutputSize);
        new SyntheticProblem(this, ref random, episode).Fill(ref random, episode);
    }

    private static void Ordered(EquatableArray<double> range, string field)
    {
        if (range.Count != 2 || !(range[0] <= range[1])) throw new VsmlException($"{field}: it must be two numbers, the least and the greatest");
    }
}
