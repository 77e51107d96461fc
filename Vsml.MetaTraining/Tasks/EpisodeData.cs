using Vsml.Data;

namespace Vsml.MetaTraining;

/// <summary>
/// The examples of one episode. A buffer that can be filled again and again: arrays only grow, so they may be longer than
/// the present episode needs.
/// </summary>
public sealed class EpisodeData
{
    // As large as a data set, and needed only while an episode is drawn.
    [ThreadStatic]
    private static int[]? t_pool;

    private readonly bool _defers;
    private float[] _inputs = [];
    private float[] _spare = [];
    private float[] _weights = [];
    private int[] _numbers = [];
    private int[] _labels = [];
    private int[] _rows = [];
    private int[] _swaps = [];

    /// <summary>Makes an empty buffer.</summary>
    public EpisodeData()
    {
    }

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="defers">Whether inputs are computed elsewhere, by <see cref="Recipe"/>, or else when somebody looks at them.</param>
    internal EpisodeData(bool defers) => _defers = defers;

    /// <summary>What the inputs are computed from, where they are not computed yet; else null.</summary>
    internal InputRecipe? Recipe { get; private set; }

    /// <summary>T, the number of examples.</summary>
    public int Length { get; private set; }

    /// <summary>A, the floats of one input.</summary>
    public int InputSize { get; private set; }

    /// <summary>B, the number of classes.</summary>
    public int OutputSize { get; private set; }

    /// <summary>The inputs [T, A], row-major from the first element on.</summary>
    public float[] Inputs
    {
        get
        {
            ComputeInputs();
            return _inputs = Grown(_inputs, Length * InputSize);
        }
    }

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
        Recipe = null;
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
        (_inputs, _spare) = (_spare, _inputs);
        Recipe = null;
        InputSize = inputSize;
    }

    /// <summary>Sets the number of classes; the classes of examples stay.</summary>
    /// <param name="outputSize">B, above every class that occurs.</param>
    public void ReplaceOutputSize(int outputSize) => OutputSize = outputSize;

    /// <summary>Room for the row that each example shows [T], for <see cref="ShowImages"/> and <see cref="ShowVectors"/>.</summary>
    internal Span<int> Rows()
    {
        _rows = Grown(_rows, Length);
        return _rows.AsSpan(0, Length);
    }

    /// <summary>Makes rows of a data set, those in <see cref="Rows"/>, the inputs.</summary>
    /// <param name="dataset">The data set.</param>
    internal void ShowImages(ImageDataset dataset)
    {
        if (_defers) Recipe = new InputRecipe(dataset.Pixels, IsDataset: true, InputSize, _rows);
        else CopyRows(dataset.Pixels, _rows);
    }

    /// <summary>Makes vectors that lie in <see cref="Weights"/>, those in <see cref="Rows"/>, the inputs.</summary>
    internal void ShowVectors()
    {
        if (_defers) Recipe = new InputRecipe(_weights, IsDataset: false, InputSize, _rows);
        else CopyRows(_weights, _rows);
    }

    /// <summary>Changes the inputs: at once, or with all other changes of <see cref="Recipe"/>.</summary>
    /// <typeparam name="TStep">Type of the change.</typeparam>
    /// <param name="step">The change.</param>
    internal void Change<TStep>(TStep step)
        where TStep : struct, IInputStep
    {
        if (Recipe is null)
        {
            step.Apply(this);
            return;
        }
        Recipe.Steps.Add(step.Keep());
        InputSize = step.Outputs;
    }

    /// <summary>Room for a matrix or for vectors, of undefined content.</summary>
    internal Span<float> Weights(int count)
    {
        _weights = Grown(_weights, count);
        return _weights.AsSpan(0, count);
    }

    /// <summary>The numbers 0, 1, ... count - 1, for the caller to reorder.</summary>
    internal Memory<int> Numbers(int count)
    {
        _numbers = Grown(_numbers, count);
        for (var i = 0; i < count; i++) _numbers[i] = i;
        return _numbers.AsMemory(0, count);
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
        var old = t_pool?.Length ?? 0;
        if (old < poolSize)
        {
            Array.Resize(ref t_pool, poolSize);
            for (var i = old; i < poolSize; i++) t_pool[i] = i;
        }
        _swaps = Grown(_swaps, Length);
        return (t_pool!, _swaps);
    }

    /// <summary>Computes the inputs, unless they are.</summary>
    internal void ComputeInputs()
    {
        if (Recipe is not { } recipe) return;
        (Recipe, InputSize) = (null, recipe.RowSize);
        CopyRows(recipe.Table, recipe.Rows);
        foreach (var step in recipe.Steps) step.Apply(this);
    }

    private void CopyRows(float[] table, int[] rows)
    {
        var inputs = Inputs;
        for (var t = 0; t < Length; t++) table.AsSpan(rows[t] * InputSize, InputSize).CopyTo(inputs.AsSpan(t * InputSize));
    }

    private static T[] Grown<T>(T[] array, int length) => array.Length >= length ? array : new T[length];
}
