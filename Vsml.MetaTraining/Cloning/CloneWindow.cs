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
    /// <param name="layout">Where the parameters lie.</param>
    /// <param name="length">Its examples.</param>
    public CloneWindow(CloneConfiguration configuration, SubRnnLayout layout, int length)
    {
        (_n, _length) = (layout.StateSize, length);
        _cells = new(layout, length);
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
    /// <param name="start">The state before it; not changed.</param>
    /// <param name="inputs">Forward messages, one an example.</param>
    /// <param name="errors">Backward messages.</param>
    /// <param name="weights">What squared differences count.</param>
    /// <param name="gradient">Gradient, lane by lane; added to.</param>
    public void Differentiate(ReadOnlySpan<float> theta, ReadOnlySpan<Lanes> start, ReadOnlySpan<Lanes> inputs, ReadOnlySpan<Lanes> errors, CloneTerms weights, Span<Lanes> gradient)
    {
        Run(theta, start, inputs, errors);
        _cells.BeginReverse();
        for (var t = _length - 1; t >= 0; t--)
        {
            var (residual, sums) = (_residuals[t], Errors);
            var (forward, forwardLoss) = Weighted(residual.Forward, weights.Forward);
            var (backward, backwardLoss) = Weighted(residual.Backward, weights.Backward);
            var (weight, weightLoss) = Weighted(residual.Weight, weights.Weight);
            var (bias, biasLoss) = Weighted(residual.Bias, weights.Bias);
            _cells.AddCellGradient(CloneReadout.WeightEntry, weight);
            _cells.AddCellGradient(CloneReadout.BiasEntry, bias);
            _cells.Reverse(theta, 1, inputs[t], errors[t], t, _afterBackward.AsSpan(t * _n, _n), backward, gradient);
            _cells.Reverse(theta, 0, inputs[t], Lanes.Zero, t, _afterForward.AsSpan(t * _n, _n), forward, gradient);
            Errors = new(sums.Forward + forwardLoss, sums.Backward + backwardLoss, sums.Weight + weightLoss, sums.Bias + biasLoss);
        }
    }

    // Half the gradient, and the loss: squares, and the square of what the differences have in common, since layers sum over sub-RNNs.
    private (Lanes Gradient, Lanes Loss) Weighted(Lanes residual, Lanes weight)
    {
        var root = Vector256.Sqrt(weight);
        var relative = residual * root;
        var common = Vector256.Create(Vector256.Sum(relative));
        return (root * (relative + _common * common), relative * relative + _common * common * common / SubRnnLanes.Width);
    }

    private void Run(ReadOnlySpan<float> theta, ReadOnlySpan<Lanes> start, ReadOnlySpan<Lanes> inputs, ReadOnlySpan<Lanes> errors)
    {
        start.CopyTo(_state);
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
