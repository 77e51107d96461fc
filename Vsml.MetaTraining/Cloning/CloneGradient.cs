using System.Runtime.Intrinsics;
using Vsml.Numerics;
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

/// <summary>Draws the episodes of a cloning iteration and computes loss and gradient; a pure function of theta and the iteration.</summary>
internal sealed class CloneGradient
{
    private const uint NetworkSub = 1;
    private readonly CloneConfiguration _configuration;
    private readonly CloneStage _stage;
    private readonly CloneWindow _window;
    private readonly CloneNetwork? _network;
    private readonly CloneDraws _draws = new();
    private readonly Lanes[] _state, _inputs, _errors, _gradient;

    /// <summary>Allocates the memory of a stage.</summary>
    public CloneGradient(CloneConfiguration configuration, CloneStage stage)
    {
        (_configuration, _stage) = (configuration, stage);
        var layout = new SubRnnLayout(configuration.StateSize);
        _window = new(configuration, layout, stage.Window);
        if (stage.Task is CloneTask.TrueErrors or CloneTask.OwnMessages) _network = new(configuration, _window, stage.Window);
        (_state, _inputs, _errors, _gradient) = (new Lanes[2 * configuration.StateSize], new Lanes[stage.Window], new Lanes[stage.Window], new Lanes[layout.Length]);
    }

    /// <summary>Loss and gradient.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="iteration">Iterations done in the whole run.</param>
    /// <param name="progress">How much of the stage is done, 0..1.</param>
    /// <param name="gradient">Receives the gradient.</param>
    public CloneLoss Evaluate(ReadOnlySpan<float> theta, int iteration, double progress, Span<float> gradient)
    {
        Array.Clear(_gradient);
        _window.Errors = default;
        var longest = (int)Geometric(_stage.FirstLength, _stage.LastLength, progress);
        var floor = (float)Geometric(_stage.FirstFloor, _stage.LastFloor, progress);
        for (var block = 0; block < _stage.SubRnns / SubRnnLanes.Width; block++)
        {
            var random = new CounterRandom(_configuration.Seed, RandomStream.Task, (uint)iteration, (uint)block);
            Single(theta, random.NextInt(longest + 1), floor, ref random);
        }
        var count = _stage.SubRnns;
        for (var network = 0; network < (_network is null ? 0 : _stage.Networks); network++)
        {
            var random = new CounterRandom(_configuration.Seed, RandomStream.Task, (uint)iteration, (uint)network, NetworkSub);
            _network!.Differentiate(theta, random.NextInt(longest + 1), _stage.Task == CloneTask.TrueErrors, floor, ref random, _gradient);
            count += _network.SubRnns;
        }
        var share = 1.0 / ((double)count * _stage.Window);
        for (var i = 0; i < gradient.Length; i++) gradient[i] = (float)(2 * share * Vector256.Sum(_gradient[i]));
        var errors = _window.Errors;
        return new(share * Vector256.Sum(errors.Forward), share * Vector256.Sum(errors.Backward), share * Vector256.Sum(errors.Weight), share * Vector256.Sum(errors.Bias));
    }

    /// <summary>What lies between two numbers above 0, by equal factors.</summary>
    /// <param name="first">At progress 0.</param>
    /// <param name="last">At progress 1.</param>
    /// <param name="progress">0..1.</param>
    public static double Geometric(double first, double last, double progress) => first * DeterministicMath.Exp(progress * DeterministicMath.Log(last / first));

    private void Single(ReadOnlySpan<float> theta, int length, float floor, ref CounterRandom random)
    {
        var weights = _draws.Begin(_configuration, floor, ref random, _state);
        for (var t = 0; t < length; t++)
        {
            var (input, error) = _draws.Next(ref random);
            _window.Skip(theta, input, error, _state);
        }
        for (var t = 0; t < _stage.Window; t++) (_inputs[t], _errors[t]) = _draws.Next(ref random);
        _window.Differentiate(theta, _state, _inputs, _errors, weights, _gradient);
    }
}
