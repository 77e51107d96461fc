using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>The loss of one cloning iteration, by what is cloned: mean squared differences over their targets' mean squares.</summary>
/// <param name="Forward">Of forward messages.</param>
/// <param name="Backward">Of backward messages.</param>
/// <param name="Weight">Of changes of w.</param>
/// <param name="Bias">Of changes of b.</param>
public readonly record struct CloneLoss(double Forward, double Backward, double Weight, double Bias)
{
    /// <summary>Their sum.</summary>
    public double Total => Forward + Backward + Weight + Bias;
}

/// <summary>Loss and gradient of samples, whose states are taken as given.</summary>
internal sealed class CloneGradient
{
    private readonly CloneWindow _window;
    private readonly int _length;
    private readonly Lanes[] _gradient;

    /// <summary>Allocates the memory of a stage.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="length">Examples of a window.</param>
    public CloneGradient(CloneConfiguration configuration, int length)
    {
        (_window, _length) = (new(configuration, length), length);
        _gradient = new Lanes[new SubRnnLayout(configuration.StateSize).Length];
    }

    /// <summary>Loss and gradient.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="samples">What is differentiated.</param>
    /// <param name="gradient">Receives the gradient.</param>
    public CloneLoss Evaluate(ReadOnlySpan<float> theta, IReadOnlyList<CloneSample> samples, Span<float> gradient)
    {
        Array.Clear(_gradient);
        _window.Errors = default;
        foreach (var sample in samples) _window.Differentiate(theta, sample, _gradient);
        var share = Share(samples);
        for (var i = 0; i < gradient.Length; i++) gradient[i] = (float)(2 * share * Vector256.Sum(_gradient[i]));
        return Loss(share);
    }

    /// <summary>The loss alone.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="samples">What it is of.</param>
    public CloneLoss Evaluate(ReadOnlySpan<float> theta, IReadOnlyList<CloneSample> samples)
    {
        _window.Errors = default;
        foreach (var sample in samples) _window.Measure(theta, sample);
        return Loss(Share(samples));
    }

    private double Share(IReadOnlyList<CloneSample> samples) => 1.0 / ((double)samples.Count * SubRnnLanes.Width * _length);

    private CloneLoss Loss(double share)
    {
        var errors = _window.Errors;
        return new(share * Vector256.Sum(errors.Forward), share * Vector256.Sum(errors.Backward), share * Vector256.Sum(errors.Weight), share * Vector256.Sum(errors.Bias));
    }
}
