namespace Vsml.Generators.Planning;

/// <summary>Which way messages go.</summary>
public enum Direction
{
    /// <summary>From a layer's inputs to its outputs: made by the messenger <see cref="ThetaPlan.Forward"/>, taken in by rows <see cref="ThetaPlan.ForwardRows"/>.</summary>
    Forward,

    /// <summary>From its outputs to its inputs: made by <see cref="ThetaPlan.Backward"/>, taken in by rows <see cref="ThetaPlan.BackwardRows"/>.</summary>
    Backward,
}

/// <summary>Where incoming messages come from.</summary>
public enum MessageOrigin
{
    /// <summary>All zeros: nothing is read.</summary>
    Zero,

    /// <summary>The example's input x_a, as entry 0.</summary>
    Input,

    /// <summary>Error and label as <see cref="OutputPlan"/> has them: of this example in the backward sweep, of the example before in a first sweep (zeros in an episode's first).</summary>
    Feedback,

    /// <summary>Sent by the neighbouring layer's turn just before, in this same sweep.</summary>
    ThisSweep,

    /// <summary>Sent by the neighbouring layer in the sweep before this one, be it of this example or of the one before (zeros in an episode's first); it will be replaced later in this sweep, or is left alone in a backward sweep.</summary>
    SweepBefore,
}

/// <summary>
/// Messages that a turn reads: from every place of a boundary the entries 0 .. Entries - 1; all further ones are zero. They do not
/// change during the turn.
/// </summary>
/// <param name="Boundary">Where they wait.</param>
/// <param name="Direction">Which way they go.</param>
/// <param name="Origin">Who sent them.</param>
/// <param name="Entries">Leading entries that can differ from zero.</param>
/// <param name="GradientWanted">Whether the reverse pass needs the gradient with respect to them: not for the input.</param>
public sealed record ReceivedMessages(int Boundary, Direction Direction, MessageOrigin Origin, int Entries, bool GradientWanted);

/// <summary>
/// Messages that a turn sends: to every place of a boundary a sum of what the sub-RNNs there say (see <see cref="Summands"/>), divided.
/// Only entries FirstEntry .. FirstEntry + Entries - 1 of the M are ever read.
/// </summary>
/// <param name="Boundary">Where they go.</param>
/// <param name="Direction">Which way they go.</param>
/// <param name="FirstEntry">The first entry that somebody reads.</param>
/// <param name="Entries">Entries that somebody reads; 0 where all are replaced before that.</param>
/// <param name="Terms">Messages that are summed: A forward, B backward; in a convolution k k channels, of which a backward message at place (row, column) has only Readers(row) Readers(column) channels that are not zero by definition (<see cref="ConvGeometry.Readers"/>).</param>
/// <param name="Scale">What the sum is divided by: the number of terms, so that it is a mean; or its root, with <see cref="MessageScale.Root"/> for forward messages into a hidden boundary.</param>
public sealed record SentMessages(int Boundary, Direction Direction, int FirstEntry, int Entries, Extent Terms, MessageScale Scale)
{
    /// <summary>What is left of a constant that every term has, the messenger's bias or the norm's offset: Terms / Divisor, 1 in a mean.</summary>
    /// <exception cref="System.InvalidOperationException">The number of terms is free.</exception>
    public double ConstantShare => Terms.Number / Divisor;

    /// <summary>What the sum is divided by.</summary>
    /// <exception cref="System.InvalidOperationException">The number of terms is free.</exception>
    public double Divisor => Scale == MessageScale.Root ? System.Math.Sqrt(Terms.Number) : Terms.Number;

    /// <summary>Whether constants count once, whatever the number of terms.</summary>
    public bool IsMean => Scale == MessageScale.Mean || (!Terms.IsFree && Terms.Number == 1);

    /// <summary>Whether anybody reads them; if not, they need not be made.</summary>
    public bool IsRead => Entries > 0;
}
