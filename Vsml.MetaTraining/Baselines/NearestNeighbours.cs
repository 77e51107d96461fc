using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// The classes of the k nearest among all examples seen so far, by Euclidean distance. It remembers every example, so memory and time
/// grow with them. Outputs are the logarithms of the votes, which decide by number, then by nearness.
/// </summary>
public sealed class NearestNeighbours : Baseline
{
    private readonly int[] _nearestClasses;
    private readonly float[] _nearestDistances;
    private float[] _inputs = [];
    private float[] _squares = [];
    private int[] _labels = [];
    private int _count;

    /// <summary>Makes a learner that has seen nothing.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="neighbours">k; at least 1.</param>
    public NearestNeighbours(int inputSize, int outputSize, int neighbours = 1)
        : base(inputSize, outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        _nearestClasses = new int[neighbours];
        _nearestDistances = new float[neighbours];
    }

    /// <inheritdoc/>
    public override void Reset(ref CounterRandom random) => _count = 0;

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        var found = FindNearest(input);
        // One part of a vote is shared by all classes, so that none is impossible.
        logits.Fill(1f / OutputSize);
        // A farther neighbour counts a little less, all of that together less than a vote.
        for (var rank = 0; rank < found; rank++) logits[_nearestClasses[rank]] += 1f - .5f * rank / (found * (float)found);
        foreach (ref var votes in logits) votes = DeterministicMath.Log(votes);
    }

    /// <inheritdoc/>
    /// <remarks>Remembers the input with the label's largest class.</remarks>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        if (_count == _labels.Length) Grow();
        input.CopyTo(Example(_count));
        _squares[_count] = FixedOrder.Dot(input, input);
        _labels[_count++] = new Prediction(label).Class;
        return new Prediction(logits).Loss(label);
    }

    // Keeps the nearest ones in order by insertion; of two at one distance, the earlier.
    private int FindNearest(ReadOnlySpan<float> input)
    {
        var found = 0;
        for (var i = 0; i < _count; i++)
        {
            // The squared distance, less the input's own square.
            var distance = _squares[i] - 2f * FixedOrder.Dot(input, Example(i));
            if (found < _nearestDistances.Length) found++;
            else if (!(distance < _nearestDistances[found - 1])) continue;
            var place = found - 1;
            for (; place > 0 && distance < _nearestDistances[place - 1]; place--)
                (_nearestDistances[place], _nearestClasses[place]) = (_nearestDistances[place - 1], _nearestClasses[place - 1]);
            (_nearestDistances[place], _nearestClasses[place]) = (distance, _labels[i]);
        }
        return found;
    }

    private void Grow()
    {
        const int first = 64;
        var capacity = Math.Max(first, 2L * _count);
        if (capacity * InputSize > Array.MaxLength)
            throw new VsmlException($"{_count} examples of {InputSize} inputs are as many as nearest neighbours can remember; reset the learner.");
        Array.Resize(ref _inputs, (int)capacity * InputSize);
        Array.Resize(ref _squares, (int)capacity);
        Array.Resize(ref _labels, (int)capacity);
    }

    private Span<float> Example(int index) => _inputs.AsSpan(index * InputSize, InputSize);
}
