using Vsml.Baselines;
using Vsml.Numerics;

namespace Vsml.Playground.Rooms;

/// <summary>
/// The learners beside ours, which get the same standardised inputs. They know a fixed number of classes, so when a class comes or goes
/// they are made anew and learn all examples again.
/// </summary>
internal sealed class Rivals
{
    private const float LearningRate = 0.1f;
    private readonly List<string> _labels = [];
    private readonly FeatureScaling _scaling = new();
    private readonly IOnlineLearner[] _learners = [];
    private readonly float[] _inputs = [];

    private Rivals(IReadOnlyCollection<Example> examples)
    {
        if (examples.Count == 0) return;
        _labels = [.. examples.Select(example => example.Label).Distinct()];
        _inputs = new float[examples.First().Features.Length];
        _scaling.Add(_inputs.Length);
        _learners = [new GradientDescentLearner(_inputs.Length, _labels.Count, new OnlineSgd(LearningRate)), new NearestClassMean(_inputs.Length, _labels.Count)];
        var random = new CounterRandom(0, RandomStream.Cells, 0, 0);
        foreach (var learner in _learners) learner.Reset(ref random);
        foreach (var example in examples) Learn(example);
    }

    /// <summary>Their names, in the order of all results.</summary>
    public static IReadOnlyList<string> Names { get; } = ["SGD", "nearest mean"];

    /// <summary>Rivals that have learned from examples.</summary>
    public static Rivals Of(IReadOnlyCollection<Example> examples) => new(examples);

    /// <summary>Whether they have a place for this class.</summary>
    public bool Knows(string label) => _labels.Contains(label);

    /// <summary>Lets them predict, then learn from an example of a class that they know.</summary>
    /// <returns>For each whether it was right.</returns>
    public bool[] Learn(Example example)
    {
        Scale(example.Features);
        var label = _labels.IndexOf(example.Label);
        var right = Array.ConvertAll(_learners, learner => learner.Learn(_inputs, label).Prediction.Class == label);
        for (var i = 0; i < _inputs.Length; i++) _scaling.Learn(i, example.Features[i]);
        return right;
    }

    /// <summary>The probability that each gives to each class; zeros where they know none.</summary>
    /// <param name="features">The features.</param>
    /// <param name="classes">The classes.</param>
    public float[][] Probabilities(ReadOnlySpan<float> features, IReadOnlyList<string> classes)
    {
        var shown = Names.Select(_ => new float[classes.Count]).ToArray();
        if (_learners.Length == 0) return shown;
        Scale(features);
        var probabilities = new float[_labels.Count];
        for (var l = 0; l < _learners.Length; l++)
        {
            _learners[l].Predict(_inputs).Probabilities(probabilities);
            for (var c = 0; c < classes.Count; c++)
                if (_labels.IndexOf(classes[c]) is >= 0 and var label) shown[l][c] = probabilities[label];
        }
        return shown;
    }

    private void Scale(ReadOnlySpan<float> features)
    {
        for (var i = 0; i < _inputs.Length; i++) _inputs[i] = _scaling.Scale(i, features[i]);
    }
}
