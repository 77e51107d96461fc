namespace Vsml;

/// <summary>
/// An example whose label comes later (<see cref="OnlineClassifier{TLabel}.OpenTicket(ReadOnlySpan{float})"/>): it remembers the features and what was
/// predicted. It can be learned from once, by the classifier that gave it.
/// </summary>
/// <typeparam name="TLabel">Type of a label.</typeparam>
public sealed class PredictionTicket<TLabel>
    where TLabel : notnull
{
    private readonly int _best;

    internal PredictionTicket(OnlineClassifier<TLabel> owner, float?[]? positions, KeyValuePair<string, float>[]? names, TLabel[] labels, float[] probabilities)
    {
        (Owner, Positions, Names, Labels, Probabilities) = (owner, positions, names, labels, probabilities);
        _best = labels.Length == 0 ? -1 : new Prediction(probabilities).Class;
    }

    /// <summary>Whether any label was known, so that there is a prediction.</summary>
    public bool HasPrediction => _best >= 0;

    /// <summary>The label that was predicted.</summary>
    /// <exception cref="InvalidOperationException">No label was known.</exception>
    public TLabel Prediction => HasPrediction ? Labels[_best] : throw new InvalidOperationException("No label was known when this ticket was opened, so it has no prediction. Ask HasPrediction first.");

    /// <summary>The labels known then.</summary>
    public IReadOnlyList<TLabel> Labels { get; }

    /// <summary>The probability of each of <see cref="Labels"/>.</summary>
    public IReadOnlyList<float> Probabilities { get; }

    internal OnlineClassifier<TLabel> Owner { get; }

    internal float?[]? Positions { get; }

    internal KeyValuePair<string, float>[]? Names { get; }

    internal bool IsUsed { get; set; }
}
