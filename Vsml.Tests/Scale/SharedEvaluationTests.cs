using System.Collections.Concurrent;
using Vsml.MetaTraining;

namespace Vsml.Tests.Scale;

public class SharedEvaluationTests
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 7)]
    [InlineData(5, 2)]
    public void Every_episode_runs_once_and_all_ranks_know_what_it_gave(int ranks, int episodes)
    {
        var shares = new ConcurrentDictionary<int, IReadOnlyList<int>>();
        var results = ThreadRanks.Run(ranks, group => new SharedEvaluation(group).Run(episodes, numbers =>
        {
            shares[group.Rank] = numbers;
            return [.. numbers.Select(number => 10 * number)];
        }, CancellationToken.None));
        results.ShouldAllBe(result => result.Result!.SequenceEqual(Enumerable.Range(0, episodes).Select(number => 10 * number)));
        shares.Values.SelectMany(share => share).Order().ShouldBe(Enumerable.Range(0, episodes));
        shares.Values.Max(share => share.Count).ShouldBe((episodes + ranks - 1) / ranks);
    }

    [Fact]
    public void A_stop_of_one_rank_is_one_of_all()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var results = ThreadRanks.Run(3, group => new SharedEvaluation(group).Run(3, numbers =>
        {
            if (group.Rank == 1) stop.Token.ThrowIfCancellationRequested();
            return [.. numbers];
        }, group.Rank == 1 ? stop.Token : CancellationToken.None));
        results.ShouldAllBe(result => result.Error is RankStoppedException && result.Error.Message == "Rank 1 was told to stop.");
    }

    [Fact]
    public void What_fails_on_one_rank_is_told_on_all()
    {
        var results = ThreadRanks.Run(3, group => new SharedEvaluation(group).Run(3, numbers => group.Rank == 2 ? throw new VsmlException("No memory.") : [.. numbers], CancellationToken.None));
        results.ShouldAllBe(result => result.Error is VsmlException && result.Error.Message.Contains("No memory.", StringComparison.Ordinal));
    }
}
