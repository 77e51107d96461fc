namespace Vsml.MetaTraining;

/// <summary>
/// The examples of one episode. A buffer that can be filled again and again: arrays only grow, so they may be longer than
/// the present episode needs.
/// </summary>
public sealed class EpisodeData
{
    private float[] _spare = [];
    private float[] _weights = [];
    private int[] _numbers = [];
    private int[] _labels = [];
    private int[] _pool = [];
    private int[] _swaps = [];

    /// <summary>T, the number of examples.</summary>
    public int Length { get; private set; }

    /// <summary>A, the floats of one input.</summary>
    public int InputSize { get; private set; }

    /// <summary>B, the number of classes.</summary>
    public int OutputSize { get; private set; }

    /// <summary>The inputs [T, A], row-major from the first element on.</summary>
    public float[] Inputs { get; private set; } = [];

    /// <summary>The class of every example [T], from 0 to B - 1.</summary>
    public int[] Classes { get; private set; } = [];

    /// <summary>The input [A] of one example.</summary>
    /// <param name="example">The example, from 0 to T - 1.</param>
    public ReadOnlySpan<float> Input(int example) => Inputs.AsSpan(example * InputSize, InputSize);

    /// <summary>Sets the sizes; what the arrays hold is undefined afterwards.</summary>
    /// <param name="length">T, at least 1.</param>
    /// <param name="inputSize">A, at least 1.</param>
    /// <param name="outputSize">B, at least 1.</param>
    /// <exception cref="VsmlException">The episode is too large for an array.</exception>
    public void Reshape(int length, int inputSize, int outputSize)
    {
        if (length < 1 || inputSize < 1 || outputSize < 1 || (long)length * inputSize > Array.MaxLength)
            throw new VsmlException($"an episode of {length} examples with {inputSize} inputs and {outputSize} outputs is impossible");
        Inputs = Grown(Inputs, length * inputSize);
        Classes = Grown(Classes, length);
        (Length, InputSize, OutputSize) = (length, inputSize, outputSize);
    }

    /// <summary>Writes an example's label as one number for every class: 1 at its class, 0 elsewhere.</summary>
    /// <param name="example">The example, from 0 to T - 1.</param>
    /// <param name="label">Gets the label [B].</param>
    public void OneHot(int example, Span<float> label)
    {
        label.Clear();
        label[Classes[example]] = 1f;
    }

    /// <summary>Room for new inputs of another size, for transforms; <see cref="ReplaceInputs"/> puts them in force.</summary>
    /// <param name="inputSize">A, the floats of one new input.</param>
    /// <returns>The new inputs [T, A], of undefined content.</returns>
    /// <exception cref="VsmlException">They are too large for an array.</exception>
    public Span<float> SpareInputs(int inputSize)
    {
        if ((long)Length * inputSize > Array.MaxLength) throw new VsmlException($"an episode of {Length} examples with {inputSize} inputs is impossible");
        _spare = Grown(_spare, Length * inputSize);
        return _spare.AsSpan(0, Length * inputSize);
    }

    /// <summary>Makes what was written to <see cref="SpareInputs"/> the inputs.</summary>
    /// <param name="inputSize">A, as given there.</param>
    public void ReplaceInputs(int inputSize)
    {
        (Inputs, _spare) = (_spare, Inputs);
        InputSize = inputSize;
    }

    /// <summary>Sets the number of classes; the classes of examples stay.</summary>
    /// <param name="outputSize">B, above every class that occurs.</param>
    public void ReplaceOutputSize(int outputSize) => OutputSize = outputSize;

    /// <summary>Room for a matrix or for vectors, of undefined content.</summary>
    internal Span<float> Weights(int count)
    {
        _weights = Grown(_weights, count);
        return _weights.AsSpan(0, count);
    }

    /// <summary>The numbers 0, 1, ... count - 1, for the caller to reorder.</summary>
    internal Span<int> Numbers(int count)
    {
        _numbers = Grown(_numbers, count);
        var numbers = _numbers.AsSpan(0, count);
        for (var i = 0; i < count; i++) numbers[i] = i;
        return numbers;
    }

    /// <summary>Room for labels, of undefined content.</summary>
    internal Span<int> Labels(int count)
    {
        _labels = Grown(_labels, count);
        return _labels.AsSpan(0, count);
    }

    /// <summary>
    /// What a draw without replacement needs: 0, 1, ... poolSize - 1, which the caller must leave as it found it, and room for as
    /// many swaps as there are examples. Only the first call for a larger pool takes time in proportion to the pool.
    /// </summary>
    internal (int[] Pool, int[] Swaps) Pool(int poolSize)
    {
        if (_pool.Length < poolSize)
        {
            var old = _pool.Length;
            Array.Resize(ref _pool, poolSize);
            for (var i = old; i < poolSize; i++) _pool[i] = i;
        }
        _swaps = Grown(_swaps, Length);
        return (_pool, _swaps);
    }

    private static T[] Grown<T>(T[] array, int length) => array.Length >= length ? array : new T[length];
}
