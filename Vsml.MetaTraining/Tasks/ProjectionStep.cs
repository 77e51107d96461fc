using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Multiplies inputs by a matrix of random numbers, uniform in +-<see cref="Limit"/>.</summary>
/// <param name="Key">The stream of the numbers.</param>
/// <param name="FirstBlock">Philox block where they begin.</param>
/// <param name="Inputs">Rows.</param>
/// <param name="Outputs">Columns.</param>
internal readonly record struct ProjectionStep(RandomKey Key, uint FirstBlock, int Inputs, int Outputs) : IInputStep
{
    /// <summary>Keeps variance 1 at variance 1, whatever the number of columns.</summary>
    public float Limit => MathF.Sqrt(3f / Inputs);

    /// <summary>Floats of the matrix with padded rows.</summary>
    public int MatrixFloats => Inputs * Projection.Stride(Outputs);

    /// <summary>The matrix with padded rows, where it was drawn before; else null.</summary>
    public float[]? Matrix { get; init; }

    /// <inheritdoc/>
    public void Apply(EpisodeData episode)
    {
        if (Matrix is not null)
        {
            Projection.Apply(episode, Matrix, Outputs);
            return;
        }
        var matrix = episode.Weights(MatrixFloats);
        Draw(matrix);
        Projection.Apply(episode, matrix, Outputs);
    }

    /// <summary>Draws the matrix, with padded rows.</summary>
    /// <param name="matrix">Receives it; <see cref="MatrixFloats"/>.</param>
    public void Draw(Span<float> matrix)
    {
        new CounterRandom(Key, FirstBlock).FillUniform(matrix[..(Inputs * Outputs)], -Limit, Limit);
        Projection.PadRows(matrix, Inputs, Outputs);
    }

    /// <inheritdoc/>
    public IInputStep Keep() => this;
}
