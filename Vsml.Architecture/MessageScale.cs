namespace Vsml;

/// <summary>What the sum of forward messages into a hidden layer is divided by (model.md, "The network tick").</summary>
public enum MessageScale
{
    /// <summary>The number of its terms A, as published: the message is a mean.</summary>
    Mean,

    /// <summary>sqrt(A), which keeps the message of independent terms from fading with A. Output and backward messages stay means.</summary>
    Root,
}
