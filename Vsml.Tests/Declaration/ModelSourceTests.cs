using Vsml.Tests.Snapshots;

namespace Vsml.Tests.Declaration;

public class ModelSourceTests
{
    [Fact]
    public void DeclaredNetworksAreFoundByTheirLayout()
    {
        var models = ModelSource.DeclaredIn(typeof(ModelSourceTests).Assembly);
        models(OneLayer.Model.Architecture).ShouldBeSameAs(OneLayer.Model);
        Should.Throw<VsmlException>(() => models(OneLayer.Model.Architecture with { StateSize = 5, Layers = [new DenseLayerSpec(123, 45)] })).Message
            .ShouldStartWith("Vsml.Tests declares no network with the layers dense 123");
    }
}
