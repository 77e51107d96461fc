using Vsml.Files;

namespace Vsml;

/// <summary>
/// Standardises features while they arrive: (x - mean) / deviation, with x itself counted in, so that the first values give no large
/// numbers. Statistics take values within <see cref="MostDeviations"/> deviations of the mean, else one outlier would squash its column
/// for good. The variance starts from the range seen so far, as if it had been observed a few times.
/// </summary>
internal sealed class FeatureScaling
{
    // Measured on the tabular sets, digits and MNIST, clean, heavy-tailed and with outliers; docs/classifier.md has the figures.
    private const double MostDeviations = 4, PriorCount = 5, LargestInput = 3, InputScale = 0.7;
    private const long FirstGuarded = 10;

    // A column each; a feature is a row.
    private long[] _count = [];
    private double[] _mean = [], _variance = [], _least = [], _greatest = [];

    /// <summary>Number of features.</summary>
    public int Count { get; private set; }

    /// <summary>Takes further features, of which nothing was seen.</summary>
    public void Add(int features)
    {
        Count += features;
        if (Count > _count.Length) SetCapacity(Math.Max(Count, 2 * _count.Length));
    }

    /// <summary>What the network gets for a value; changes nothing.</summary>
    public float Scale(int feature, float value)
    {
        var after = After(feature, value);
        var range = after.Greatest - after.Least;
        if (range == 0) return 0f;
        var variance = (after.Count * after.Variance + PriorCount * range * range / 4) / (after.Count + PriorCount);
        return (float)(InputScale * Math.Clamp((value - after.Mean) / Math.Sqrt(variance), -LargestInput, LargestInput));
    }

    /// <summary>Counts a value in.</summary>
    public void Learn(int feature, float value) =>
        (_count[feature], _mean[feature], _variance[feature], _least[feature], _greatest[feature]) = After(feature, value);

    /// <summary>An independent copy.</summary>
    public FeatureScaling Copy()
    {
        var copy = (FeatureScaling)MemberwiseClone();
        copy.SetCapacity(Count);
        return copy;
    }

    /// <summary>What a saved file holds of it.</summary>
    public IEnumerable<Tensor> ToTensors() =>
    [
        Tensor.Of("scaling/count", [Count], _count[..Count]),
        Tensor.Of("scaling/mean", [Count], _mean[..Count]),
        Tensor.Of("scaling/variance", [Count], _variance[..Count]),
        Tensor.Of("scaling/least", [Count], _least[..Count]),
        Tensor.Of("scaling/greatest", [Count], _greatest[..Count]),
    ];

    /// <summary>Reads <see cref="ToTensors"/>.</summary>
    /// <exception cref="VsmlException">A tensor is missing or impossible.</exception>
    public static FeatureScaling Read(SafetensorsFile file, int features)
    {
        var scaling = new FeatureScaling
        {
            Count = features,
            _count = ClassifierFile.Counts(file, "scaling/count", features),
            _mean = file.GetDoubles("scaling/mean", features),
            _variance = file.GetDoubles("scaling/variance", features),
            _least = file.GetDoubles("scaling/least", features),
            _greatest = file.GetDoubles("scaling/greatest", features),
        };
        for (var i = 0; i < features; i++)
            if (scaling._variance[i] < 0 || scaling._least[i] > scaling._greatest[i] || scaling._mean[i] < scaling._least[i] || scaling._mean[i] > scaling._greatest[i])
                throw new VsmlException($"{file.Path}: the statistics of feature {i} contradict each other.");
        return scaling;
    }

    private (long Count, double Mean, double Variance, double Least, double Greatest) After(int feature, double value)
    {
        var (count, mean, variance) = (_count[feature], _mean[feature], _variance[feature]);
        if (count == 0) return (1, value, 0, value, value);
        if (count >= FirstGuarded && variance > 0)
        {
            var most = MostDeviations * Math.Sqrt(variance);
            value = Math.Clamp(value, mean - most, mean + most);
        }
        var least = Math.Min(_least[feature], value);
        var greatest = Math.Max(_greatest[feature], value);
        var share = 1.0 / (count + 1);
        var difference = value - mean;
        // Rounding must not carry the mean out of the range.
        return (count + 1, Math.Clamp(mean + share * difference, least, greatest), (1 - share) * (variance + share * difference * difference), least, greatest);
    }

    private void SetCapacity(int capacity)
    {
        _count = Resized(_count);
        _mean = Resized(_mean);
        _variance = Resized(_variance);
        _least = Resized(_least);
        _greatest = Resized(_greatest);

        T[] Resized<T>(T[] values)
        {
            var resized = new T[capacity];
            values.AsSpan(0, Math.Min(values.Length, capacity)).CopyTo(resized);
            return resized;
        }
    }
}
