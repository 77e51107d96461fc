namespace Vsml.Tests.Fixtures;

public class PairwiseDesignTests
{
    [Fact]
    public void EveryPairOfValuesOccurs()
    {
        int[] counts = [4, 3, 2, 2, 3];
        var rows = PairwiseDesign.Rows(counts);
        rows.SelectMany(PairwiseDesign.PairsOf).ToHashSet().ShouldBe(PairwiseDesign.AllPairs(counts), ignoreOrder: true);
        rows.Count.ShouldBeLessThan(30); // of 144 combinations
    }

    [Fact]
    public void SmallNetworksAreValidAndDistinct()
    {
        SmallNetworks.All.Select(network => network.Name).Distinct().Count().ShouldBe(SmallNetworks.All.Count);
        foreach (var network in SmallNetworks.All) ArchitectureRules.Check(network.Architecture).ShouldBeEmpty(network.Name);
    }
}
