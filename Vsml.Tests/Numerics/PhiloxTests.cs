using Vsml.Numerics;

namespace Vsml.Tests.Numerics;

public class PhiloxTests
{
    // Random123 1.14, tests/kat_vectors, lines "philox4x32 10".
    [Theory]
    [InlineData(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void GivesThePublishedKnownAnswers(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3) =>
        Philox.Block((c0, c1, c2, c3), (k0, k1)).ShouldBe((x0, x1, x2, x3));

    [Fact]
    public void KeyIsTheSeedAndCounterIsBlockStreamIterationPair()
    {
        var key = new RandomKey(0x1122334455667788, RandomStream.Cells, Iteration: 9, Pair: 11, Sub: 3);
        Philox.Block(key, 7).ShouldBe(Philox.Block((7, 2 + (3 << 8), 9, 11), (0x55667788, 0x11223344)));
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(1234u, 3)]
    [InlineData(uint.MaxValue - 3, 2)]
    public void ManyBlocksAtOnceAreTheSingleBlocks(uint first, int groups)
    {
        var key = new RandomKey(0xFEDCBA9876543210, RandomStream.Noise, 0xFFFFFFFE, 0x80000001, 5);
        var words = new uint[32 * groups];
        Philox.Fill(key, first, groups, words);
        for (var i = 0; i < 8 * groups; i++)
        {
            var at = i / 8 * 32 + i % 8;
            (words[at], words[at + 8], words[at + 16], words[at + 24]).ShouldBe(Philox.Block(key, unchecked(first + (uint)i)));
        }
        Should.Throw<ArgumentException>(() => Philox.Fill(key, 0, groups, words.AsSpan(1)));
    }
}
