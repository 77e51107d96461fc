using Vsml.Numerics;

namespace Vsml.Tests.Numerics;

public class NormalNoiseTests
{
    private const int Samples = 1 << 20;
    private static readonly RandomKey Key = new(20211206, RandomStream.Noise, 3, 17);

    [Fact]
    public void AnElementDependsOnItsIndexAlone()
    {
        var all = new float[203];
        NormalNoise.Fill(Key, 0, all);
        for (var i = 0; i < all.Length; i++) all[i].ShouldBe(NormalNoise.At(Key, i));

        foreach (var (start, length) in new[] { (0, 1), (5, 40), (31, 2), (32, 32), (33, 64), (100, 103), (202, 1) })
        {
            var part = new float[length];
            NormalNoise.Fill(Key, start, part);
            part.ShouldBe(all[start..(start + length)]);
        }
    }

    [Fact]
    public void TruncatedElementsDependOnTheirIndexAlone()
    {
        var all = new float[203];
        TruncatedNormalNoise.Fill(Key, 0, all, firstBlock: 6);
        for (var i = 0; i < all.Length; i++) all[i].ShouldBe(TruncatedNormalNoise.At(Key, i, 6));
        var part = new float[101];
        TruncatedNormalNoise.Fill(Key, 37, part, firstBlock: 6);
        part.ShouldBe(all[37..138]);
    }

    [Fact]
    public void MomentsAndTailsAreThoseOfTheNormalDistribution()
    {
        var z = new float[Samples];
        NormalNoise.Fill(Key, 0, z);
        // Within five standard errors: of z^k they are sqrt((E z^2k - (E z^k)^2) / n).
        Moment(z, 1).ShouldBe(0, 5 * Math.Sqrt(1.0 / Samples));
        Moment(z, 2).ShouldBe(1, 5 * Math.Sqrt(2.0 / Samples));
        Moment(z, 3).ShouldBe(0, 5 * Math.Sqrt(15.0 / Samples));
        Moment(z, 4).ShouldBe(3, 5 * Math.Sqrt(96.0 / Samples));
        foreach (var (cut, probability) in new[] { (-3.0, 0.0013499), (-1.0, 0.1586553), (0.0, 0.5), (0.5, 0.6914625), (2.0, 0.9772499), (4.0, 0.9999683) })
            z.Average(v => v < cut ? 1.0 : 0.0).ShouldBe(probability, 5 * Math.Sqrt(probability * (1 - probability) / Samples));
        for (var lag = 1; lag <= 64; lag *= 2)
            Enumerable.Range(0, Samples - lag).Average(i => (double)z[i] * z[i + lag]).ShouldBe(0, 5 / Math.Sqrt(Samples));
    }

    [Fact]
    public void TheTwoNormalsOfABoxMullerPairAreIndependent()
    {
        var z = new float[Samples];
        NormalNoise.Fill(Key, 0, z);
        double products = 0, squares = 0;
        for (var g = 0; g < Samples; g += 32)
            for (var lane = 0; lane < 8; lane++)
            {
                products += z[g + lane] * (double)z[g + 8 + lane];
                squares += (z[g + lane] * (double)z[g + lane] - 1) * (z[g + 8 + lane] * (double)z[g + 8 + lane] - 1);
            }
        var n = Samples / 4;
        (products / n).ShouldBe(0, 5 / Math.Sqrt(n));
        (squares / n).ShouldBe(0, 5 * 2 / Math.Sqrt(n));
    }

    [Fact]
    public void TruncatedNormalsAreCutAtTwoSigma()
    {
        var z = new float[Samples];
        TruncatedNormalNoise.Fill(Key, 0, z);
        z.Max().ShouldBeInRange(1.999f, 2f);
        z.Min().ShouldBeInRange(-2f, -1.999f);
        // Var = 1 - 2 * 2 phi(2) / erf(sqrt 2).
        Moment(z, 1).ShouldBe(0, 5 * Math.Sqrt(0.774 / Samples));
        Moment(z, 2).ShouldBe(0.7737413, 5 * Math.Sqrt(0.9 / Samples));
        foreach (var (cut, phi) in new[] { (-1.5, 0.0668072), (-0.5, 0.3085375), (0.25, 0.5987063), (1.0, 0.8413447), (1.9, 0.9712834) })
        {
            var probability = (phi - 0.0227501) / 0.9544997;
            z.Average(v => v < cut ? 1.0 : 0.0).ShouldBe(probability, 5 * Math.Sqrt(probability * (1 - probability) / Samples) + 1e-6);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(1899)]
    public void PerturbIsThetaPlusAndMinusTheScaledNoise(int length)
    {
        var theta = Enumerable.Range(0, length).Select(i => i * 0.01f).ToArray();
        var (noise, plus, minus) = (new float[length], new float[length], new float[length]);
        NormalNoise.Fill(Key, 0, noise);
        NormalNoise.Perturb(Key, theta, 0.05f, plus, minus);
        for (var i = 0; i < length; i++)
        {
            var step = 0.05f * noise[i];
            plus[i].ShouldBe(theta[i] + step);
            minus[i].ShouldBe(theta[i] - step);
        }
    }

    [Fact]
    public void WeightedSumIsTakenInTheOrderOfTheKeysAndByParts()
    {
        const int length = 77;
        var keys = Enumerable.Range(0, 5).Select(j => Key with { Pair = (uint)j }).ToArray();
        float[] weights = [0.5f, -2f, 0f, 1e-3f, 7f];
        var expected = new float[length];
        for (var j = 0; j < keys.Length; j++)
            for (var i = 0; i < length; i++)
                expected[i] += weights[j] * NormalNoise.At(keys[j], i);

        var sum = new float[length];
        NormalNoise.AddWeighted(keys, weights, 0, sum.AsSpan(0, 32));
        NormalNoise.AddWeighted(keys, weights, 32, sum.AsSpan(32));
        sum.ShouldBe(expected);
        Should.Throw<ArgumentException>(() => NormalNoise.AddWeighted(keys, weights, 5, sum));
        Should.Throw<ArgumentException>(() => NormalNoise.AddWeighted(keys, weights.AsSpan(1), 0, sum));
    }

    // A change of any bit would change every run.
    [Fact]
    public void BitsAreThoseOfTheFirstRelease()
    {
        var (normal, truncated) = (new float[10_000], new float[10_000]);
        NormalNoise.Fill(Key, 0, normal);
        TruncatedNormalNoise.Fill(Key, 0, truncated);
        Digest(normal).ShouldBe(1909787099u);
        Digest(truncated).ShouldBe(3466353714u);
    }

    private static uint Digest(float[] values) =>
        values.Aggregate(2166136261u, (hash, value) => unchecked((hash ^ BitConverter.SingleToUInt32Bits(value)) * 16777619u));

    private static double Moment(float[] values, int power) => values.Average(v => Math.Pow(v, power));
}
