using System.Runtime.Intrinsics;
using Vsml.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>
/// Random episodes of eight single sub-RNNs: weights, inputs and errors of log-uniform magnitude, and what their targets' squares are
/// on average, by which squared differences are divided.
/// </summary>
internal sealed class CloneDraws
{
    // Powers of ten between which magnitudes lie. Inputs of a hidden unit may be large: where tanh is saturated, no error may pass.
    private const float SmallestWeight = -2, LargestWeight = 0.2f, SmallestInput = -1.5f, LargestInput = 1, SmallestError = -4, LargestError = 0.2f;

    private readonly float[] _inputMean = new float[SubRnnLanes.Width], _inputSize = new float[SubRnnLanes.Width], _errorSize = new float[SubRnnLanes.Width];
    private readonly float[] _input = new float[SubRnnLanes.Width], _error = new float[SubRnnLanes.Width];

    /// <summary>Begins an episode: writes weight and bias into a state that is otherwise zero.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="floors">Sizes of targets below which they make no difference.</param>
    /// <param name="random">Stream of the episode.</param>
    /// <param name="state">h, then c; overwritten.</param>
    /// <returns>What squared differences count.</returns>
    public CloneTerms Begin(CloneConfiguration configuration, CloneFloors floors, ref CounterRandom random, Span<Lanes> state)
    {
        var n = configuration.StateSize;
        state.Clear();
        Span<float> weight = stackalloc float[SubRnnLanes.Width], bias = stackalloc float[SubRnnLanes.Width];
        Span<float> forward = stackalloc float[SubRnnLanes.Width], backward = stackalloc float[SubRnnLanes.Width];
        Span<float> weightChange = stackalloc float[SubRnnLanes.Width], biasChange = stackalloc float[SubRnnLanes.Width];
        var (alpha, rate) = (configuration.Alpha, configuration.Alpha * configuration.Rate);
        for (var lane = 0; lane < SubRnnLanes.Width; lane++)
        {
            var weightSize = alpha * Magnitude(ref random, SmallestWeight, LargestWeight);
            var biasSize = alpha * Magnitude(ref random, SmallestWeight, LargestWeight);
            _errorSize[lane] = Magnitude(ref random, SmallestError, LargestError);
            _inputSize[lane] = Magnitude(ref random, SmallestInput, LargestInput);
            _inputMean[lane] = random.NextUInt32() % 2 == 0 ? 0 : random.NextUniform(-1, 1);
            weight[lane] = weightSize * random.NextTruncatedNormal();
            bias[lane] = biasSize * random.NextTruncatedNormal();
            var squares = _inputSize[lane] * _inputSize[lane] + _inputMean[lane] * _inputMean[lane];
            var tanh = squares / (1 + squares);
            forward[lane] = Inverse(weightSize * weightSize * tanh + Square(configuration.BiasShare * biasSize), floors.Messages * alpha);
            backward[lane] = Inverse(Square(_errorSize[lane] * weightSize) / (1 + squares), floors.Messages * alpha);
            weightChange[lane] = Inverse(Square(rate * _errorSize[lane]) * tanh, floors.Changes * rate);
            biasChange[lane] = Inverse(Square(rate * _errorSize[lane]), floors.Changes * rate);
        }
        state[n + CloneReadout.WeightEntry] = Vector256.Create<float>(weight);
        state[n + CloneReadout.BiasEntry] = Vector256.Create<float>(bias);
        return new(Vector256.Create<float>(forward), Vector256.Create<float>(backward), Vector256.Create<float>(weightChange), Vector256.Create<float>(biasChange));
    }

    /// <summary>The next example's input and error.</summary>
    /// <param name="random">Stream of the episode.</param>
    public (Lanes Input, Lanes Error) Next(ref CounterRandom random)
    {
        for (var lane = 0; lane < SubRnnLanes.Width; lane++)
        {
            _input[lane] = _inputMean[lane] + _inputSize[lane] * random.NextTruncatedNormal();
            _error[lane] = _errorSize[lane] * random.NextTruncatedNormal();
        }
        return (Vector256.Create(_input), Vector256.Create(_error));
    }

    /// <summary>One over a mean square and the square of a floor.</summary>
    public static float Inverse(float square, float floor) => 1 / (square + floor * floor);

    private static float Magnitude(ref CounterRandom random, float smallest, float largest) =>
        (float)DeterministicMath.Exp(2.302585092994046 * random.NextUniform(smallest, largest));

    private static float Square(float x) => x * x;
}
