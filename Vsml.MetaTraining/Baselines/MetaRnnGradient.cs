using System.Numerics.Tensors;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Baselines;

public sealed partial class MetaRnn
{
    private LstmTape? _tape;

    /// <inheritdoc/>
    public void Differentiate(EpisodeData episode, int from, int to, int carried, ReadOnlySpan<float> weights, Span<float> losses, Span<int> predicted, Span<float> gradient)
    {
        var length = to - from;
        var size = _lstm.Size;
        var (outputs, hidden) = (new float[length * OutputSize], new float[length * size]);
        var after = new float[StateSize];
        var tape = _tape = new LstmTape(_lstm, length * _microTicks);
        for (var t = 0; t < length; t++)
        {
            var step = Learn(episode.Input(from + t), episode.Classes[from + t]);
            (losses[t], predicted[t]) = (step.Loss, step.Prediction.Class);
            PreviousOutput.CopyTo(outputs.AsSpan(t * OutputSize));
            _state.Hidden.CopyTo(hidden, t * size);
            if (t + 1 == carried) SaveState(after);
        }
        _tape = null;
        gradient.Clear();
        Reverse(episode, from, weights, outputs, hidden, tape, gradient);
        LoadState(after);
    }

    private void Reverse(EpisodeData episode, int from, ReadOnlySpan<float> weights, float[] outputs, float[] hidden, LstmTape tape, Span<float> gradient)
    {
        var (size, inputs) = (_lstm.Size, InputSize);
        var toGates = gradient[.._lstm.Gates.ParameterCount];
        var toOutput = gradient[_lstm.Gates.ParameterCount..];
        var (hiddenGradient, cellGradient, fromOutput) = (new float[size], new float[size], new float[size]);
        var (joinedGradient, outputGradient, errorGradient, earlierErrorGradient) = (new float[_lstm.Gates.Inputs], new float[OutputSize], new float[OutputSize], new float[OutputSize]);
        for (var t = weights.Length - 1; t >= 0; t--)
        {
            var bounded = outputs.AsSpan(t * OutputSize, OutputSize);
            OutputGradient(bounded, episode.Classes[from + t], weights[t], errorGradient, outputGradient);
            _output.Reverse(hidden.AsSpan(t * size, size), outputGradient, toOutput, fromOutput);
            TensorPrimitives.Add(hiddenGradient, fromOutput, hiddenGradient);
            Array.Clear(earlierErrorGradient);
            for (var tick = _microTicks - 1; tick >= 0; tick--)
            {
                tape.Reverse(t * _microTicks + tick, hiddenGradient, cellGradient, toGates, joinedGradient);
                TensorPrimitives.Add(earlierErrorGradient, joinedGradient.AsSpan(inputs, OutputSize), earlierErrorGradient);
                joinedGradient.AsSpan(_joined.Length).CopyTo(hiddenGradient);
            }
            (errorGradient, earlierErrorGradient) = (earlierErrorGradient, errorGradient);
        }
    }

    // The output decides the loss, and the error that the next example reads: softmax(y) - label.
    private void OutputGradient(ReadOnlySpan<float> bounded, int label, float weight, ReadOnlySpan<float> error, Span<float> gradient)
    {
        Span<float> probabilities = new float[bounded.Length];
        SoftmaxCrossEntropy.Probabilities(bounded, probabilities);
        var mean = FixedOrder.Dot(probabilities, error);
        for (var b = 0; b < bounded.Length; b++)
        {
            var slope = OutputLimit > 0f ? 1f - bounded[b] / OutputLimit * (bounded[b] / OutputLimit) : 1f;
            gradient[b] = slope * (weight * (probabilities[b] - (b == label ? 1f : 0f)) + probabilities[b] * (error[b] - mean));
        }
    }

    /// <summary>What the steps of an LSTM met, for going back through them.</summary>
    private sealed class LstmTape(LstmCell cell, int steps)
    {
        private readonly float[][] _joined = new float[steps][];
        private readonly float[][] _preactivations = new float[steps][];
        private readonly float[][] _oldCells = new float[steps][];
        private readonly float[][] _newCells = new float[steps][];
        private int _step;

        public void Before(ReadOnlySpan<float> oldCell) => _oldCells[_step] = oldCell.ToArray();

        public void After(LstmCell stepped, ReadOnlySpan<float> newCell)
        {
            (_joined[_step], _preactivations[_step], _newCells[_step]) = (stepped.Joined.ToArray(), stepped.Preactivations.ToArray(), newCell.ToArray());
            _step++;
        }

        public void Reverse(int step, ReadOnlySpan<float> hidden, Span<float> cellGradient, Span<float> parameters, Span<float> joined) =>
            cell.Reverse(_joined[step], _preactivations[step], _oldCells[step], _newCells[step], hidden, cellGradient, parameters, joined);
    }
}
