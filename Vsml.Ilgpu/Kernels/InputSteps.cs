using ILGPU;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Computes the inputs of an episode, [example, input], and labels.</summary>
public static class InputSteps
{
    /// <summary>Copies one float of a row of a table.</summary>
    /// <param name="index">Example times floats of a row, plus the float.</param>
    /// <param name="table">The table.</param>
    /// <param name="rows">The row of each example.</param>
    /// <param name="size">Floats of a row.</param>
    /// <param name="result">Receives it.</param>
    public static void Show(Index1D index, ArrayView<float> table, ArrayView<int> rows, int size, ArrayView<float> result)
    {
        int example = index / size, i = index % size;
        result[index] = table[(long)rows[example] * size + i];
    }

    /// <summary>Picks one input by its number.</summary>
    /// <param name="index">Example times inputs afterwards, plus the input.</param>
    /// <param name="inputs">Inputs before.</param>
    /// <param name="size">Their number.</param>
    /// <param name="sources">For each input afterwards the number of that before; -1 for one that is always zero.</param>
    /// <param name="result">Receives it.</param>
    public static void Select(Index1D index, ArrayView<float> inputs, int size, ArrayView<int> sources, ArrayView<float> result)
    {
        int example = index / sources.IntLength, source = sources[index % sources.IntLength];
        result[index] = source == SelectionStep.Zero ? 0f : inputs[(long)example * size + source];
    }

    /// <summary>Multiplies one float.</summary>
    /// <param name="index">The float.</param>
    /// <param name="inputs">Inputs before.</param>
    /// <param name="factor">What they are multiplied by.</param>
    /// <param name="result">Receives it.</param>
    public static void Scale(Index1D index, ArrayView<float> inputs, float factor, ArrayView<float> result) => result[index] = inputs[index] * factor;

    /// <summary>Draws one number of a matrix, uniform in +-limit.</summary>
    /// <param name="index">The number.</param>
    /// <param name="key">The stream.</param>
    /// <param name="firstBlock">Philox block where the matrix begins.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="matrix">Receives it.</param>
    public static void Draw(Index1D index, RandomKey key, uint firstBlock, float limit, ArrayView<float> matrix) =>
        matrix[index] = -limit + (limit + limit) * UniformNoise.At(key, index, firstBlock);

    /// <summary>One float of the product with a matrix, summed over the inputs in order.</summary>
    /// <param name="index">Example times columns, plus the column.</param>
    /// <param name="inputs">Inputs before.</param>
    /// <param name="size">Their number.</param>
    /// <param name="matrix">The matrix [inputs, columns].</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="result">Receives it.</param>
    public static void Project(Index1D index, ArrayView<float> inputs, int size, ArrayView<float> matrix, int columns, ArrayView<float> result)
    {
        int example = index / columns, column = index % columns;
        var sum = 0f;
        for (var i = 0; i < size; i++) sum += inputs[(long)example * size + i] * matrix[(long)i * columns + column];
        result[index] = sum;
    }

    /// <summary>One number of a label: 1 at the example's class, 0 elsewhere.</summary>
    /// <param name="index">Example times outputs, plus the output.</param>
    /// <param name="classes">The class of each example.</param>
    /// <param name="labels">Receives it.</param>
    /// <param name="outputs">Number of outputs.</param>
    public static void Label(Index1D index, ArrayView<int> classes, ArrayView<float> labels, int outputs)
    {
        int example = index / outputs, output = index % outputs;
        labels[index] = classes[example] == output ? 1f : 0f;
    }
}
