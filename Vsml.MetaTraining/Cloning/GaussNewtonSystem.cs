using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>
/// A linear least-squares system: differences r, eight at a time, and their derivatives J by all parameters. Its squares count
/// |r|² and the square of the sum of each eight, as the loss of cloning does.
/// </summary>
/// <param name="parameters">Number of parameters.</param>
/// <param name="commonWeight">What squared sums count.</param>
internal sealed class GaussNewtonSystem(int parameters, float commonWeight)
{
    private readonly List<Lanes[]> _derivatives = [];
    private readonly List<Lanes> _differences = [];
    private readonly Lanes _common = Vector256.Create(commonWeight);
    private readonly Lanes[] _sums = new Lanes[parameters];

    /// <summary>Takes all differences away; their memory is used again.</summary>
    public void Clear() => _differences.Clear();

    /// <summary>Adds eight differences.</summary>
    /// <param name="differences">What they are.</param>
    /// <returns>Receives their derivatives; zero [parameters].</returns>
    public Span<Lanes> Add(Lanes differences)
    {
        if (_derivatives.Count == _differences.Count) _derivatives.Add(new Lanes[parameters]);
        var derivatives = _derivatives[_differences.Count].AsSpan();
        derivatives.Clear();
        _differences.Add(differences);
        return derivatives;
    }

    /// <summary>Half the gradient of the squares.</summary>
    /// <param name="gradient">Receives it [parameters].</param>
    public void HalfGradient(Span<float> gradient)
    {
        Array.Clear(_sums);
        for (var i = 0; i < _differences.Count; i++) AddTransposed(_derivatives[i], Counted(_differences[i]));
        Sum(gradient);
    }

    /// <summary>The squares of each column of J, those of sums left out.</summary>
    /// <param name="squares">Receives them [parameters].</param>
    public void Diagonal(Span<float> squares)
    {
        Array.Clear(_sums);
        for (var i = 0; i < _differences.Count; i++)
        {
            var derivatives = _derivatives[i];
            for (var p = 0; p < derivatives.Length; p++) _sums[p] += derivatives[p] * derivatives[p];
        }
        Sum(squares);
    }

    /// <summary>Multiplies by the Gauss-Newton matrix, the squares' second derivatives but for those of J.</summary>
    /// <param name="vector">What is multiplied [parameters].</param>
    /// <param name="product">Receives the product [parameters].</param>
    public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
    {
        Array.Clear(_sums);
        for (var i = 0; i < _differences.Count; i++)
        {
            var derivatives = _derivatives[i];
            var (first, second) = (Lanes.Zero, Lanes.Zero);
            var p = 0;
            for (; p + 1 < derivatives.Length && p + 1 < vector.Length; p += 2)
            {
                first += derivatives[p] * Vector256.Create(vector[p]);
                second += derivatives[p + 1] * Vector256.Create(vector[p + 1]);
            }
            if (p < derivatives.Length) first += derivatives[p] * Vector256.Create(vector[p]);
            AddTransposed(derivatives, Counted(first + second));
        }
        Sum(product);
    }

    /// <summary>
    /// The step that makes the squares least where J is taken as constant and a step costs damping times its squares in units of the
    /// diagonal: by conjugate gradients, preconditioned by the diagonal.
    /// </summary>
    /// <param name="damping">Above 0 (Levenberg-Marquardt).</param>
    /// <param name="iterations">Most multiplications.</param>
    /// <param name="step">Receives the step [parameters].</param>
    public void Solve(double damping, int iterations, Span<float> step)
    {
        const float SmallestShare = 1e-6f, SmallestDiagonal = 1e-30f, Tolerance = 1e-3f;
        float[] residual = new float[parameters], diagonal = new float[parameters], preconditioned = new float[parameters], direction = new float[parameters], product = new float[parameters];
        HalfGradient(residual);
        TensorPrimitives.Negate<float>(residual, residual);
        Diagonal(diagonal);
        // A column without a derivative gets no step.
        var floor = Math.Max(SmallestShare * TensorPrimitives.Max<float>(diagonal), SmallestDiagonal);
        for (var p = 0; p < parameters; p++) diagonal[p] = Math.Max(diagonal[p], floor);
        step.Clear();
        TensorPrimitives.Divide(residual, diagonal, preconditioned);
        preconditioned.CopyTo(direction, 0);
        var rho = TensorPrimitives.Dot<float>(residual, preconditioned);
        var least = Tolerance * Tolerance * rho;
        for (var k = 0; k < iterations && rho > least; k++)
        {
            Multiply(direction, product);
            for (var p = 0; p < parameters; p++) product[p] += (float)damping * diagonal[p] * direction[p];
            var alpha = rho / TensorPrimitives.Dot<float>(direction, product);
            TensorPrimitives.MultiplyAdd(direction, alpha, step, step);
            TensorPrimitives.MultiplyAdd(product, -alpha, residual, residual);
            TensorPrimitives.Divide(residual, diagonal, preconditioned);
            var next = TensorPrimitives.Dot<float>(residual, preconditioned);
            TensorPrimitives.MultiplyAdd(direction, next / rho, preconditioned, direction);
            rho = next;
        }
    }

    private Lanes Counted(Lanes differences) => differences + _common * Vector256.Create(Vector256.Sum(differences));

    private void AddTransposed(Lanes[] derivatives, Lanes factor)
    {
        var sums = _sums;
        for (var p = 0; p < derivatives.Length && p < sums.Length; p++) sums[p] += derivatives[p] * factor;
    }

    private void Sum(Span<float> result)
    {
        for (var p = 0; p < result.Length; p++) result[p] = Vector256.Sum(_sums[p]);
    }
}
