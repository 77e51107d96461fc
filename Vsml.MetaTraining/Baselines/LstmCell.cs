using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>A plain LSTM cell: gates i, g, f, o of [x, h] W + b, forget gate biased by 1 (the published baselines' LSTM).</summary>
internal sealed class LstmCell
{
    private readonly LinearMap _gates;
    private readonly int _inputSize;
    private readonly int _size;
    private readonly float[] _joined;
    private readonly float[] _preactivations;

    public LstmCell(int inputSize, int size)
    {
        (_inputSize, _size) = (inputSize, size);
        _gates = new(inputSize + size, 4 * size);
        _joined = new float[inputSize + size];
        _preactivations = new float[4 * size];
    }

    public LinearMap Gates => _gates;

    /// <summary>N, the size of the state.</summary>
    public int Size => _size;

    /// <summary>[x, h] of the last step.</summary>
    public ReadOnlySpan<float> Joined => _joined;

    /// <summary>[x, h] W + b of the last step.</summary>
    public ReadOnlySpan<float> Preactivations => _preactivations;

    /// <summary>One step; the new state may be written over the old one.</summary>
    public void Step(ReadOnlySpan<float> input, ReadOnlySpan<float> hidden, ReadOnlySpan<float> cell, Span<float> newHidden, Span<float> newCell)
    {
        input.CopyTo(_joined);
        hidden.CopyTo(_joined.AsSpan(_inputSize));
        _gates.Apply(_joined, _preactivations);
        for (var n = 0; n < _size; n++)
        {
            var i = Activation.Sigmoid(_preactivations[n]);
            var g = DeterministicMath.Tanh(_preactivations[_size + n]);
            var f = Activation.Sigmoid(_preactivations[2 * _size + n] + 1f);
            var o = Activation.Sigmoid(_preactivations[3 * _size + n]);
            var c = f * cell[n] + i * g;
            newCell[n] = c;
            newHidden[n] = o * DeterministicMath.Tanh(c);
        }
    }

    /// <summary>Goes back through a step.</summary>
    /// <param name="joined">[x, h] of the step.</param>
    /// <param name="preactivations">[x, h] W + b of the step; becomes their gradient.</param>
    /// <param name="oldCell">The cell before.</param>
    /// <param name="newCell">The cell after.</param>
    /// <param name="hidden">Gradient of the new h.</param>
    /// <param name="cell">Gradient of the new cell; becomes that of the old one.</param>
    /// <param name="parameters">Grows by the gradient of the gates' parameters.</param>
    /// <param name="input">Receives the gradient of [x, h].</param>
    public void Reverse(
        ReadOnlySpan<float> joined, Span<float> preactivations, ReadOnlySpan<float> oldCell, ReadOnlySpan<float> newCell,
        ReadOnlySpan<float> hidden, Span<float> cell, Span<float> parameters, Span<float> input)
    {
        for (var n = 0; n < _size; n++)
        {
            var i = Activation.Sigmoid(preactivations[n]);
            var g = DeterministicMath.Tanh(preactivations[_size + n]);
            var f = Activation.Sigmoid(preactivations[2 * _size + n] + 1f);
            var o = Activation.Sigmoid(preactivations[3 * _size + n]);
            var bounded = DeterministicMath.Tanh(newCell[n]);
            var c = cell[n] + hidden[n] * o * (1f - bounded * bounded);
            preactivations[n] = c * g * i * (1f - i);
            preactivations[_size + n] = c * i * (1f - g * g);
            preactivations[2 * _size + n] = c * oldCell[n] * f * (1f - f);
            preactivations[3 * _size + n] = hidden[n] * bounded * o * (1f - o);
            cell[n] = c * f;
        }
        _gates.Reverse(joined, preactivations, parameters, input);
    }
}
