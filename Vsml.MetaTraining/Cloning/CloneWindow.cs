using System.Runtime.Intrinsics;
using Vsml.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>The four things that are cloned, of eight sub-RNNs: messages forward and backward, weight and bias.</summary>
/// <param name="Forward">Of the forward message tanh(x) w + bias_share b.</param>
/// <param name="Backward">Of the backward message e w (1 - tanh(x)^2).</param>
/// <param name="Weight">Of the change of w.</param>
/// <param name="Bias">Of the change of b.</param>
internal readonly record struct CloneTerms(Lanes Forward, Lanes Backward, Lanes Weight, Lanes Bias);

/// <summary>
/// The loss of eight sub-RNNs over a few examples: squared differences from what backpropagation does from the weight and bias that
/// their cells hold before the first one, each weighted, and the square of their sum. w and b are in the cell's unit, alpha times the plain network's.
/// </summary>
internal sealed class CloneWindow
{
    private readonly SubRnnLanes _cells;
    private readonly int _n, _length;
    private readonly float _rate, _biasShare;
    private readonly Lanes[] _afterForward, _afterBackward, _state;
    private readonly CloneTerms[] _residuals;
    private readonly Lanes _common;

    /// <summary>Allocates the memory of a window.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="length">Its examples.</param>
    public CloneWindow(CloneConfiguration configuration, int length)
    {
        (_n, _length) = (configuration.StateSize, length);
        _cells = new(new(_n), length);
        _rate = configuration.Alpha * configuration.Rate;
        _biasShare = configuration.BiasShare;
        _common = Vector256.Create(configuration.CommonWeight);
        (_afterForward, _afterBackward, _state) = (new Lanes[length * _n], new Lanes[length * _n], new Lanes[2 * _n]);
        _residuals = new CloneTerms[length];
    }

    /// <summary>Sums of squared differences, by what is cloned, since they were cleared last.</summary>
    public CloneTerms Errors { get; set; }

    /// <summary>Runs an example that is not differentiated.</summary>
    public void Skip(ReadOnlySpan<float> theta, Lanes input, Lanes error, Span<Lanes> state)
    {
        _cells.Sweep(theta, 0, input, Lanes.Zero, state);
        _cells.Sweep(theta, 1, input, error, state);
    }

    /// <summary>One sweep that is not differentiated.</summary>
    /// <returns>The message sent.</returns>
    public Lanes Sweep(ReadOnlySpan<float> theta, int sweep, Lanes input, Lanes error, Span<Lanes> state) =>
        _cells.Sweep(theta, sweep, input, sweep == 0 ? Lanes.Zero : error, state);

    /// <summary>Runs the window and adds its gradient.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="sample">The state before it, which is not changed, and what is seen in it.</param>
    /// <param name="gradient">Gradient, lane by lane; added to.</param>
    public void Differentiate(ReadOnlySpan<float> theta, CloneSample sample, Span<Lanes> gradient)
    {
        Run(theta, sample);
        _cells.BeginReverse();
        for (var t = _length - 1; t >= 0; t--)
        {
            var (residual, weights) = (_residuals[t], sample.Weights);
            _cells.AddCellGradient(CloneReadout.WeightEntry, HalfGradient(residual.Weight, weights.Weight));
            _cells.AddCellGradient(CloneReadout.BiasEntry, HalfGradient(residual.Bias, weights.Bias));
            Reverse(theta, sample, t, HalfGradient(residual.Backward, weights.Backward), HalfGradient(residual.Forward, weights.Forward), gradient);
        }
        AddErrors(sample.Weights);
    }

    /// <summary>Runs the window and adds its loss alone.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="sample">The state before it, which is not changed, and what is seen in it.</param>
    public void Measure(ReadOnlySpan<float> theta, CloneSample sample)
    {
        Run(theta, sample);
        AddErrors(sample.Weights);
    }

