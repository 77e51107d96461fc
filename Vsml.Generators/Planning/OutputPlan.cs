namespace Vsml.Generators.Planning;

/// <summary>
/// What happens at the last boundary between the last forward sweep of an example and the next sweep. Output b is entry
/// <paramref name="Entry"/> of the forward message at place b, bounded: y = T tanh(x / T). Loss: softmax cross-entropy of y, of each
/// example of the batch. Error = (softmax(y) sum(label) - label) / batch, the loss' gradient with respect to y, not x. Error and label
/// become the leading entries of the backward messages at this boundary, for the one turn that reads them.
/// </summary>
/// <param name="Boundary">K.</param>
/// <param name="Entry">The entry of forward messages that is the output.</param>
/// <param name="Bound">T, or 0 where the output is not bounded.</param>
/// <param name="ErrorEntry">The entry of backward messages that holds the error.</param>
/// <param name="LabelEntry">The entry of backward messages that holds the label, or -1 without label feedback.</param>
/// <param name="ReadIn">The sweep whose turn of the last layer reads them: the backward sweep, or the first sweep of the next example. In all others they are zero.</param>
public sealed record OutputPlan(int Boundary, int Entry, float Bound, int ErrorEntry, int LabelEntry, Sweep ReadIn)
{
    /// <summary>The output of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static OutputPlan Of(Architecture architecture) => new(
        architecture.Layers.Count, architecture.OutputIndex, architecture.OutputBound, ErrorEntry: 0, architecture.LabelFeedback ? 1 : -1,
        architecture.Schedule.BackwardSweep == BackwardSweep.None ? Sweep.First : Sweep.Backward);

    /// <summary>Entries that error and label take.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static int FeedbackEntries(Architecture architecture) => architecture.LabelFeedback ? 2 : 1;
}
