using System.Runtime.CompilerServices;
using Vsml;

namespace VsmlSnapshotTest;

/// <summary>The code emitted for a network stays as it was reviewed.</summary>
public class EmittedCodeTests
{
    [Fact]
    public void Digit_learner_is_emitted_as_reviewed() => Compare(EmittedSource.Of<DigitLearner>().ToString(), nameof(DigitLearner));

    // The first run fails and leaves NAME.received.cs: read it, rename it to NAME.verified.cs, commit it.
    private static void Compare(string emitted, string name, [CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        var (verified, received) = (Path.Combine(folder, $"{name}.verified.cs"), Path.Combine(folder, $"{name}.received.cs"));
        if (File.Exists(verified) && File.ReadAllText(verified).ReplaceLineEndings() == emitted.ReplaceLineEndings())
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, emitted);
        Assert.Fail($"The code emitted for {name} is not what was reviewed. Compare {received} with {verified}; if it is right, rename it.");
    }
}

[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer(16, 4)]
internal sealed partial class DigitLearner;