    /// <summary>Runs the window and adds its weighted differences, with their derivatives, to a linear system.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="sample">The state before it, which is not changed, and what is seen in it.</param>
    /// <param name="system">Receives four differences an example, of eight sub-RNNs each.</param>
    public void Linearise(ReadOnlySpan<float> theta, CloneSample sample, GaussNewtonSystem system)
    {
        Run(theta, sample);
        var (forward, backward) = (Vector256.Sqrt(sample.Weights.Forward), Vector256.Sqrt(sample.Weights.Backward));
        var (weight, bias) = (Vector256.Sqrt(sample.Weights.Weight), Vector256.Sqrt(sample.Weights.Bias));
        for (var t = 0; t < _length; t++)
        {
            var residual = _residuals[t];
            AddTo(system, theta, sample, t, forward * residual.Forward, new(forward, Lanes.Zero, Lanes.Zero, Lanes.Zero));
            AddTo(system, theta, sample, t, backward * residual.Backward, new(Lanes.Zero, backward, Lanes.Zero, Lanes.Zero));
            AddTo(system, theta, sample, t, weight * residual.Weight, new(Lanes.Zero, Lanes.Zero, weight, Lanes.Zero));
            AddTo(system, theta, sample, t, bias * residual.Bias, new(Lanes.Zero, Lanes.Zero, Lanes.Zero, bias));
        }
    }

    private void AddTo(GaussNewtonSystem system, ReadOnlySpan<float> theta, CloneSample sample, int last, Lanes difference, CloneTerms seed)
    {
        var derivatives = system.Add(difference);
        _cells.BeginReverse();
        _cells.AddCellGradient(CloneReadout.WeightEntry, seed.Weight);
        _cells.AddCellGradient(CloneReadout.BiasEntry, seed.Bias);
        Reverse(theta, sample, last, seed.Backward, seed.Forward, derivatives);
        for (var t = last - 1; t >= 0; t--) Reverse(theta, sample, t, Lanes.Zero, Lanes.Zero, derivatives);
    }

    private void Reverse(ReadOnlySpan<float> theta, CloneSample sample, int t, Lanes backward, Lanes forward, Span<Lanes> gradient)
    {
        _cells.Reverse(theta, 1, sample.Inputs[t], sample.Errors[t], t, _afterBackward.AsSpan(t * _n, _n), backward, gradient);
        _cells.Reverse(theta, 0, sample.Inputs[t], Lanes.Zero, t, _afterForward.AsSpan(t * _n, _n), forward, gradient);
    }

    private void AddErrors(CloneTerms weights)
    {
        for (var t = _length - 1; t >= 0; t--)
        {
            var (residual, sums) = (_residuals[t], Errors);
            Errors = new(
                sums.Forward + Loss(residual.Forward, weights.Forward), sums.Backward + Loss(residual.Backward, weights.Backward),
                sums.Weight + Loss(residual.Weight, weights.Weight), sums.Bias + Loss(residual.Bias, weights.Bias));
        }
    }

    // Squares, and the square of what the differences have in common, since layers sum over sub-RNNs.
    private Lanes Loss(Lanes residual, Lanes weight)
    {
        var relative = residual * Vector256.Sqrt(weight);
        var common = Vector256.Create(Vector256.Sum(relative));
        return relative * relative + _common * common * common / SubRnnLanes.Width;
    }

    private Lanes HalfGradient(Lanes residual, Lanes weight)
    {
        var root = Vector256.Sqrt(weight);
        var relative = residual * root;
        return root * (relative + _common * Vector256.Create(Vector256.Sum(relative)));
    }

    private void Run(ReadOnlySpan<float> theta, CloneSample sample)
    {
        var (start, inputs, errors) = (sample.State, sample.Inputs, sample.Errors);
        start.CopyTo(_state, 0);
        var (rate, share) = (Vector256.Create(_rate), Vector256.Create(_biasShare));
        var (w, b) = (start[_n + CloneReadout.WeightEntry], start[_n + CloneReadout.BiasEntry]);
        for (var t = 0; t < _length; t++)
        {
            var (tanh, error) = (DeterministicMath.Tanh(inputs[t]), errors[t]);
            var forward = _cells.Sweep(theta, 0, inputs[t], Lanes.Zero, _state, t) - (tanh * w + share * b);
            _state.AsSpan(0, _n).CopyTo(_afterForward.AsSpan(t * _n));
            var backward = _cells.Sweep(theta, 1, inputs[t], error, _state, t) - error * w * (Lanes.One - tanh * tanh);
            _state.AsSpan(0, _n).CopyTo(_afterBackward.AsSpan(t * _n));
            w -= rate * tanh * error;
            b -= rate * error;
            _residuals[t] = new(forward, backward, _state[_n + CloneReadout.WeightEntry] - w, _state[_n + CloneReadout.BiasEntry] - b);
        }
    }
}
