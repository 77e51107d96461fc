using Vsml.MetaTraining;

namespace Vsml.Tests.Scale;

public class DivisionTests
{
    [Theory]
    [InlineData(5, 2)]
    [InlineData(7, 7)]
    [InlineData(1000, 13)]
    public void Even_shares_differ_by_one_at_most(int count, int ranks)
    {
        var division = Division.Even(count, ranks);
        var shares = Enumerable.Range(0, ranks).Select(rank => division.Of(rank).Count).ToList();
        shares.Sum().ShouldBe(count);
        (shares.Max() - shares.Min()).ShouldBeLessThanOrEqualTo(1);
        Enumerable.Range(0, count).ShouldAllBe(pair => division.Of(division.RankOf(pair)).First <= pair && pair < division.Of(division.RankOf(pair)).First + division.Of(division.RankOf(pair)).Count);
    }

    [Fact]
    public void All_can_be_at_the_root()
    {
        var division = Division.AtRoot(4, 3);
        Enumerable.Range(0, 4).ShouldAllBe(pair => division.RankOf(pair) == 0);
        division.Of(2).Count.ShouldBe(0);
    }

    [Fact]
    public void Shares_follow_speeds_and_nobody_is_left_out()
    {
        var division = Division.Even(30, 3).Balanced([1, 2, 3]);
        Enumerable.Range(0, 3).Select(rank => division.Of(rank).Count).ShouldBe([5, 10, 15]);
        Division.Even(4, 3).Balanced([1, 1e-6, 100]).Of(1).Count.ShouldBe(1);
    }

    [Fact]
    public void A_small_gain_changes_nothing()
    {
        var division = Division.Even(30, 3);
        division.Balanced([1, 1.02, 0.98]).ShouldBeSameAs(division);
    }
}
