using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Where the parameters that cloning trains lie in their flat vector: those of one sub-RNN whose messages carry one number. For each
/// sweep, weights of the forward message [4N], of the backward message [4N], of its own h [4N, N], biases [4N], and what it sends
/// [N + 1]. Rows of 4N are in the order of theta's columns: i, g, f, o.
/// </summary>
/// <param name="StateSize">N.</param>
internal readonly record struct SubRnnLayout(int StateSize)
{
    /// <summary>Rows of the gates.</summary>
    public int Rows => 4 * StateSize;

    /// <summary>Floats of a sweep.</summary>
    public int SweepLength => Rows * (StateSize + 3) + StateSize + 1;

    /// <summary>Floats of both sweeps.</summary>
    public int Length => 2 * SweepLength;

    /// <summary>Weights of the forward message, within a sweep.</summary>
    public int Forward => 0;

    /// <summary>Weights of the backward message; those of the forward sweep stay at 0.</summary>
    public int Backward => Rows;

    /// <summary>Weights of h.</summary>
    public int Own => 2 * Rows;

    /// <summary>Biases of the gates.</summary>
    public int Bias => Rows * (StateSize + 2);

    /// <summary>Weights of the message sent, then its bias.</summary>
    public int Sent => Rows * (StateSize + 3);

    /// <summary>
    /// Initial values: weights truncated normal with sigma 1 / sqrt(fan-in); the entries that are read out remember, the others forget
    /// half at every micro tick and take in half.
    /// </summary>
    /// <param name="seed">Seed of the draw.</param>
    public float[] Initial(ulong seed)
    {
        var values = new float[Length];
        var random = new CounterRandom(seed, RandomStream.Theta, 0, 0);
        for (var sweep = 0; sweep < 2; sweep++)
        {
            var part = values.AsSpan(sweep * SweepLength, SweepLength);
            random.FillTruncatedNormal(part);
            var sigma = 1 / MathF.Sqrt(StateSize + 2);
            foreach (ref var value in part[..Bias]) value *= sigma;
            foreach (ref var value in part[Sent..]) value /= MathF.Sqrt(StateSize);
            if (sweep == 0) part.Slice(Backward, Rows).Clear();
            part.Slice(Bias, Rows).Clear();
            for (var unit = 0; unit < StateSize; unit++)
            {
                var isRead = unit is CloneReadout.WeightEntry or CloneReadout.BiasEntry;
                part[Bias + unit] = isRead ? 0 : 5;
                part[Bias + 2 * StateSize + unit] = isRead ? 6 : -5;
            }
            part[SweepLength - 1] = 0;
        }
        return values;
    }
}
