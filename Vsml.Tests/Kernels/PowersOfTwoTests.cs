using System.Runtime.Intrinsics;
using Vsml.Contracts;

namespace Vsml.Tests.Kernels;

/// <summary>What AVX-512 kernels make exponentials from, by instructions or as other machines imitate them.</summary>
public class PowersOfTwoTests
{
    [Fact]
    public void Fractions_are_the_nearest_floats_whatever_the_other_bits()
    {
        for (var i = 0; i < 1024; i++)
        {
            var bits = Vector512.Create(i).AsSingle();
            PowersOfTwo.Fraction(bits)[i % 16].ShouldBe((float)Math.Pow(2, i % 32 / 32.0), $"{i}");
        }
    }

    [Theory]
    [InlineData(1.5f, 3f, 12f)]
    [InlineData(1.5f, -2f, 0.375f)]
    [InlineData(1f, 2.96875f, 4f)]
    [InlineData(1f, -0.03125f, 0.5f)]
    public void Values_are_scaled_by_the_floor_of_an_exponent(float value, float exponent, float expected) =>
        PowersOfTwo.Scale(Vector512.Create(value), Vector512.Create(exponent)).ShouldBe(Vector512.Create(expected));

    [Theory]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(float.NaN, 3f)]
    public void What_is_no_number_stays_none_when_scaled(float value, float exponent)
    {
        PowersOfTwo.Scale(Vector512.Create(value), Vector512.Create(exponent))[3].ShouldBe(float.NaN);
        PowersOfTwo.Scale(Vector512.Create(-value), Vector512.Create(-exponent))[3].ShouldBe(float.NaN);
    }

    [Theory]
    [InlineData(41f, 40f)]
    [InlineData(39.5f, 39.5f)]
    [InlineData(-1e30f, -1e30f)]
    [InlineData(float.PositiveInfinity, 40f)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    public void Values_are_limited_from_above(float value, float expected) =>
        PowersOfTwo.AtMost(Vector512.Create(40f), Vector512.Create(value))[5].ShouldBe(expected);

    [Fact]
    public void NaN_of_either_sign_passes_the_limit()
    {
        PowersOfTwo.AtMost(Vector512.Create(40f), Vector512.Create(float.NaN))[5].ShouldBe(float.NaN);
        PowersOfTwo.AtMost(Vector512.Create(40f), Vector512.Create(-float.NaN))[5].ShouldBe(float.NaN);
    }
}
