using System.Diagnostics;

namespace Vsml.Playground.Rooms;

/// <summary>One place to play in: what was learned there, the way back, and a stream. Belongs to one thread at a time; what it refuses changes nothing.</summary>
/// <param name="kind">Its kind.</param>
internal sealed class Room(RoomKind kind)
{
    /// <summary>The most classes.</summary>
    public const int MostClasses = 64;

    /// <summary>The longest name of a class.</summary>
    public const int LongestName = 32;

    /// <summary>The most sub-RNNs of a network that is shown.</summary>
    public const int MostSubRnns = 1 << 16;

    private const int MostExamples = 100_000, MostUndo = 40;
    private const long MostUndoBytes = 128 << 20;
    private static readonly TimeSpan s_longestStretch = TimeSpan.FromMilliseconds(150), s_longestRepetition = TimeSpan.FromSeconds(20);
    private readonly List<Moment> _before = [];
    private Rivals? _rivals;

    /// <summary>Its kind.</summary>
    public RoomKind Kind => kind;

    /// <summary>What is learned now.</summary>
    public Moment Now { get; private set; } = Moment.Under(MetaParameters.Shipped("online"));

    /// <summary>Number of steps that can be undone.</summary>
    public int UndoCount => _before.Count;

    /// <summary>The stream; null where none was chosen.</summary>
    public ExampleStream? Stream { get; private set; }

    /// <summary>The last example that was learned from; null where none was.</summary>
    public Example? Last { get; private set; }

    /// <summary>Its messages; null where it was the first of all.</summary>
    public Messages? LastMessages { get; private set; }

    /// <summary>The probability that each learner gave to each class before the label was shown; empty where there is no last example.</summary>
    public float[][] LastProbabilities { get; private set; } = [];

    private Rivals Rivals => _rivals ??= Rivals.Of(Now.Examples);

    /// <summary>The probability that each learner gives to each class, ours first; empty where there is no class.</summary>
    /// <exception cref="VsmlException">The features do not fit.</exception>
    public float[][] Predict(float[] features)
    {
        CheckFeatures(features);
        return [Ours(features), .. Rivals.Probabilities(features, Classes)];
    }

    /// <summary>The probability that one learner gives to each class; empty where there is no class.</summary>
    /// <param name="features">The features.</param>
    /// <param name="learner">0 for ours, then the rivals.</param>
    /// <exception cref="VsmlException">The features do not fit.</exception>
    public float[] Predict(float[] features, int learner)
    {
        CheckFeatures(features);
        return learner == 0 ? Ours(features) : Rivals.Probabilities(features, Classes)[learner - 1];
    }

    /// <summary>The messages of an example without its label.</summary>
    public Messages? Look(float[] features)
    {
        CheckFeatures(features);
        return Messages.Of(Now.Classifier, features, label: null);
    }

    /// <summary>Learns from an example; its class becomes one if it is none.</summary>
    /// <exception cref="VsmlException">Features or name do not fit, or the room is full.</exception>
    public void Learn(Example example)
    {
        CheckExample(example);
        Remember();
        LearnOne(example, looks: true);
    }

