using VerifyXunit;
using Vsml;
using Xunit;

/// <summary>Pins the code that the generator emits: read what was received, rename it to .verified.cs, and commit it.</summary>
public class EmittedCodeTests
{
    [Fact]
    public Task MyNetwork_is_emitted_as_reviewed() => Verifier.Verify(EmittedSource.Of<MyNetwork>().ToString(), "cs");
}

/// <summary>The network whose code is pinned.</summary>
[VsmlModel(StateSize = 16, MessageSize = 8)]
[DenseLayer(64, 10)]
internal sealed partial class MyNetwork;
