using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Sizes of targets below which they make no difference.</summary>
/// <param name="Messages">Of messages, as a share of one of weight 1, error 1.</param>
/// <param name="Changes">Of changes of w and b, alike.</param>
internal readonly record struct CloneFloors(float Messages, float Changes);

/// <summary>Draws what an iteration of a stage differentiates: a pure function of theta and the iteration.</summary>
internal sealed class CloneSampler
{
    private const uint NetworkSub = 1;
    private readonly CloneConfiguration _configuration;
    private readonly CloneStage _stage;
    private readonly CloneWindow _window;
    private readonly CloneNetwork? _network;
    private readonly CloneDraws _draws = new();
    private readonly CloneSample[] _samples;

    /// <summary>Allocates the memory of a stage.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="stage">The stage.</param>
    public CloneSampler(CloneConfiguration configuration, CloneStage stage)
    {
        (_configuration, _stage) = (configuration, stage);
        _window = new(configuration, stage.Window);
        if (stage.Task is CloneTask.TrueErrors or CloneTask.OwnMessages) _network = new(configuration, _window, stage.Window);
        var count = stage.SubRnns / SubRnnLanes.Width + (_network?.Blocks ?? 0) * stage.Networks;
        _samples = [.. Enumerable.Range(0, count).Select(_ => new CloneSample(configuration.StateSize, stage.Window))];
    }

    /// <summary>The samples of an iteration; overwritten by the next call.</summary>
    /// <param name="theta">All parameters; states depend on them.</param>
    /// <param name="iteration">Iterations done in the whole run.</param>
    /// <param name="progress">How much of the stage is done, 0..1.</param>
    public IReadOnlyList<CloneSample> Draw(ReadOnlySpan<float> theta, int iteration, double progress)
    {
        var longest = (int)Geometric(_stage.FirstLength, _stage.LastLength, progress);
        var floor = (float)Geometric(_stage.FirstFloor, _stage.LastFloor, progress);
        var floors = new CloneFloors(floor, floor * (float)Geometric(_stage.FirstChangeFloor, _stage.LastChangeFloor, progress));
        var singles = _stage.SubRnns / SubRnnLanes.Width;
        for (var block = 0; block < singles; block++)
        {
            var random = new CounterRandom(_configuration.Seed, RandomStream.Task, (uint)iteration, (uint)block);
            Single(theta, random.NextInt(longest + 1), floors, ref random, _samples[block]);
        }
        for (var network = 0; network < (_network is null ? 0 : _stage.Networks); network++)
        {
            var random = new CounterRandom(_configuration.Seed, RandomStream.Task, (uint)iteration, (uint)network, NetworkSub);
            _network!.Draw(theta, random.NextInt(longest + 1), _stage.Task == CloneTask.TrueErrors, floors, ref random, _samples.AsSpan(singles + network * _network.Blocks, _network.Blocks));
        }
        return _samples;
    }

    /// <summary>What lies between two numbers above 0, by equal factors.</summary>
    /// <param name="first">At progress 0.</param>
    /// <param name="last">At progress 1.</param>
    /// <param name="progress">0..1.</param>
    public static double Geometric(double first, double last, double progress) => first * DeterministicMath.Exp(progress * DeterministicMath.Log(last / first));

    private void Single(ReadOnlySpan<float> theta, int length, CloneFloors floors, ref CounterRandom random, CloneSample sample)
    {
        sample.Weights = _draws.Begin(_configuration, floors, ref random, sample.State);
        for (var t = 0; t < length; t++)
        {
            var (input, error) = _draws.Next(ref random);
            _window.Skip(theta, input, error, sample.State);
        }
        for (var t = 0; t < _stage.Window; t++) (sample.Inputs[t], sample.Errors[t]) = _draws.Next(ref random);
    }
}