    /// <summary>Learns from the next examples of the stream, fewer if they take long.</summary>
    /// <param name="count">How many.</param>
    /// <param name="continues">Whether the way back leads to before the stretch that this goes on with.</param>
    /// <exception cref="VsmlException">There is no stream, or its examples do not fit.</exception>
    public void Step(int count, bool continues)
    {
        if (Stream is null) throw new VsmlException("There is no stream yet; choose one first.");
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count && Stream.Position < Stream.Count; i++)
        {
            if (i == 0 && Now.Classifier.FeatureCount is > 0 and var known && known != Stream.FeatureCount)
                throw new VsmlException($"The examples of {Stream.Name} have {Stream.FeatureCount} features, but what was learned here has {known}; clear first.");
            var example = Stream.Current;
            CheckExample(example);
            if (i == 0 && !continues) Remember();
            Stream.Advance();
            var isLast = i == count - 1 || clock.Elapsed > s_longestStretch || Stream.Position == Stream.Count;
            LearnOne(example, isLast);
            if (isLast) break;
        }
    }

    /// <summary>Takes a stream in; nothing is learned yet.</summary>
    /// <param name="stream">The stream.</param>
    public void Use(ExampleStream stream) => Stream = stream;

    /// <summary>Adds a class that has no example yet.</summary>
    /// <exception cref="VsmlException">The name is none or taken, or there are too many.</exception>
    public void AddClass(string name)
    {
        var with = Now.WithClass(name);
        if (ReferenceEquals(with, Now)) throw new VsmlException($"There is a class '{name}' already.");
        Remember();
        Now = with;
    }

    /// <summary>Takes a class out of the network with all that was learned about it; the rivals learn all others again.</summary>
    /// <exception cref="VsmlException">There is no such class.</exception>
    public void Forget(string name)
    {
        var entry = Now.Classes.Find(entry => entry.Name == name) ?? throw new VsmlException($"There is no class '{name}'.");
        Remember();
        Now.Classifier.Forget(name);
        Now = Now with { Classes = Now.Classes.Remove(entry), Examples = Now.Examples.RemoveAll(example => example.Label == name) };
        Change();
    }

    /// <summary>Puts the learner of another shipped theta in the place of ours. It learns all examples again, and so do the rivals, as if they came now for the first time.</summary>
    /// <exception cref="VsmlException">There is no such theta, its network would be too large, or learning again takes too long; nothing changes.</exception>
    public void Choose(string theta)
    {
        var (before, last) = (Now, (Last, LastProbabilities, LastMessages));
        var begun = Moment.Under(MetaParameters.Shipped(theta)) with { Classes = before.Classes };
        if (begun.Classifier.Theta.Digest == before.Classifier.Theta.Digest) return;
        CheckSize(begun, before.Classifier.FeatureCount, before.Classes.Count);
        Now = begun;
        Change();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < before.Examples.Count; i++)
        {
            if (clock.Elapsed > s_longestRepetition)
            {
                Now = before;
                Change();
                (Last, LastProbabilities, LastMessages) = last;
                throw new VsmlException($"'{theta}' would need too long to learn all {before.Examples.Count} examples again; press Start anew, then choose it.");
            }
            LearnOne(before.Examples[i], looks: i == before.Examples.Count - 1);
        }
        Remember(before);
    }

    /// <summary>Goes one step back.</summary>
    /// <exception cref="VsmlException">There is none.</exception>
    public void Undo()
    {
        if (_before.Count == 0) throw new VsmlException("There is nothing to undo.");
        Now = _before[^1];
        _before.RemoveAt(_before.Count - 1);
        Change();
    }

    /// <summary>Begins anew under the same theta, the stream too; what was learned can be brought back.</summary>
    public void Clear()
    {
        Remember();
        Now = Moment.Under(Now.Classifier.Theta);
        Stream?.Rewind();
        Change();
    }

    /// <summary>Writes what <see cref="Load"/> and <see cref="OnlineClassifier{TLabel}.Load(Stream, MetaParameters, Func{Architecture, VsmlModel})"/> read.</summary>
    public void Save(Stream file) => Now.Classifier.Save(file);

    /// <summary>Takes over a saved classifier; can be undone. Figures and rivals begin anew: a file holds no examples.</summary>
    /// <param name="file">What <see cref="Save"/> wrote, or a program.</param>
    /// <exception cref="VsmlException">The file is wrong, or does not fit this room.</exception>
    public void Load(Stream file)
    {
        var classifier = OnlineClassifier<string>.Load(file);
        if (classifier.FeatureNames is not null) throw new VsmlException("This classifier knows its features by name; the playground's go by position.");
        if (kind.FeatureCount > 0 && classifier.FeatureCount > 0 && classifier.FeatureCount != kind.FeatureCount)
            throw new VsmlException($"This classifier takes {classifier.FeatureCount} features, but there are {kind.FeatureCount} here.");
        var empty = Moment.Under(classifier.Theta) with { Classifier = classifier };
        CheckSize(empty, classifier.FeatureCount, classifier.Labels.Count);
        var loaded = classifier.Labels.Aggregate(empty, (moment, label) => moment.WithClass(label));
        Remember();
        Now = loaded;
        Change();
    }

    private string[] Classes => [.. Now.Classes.Select(entry => entry.Name)];

    private float[] Ours(float[] features)
    {
        var classes = Classes;
        var ours = new float[classes.Length];
        if (Now.Classifier.Labels.Count == 0) return ours;
        var probabilities = Now.Classifier.PredictProbabilities(features);
        for (var b = 0; b < probabilities.Length; b++) ours[Array.IndexOf(classes, Now.Classifier.Labels[b])] = probabilities[b];
        return ours;
    }

    private void LearnOne(Example example, bool looks)
    {
        var with = Now.WithClass(example.Label);
        if (looks)
        {
            LastMessages = Messages.Of(Now.Classifier, example.Features, example.Label);
            LastProbabilities = Predict(example.Features);
        }
        var outcome = Now.Classifier.Learn(example.Features, example.Label) ? 1 : 0;
        if (Rivals.Knows(example.Label))
        {
            var right = Rivals.Learn(example);
            for (var l = 0; l < right.Length; l++)
                if (right[l]) outcome |= 2 << l;
        }
        // Nobody predicts a class that is new; they are made anew with it.
        else _rivals = null;
        Now = with with { Examples = Now.Examples.Add(example), Outcomes = Now.Outcomes.Add((byte)outcome) };
        Last = example;
    }

    private void Remember() => Remember(Now with { Classifier = Now.Classifier.Fork() });

    private void Remember(Moment moment)
    {
        _before.Add(moment);
        var bytes = _before.Sum(remembered => remembered.StateBytes);
        while (_before.Count > 1 && (_before.Count > MostUndo || bytes > MostUndoBytes))
        {
            bytes -= _before[0].StateBytes;
            _before.RemoveAt(0);
        }
    }

    private void Change()
    {
        _rivals = null;
        (Last, LastProbabilities, LastMessages) = (null, [], null);
    }

    private void CheckExample(Example example)
    {
        CheckFeatures(example.Features);
        if (Now.Examples.Count == MostExamples) throw new VsmlException($"{MostExamples} examples were learned here, the most that this page keeps; save, and clear.");
        CheckSize(Now, example.Features.Length, Now.WithClass(example.Label).Classes.Count);
    }

    private void CheckFeatures(float[] features)
    {
        var expected = kind.FeatureCount > 0 ? kind.FeatureCount : Now.Classifier.FeatureCount;
        if (features.Length == 0 || (expected > 0 && features.Length != expected)) throw new VsmlException($"There are {features.Length} features, but this takes {expected}.");
        if (!Array.TrueForAll(features, value => MathF.Abs(value) <= 1e30f)) throw new VsmlException("A feature is not a finite number of at most 1e30 in size.");
    }

    private static void CheckSize(Moment moment, int features, int classes)
    {
        if (moment.SubRnnCount(features, classes) is > MostSubRnns and var count)
            throw new VsmlException($"{features} features and {classes} classes need {count} sub-RNNs; this page shows at most {MostSubRnns}. OnlineClassifier takes more, in a program.");
    }
}
