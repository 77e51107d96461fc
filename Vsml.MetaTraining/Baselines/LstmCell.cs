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
}
