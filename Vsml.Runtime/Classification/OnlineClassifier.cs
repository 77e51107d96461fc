using Vsml.Files;
using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// A classifier that learns from one example after another, well from the first few: no learning rate, no epochs, no refit. It is a
/// network of dense layers under a trained theta that grows when a label or a named feature turns up that it has not seen, while all it
/// learned stays. Features come in raw units and are standardised inside; a missing value takes no part. It belongs to one thread at a
/// time and allocates nothing for an example once its sizes rest. What it refuses changes nothing.
/// </summary>
/// <typeparam name="TLabel">Type of a label, compared by its own equality.</typeparam>
public sealed class OnlineClassifier<TLabel>
    where TLabel : notnull
{
    private const string DefaultTheta = "online";
    private readonly OnlineClassifierOptions<TLabel> _options;
    private readonly HashSet<TLabel> _refused;
    private readonly GrowingNetwork _network;
    private readonly FeatureTable _features;
    private readonly FeatureScaling _scaling;
    private readonly ProgressRecord _progress;
    private readonly List<TLabel> _labels = [];
    private readonly Dictionary<TLabel, int> _indices = [];
    private readonly List<long> _labelCounts = [];
    private int[] _rows = [];
    private float[] _inputs = [];
    private float[] _logits = [], _oneHot = [], _probabilities = [];
    private int _used;

    /// <summary>A classifier that has seen nothing, under the shipped theta "online".</summary>
    /// <param name="options">Choices; null for the defaults.</param>
    /// <exception cref="ArgumentException">The window is below 1, or a label is known twice or refused.</exception>
    public OnlineClassifier(OnlineClassifierOptions<TLabel>? options = null)
        : this(MetaParameters.Shipped(DefaultTheta), options)
    {
    }

    /// <summary>A classifier that has seen nothing.</summary>
    /// <param name="theta">Meta-parameters of an architecture of dense layers; its numbers of inputs and outputs do not matter.</param>
    /// <param name="options">Choices; null for the defaults.</param>
    /// <param name="models">Gives the compiled network of a layout, such as <c>RuntimeCompiler.Compile</c> or <see cref="ModelSource.DeclaredIn"/>; null for those compiled into the runtime (<see cref="ShippedModels"/>).</param>
    /// <exception cref="VsmlException">The architecture has a convolution, or no network of its options is there.</exception>
    /// <exception cref="ArgumentException">The window is below 1, or a label is known twice or refused.</exception>
    public OnlineClassifier(MetaParameters theta, OnlineClassifierOptions<TLabel>? options = null, Func<Architecture, VsmlModel>? models = null)
        : this(theta, models ?? Compiled, options ?? new(), null)
    {
        foreach (var label in _options.Labels)
        {
            if (_refused.Contains(label) || _indices.ContainsKey(label)) throw new ArgumentException($"The label '{label}' is known twice, or known and refused.", nameof(options));
            AddLabel(label);
        }
    }

    private OnlineClassifier(MetaParameters theta, Func<Architecture, VsmlModel> models, OnlineClassifierOptions<TLabel> options, SafetensorsFile? file)
    {
        if (options.Window is < 1 or > 1 << 24) throw new ArgumentException($"The window is {options.Window} examples; it must have 1 to {1 << 24}.", nameof(options));
        (Theta, _options) = (theta, options);
        _refused = [.. options.RefusedLabels];
        _network = new GrowingNetwork(models, theta, options.Seed);
        _scaling = new FeatureScaling();
        _features = new FeatureTable();
        _progress = new ProgressRecord(options.Window);
        if (file is null) return;
        var content = ClassifierFile.Content<TLabel>(file);
        foreach (var label in content.Labels)
        {
            if (!_indices.TryAdd(label, _labels.Count)) throw new VsmlException($"{file.Path}: the label '{label}' stands there twice.");
            _labels.Add(label);
        }
        _labelCounts = [.. ClassifierFile.Counts(file, "labels/count", _labels.Count)];
        _features = FeatureTable.Of(content.FeatureCount, content.FeatureNames);
        _scaling = FeatureScaling.Read(file, _features.Count);
        _progress = ProgressRecord.Read(file, options.Window);
        _network.Read(file, _features.Count, _labels.Count);
        SizeOutputs();
    }

    // A fork.
    private OnlineClassifier(OnlineClassifier<TLabel> other)
    {
        (Theta, _options, _refused) = (other.Theta, other._options, other._refused);
        (_network, _features, _scaling, _progress) = (other._network.Copy(), other._features.Copy(), other._scaling.Copy(), other._progress.Copy());
        (_labels, _labelCounts) = ([.. other._labels], [.. other._labelCounts]);
        _indices = new(other._indices);
        SizeOutputs();
    }

    /// <summary>The meta-parameters.</summary>
    public MetaParameters Theta { get; }

    /// <summary>The labels known so far, in the order in which they came.</summary>
    public IReadOnlyList<TLabel> Labels => _labels;

    /// <summary>Number of features seen so far.</summary>
    public int FeatureCount => _features.Count;

    /// <summary>The names of the features in the order in which they came; null where they go by position.</summary>
    public IReadOnlyList<string>? FeatureNames => _features.Names;

    /// <summary>How well all examples so far were predicted before they were learned.</summary>
    public ProgressiveFigures Progress => _progress.Whole;

    /// <summary>The same of the last <see cref="OnlineClassifierOptions{TLabel}.Window"/> examples.</summary>
    public ProgressiveFigures RecentProgress => _progress.Recent;

    /// <summary>The most probable label. Changes nothing.</summary>
    /// <param name="features">The features, as many as in the first example, in raw units.</param>
    /// <exception cref="InvalidOperationException">No label is known yet.</exception>
    /// <exception cref="ArgumentException">The features are of another number, or not finite.</exception>
    public TLabel Predict(ReadOnlySpan<float> features)
    {
        _features.Read(features);
        return PredictRead();
    }

    /// <summary>The most probable label. Changes nothing.</summary>
    /// <param name="features">The features, as many as in the first example, in raw units; null for a missing value.</param>
    /// <exception cref="InvalidOperationException">No label is known yet.</exception>
    /// <exception cref="ArgumentException">The features are of another number, or not finite.</exception>
    public TLabel Predict(ReadOnlySpan<float?> features)
    {
        _features.Read(features);
        return PredictRead();
    }

    /// <summary>The most probable label. Changes nothing.</summary>
    /// <param name="features">Values by name, in raw units. What is not named is missing; a name not seen before takes no part.</param>
    /// <exception cref="InvalidOperationException">No label is known yet.</exception>
    /// <exception cref="ArgumentException">A value is not finite, or a name stands there twice.</exception>
    public TLabel Predict(IEnumerable<KeyValuePair<string, float>> features)
    {
        _features.Read(features);
        return PredictRead();
    }

    /// <summary>The probability of each of <see cref="Labels"/>. Changes nothing.</summary>
    /// <param name="features">The features, as for <see cref="Predict(ReadOnlySpan{float})"/>.</param>
    /// <returns>In the order of the labels; valid until the classifier is called again. Empty while no label is known.</returns>
    /// <exception cref="ArgumentException">The features are of another number, or not finite.</exception>
    public ReadOnlySpan<float> PredictProbabilities(ReadOnlySpan<float> features)
    {
        _features.Read(features);
        return ProbabilitiesOfRead();
    }

    /// <summary>The probability of each of <see cref="Labels"/>. Changes nothing.</summary>
    /// <param name="features">The features, as for <see cref="Predict(ReadOnlySpan{float?})"/>.</param>
    /// <returns>In the order of the labels; valid until the classifier is called again. Empty while no label is known.</returns>
    /// <exception cref="ArgumentException">The features are of another number, or not finite.</exception>
    public ReadOnlySpan<float> PredictProbabilities(ReadOnlySpan<float?> features)
    {
        _features.Read(features);
        return ProbabilitiesOfRead();
    }

    /// <summary>The probability of each of <see cref="Labels"/>. Changes nothing.</summary>
    /// <param name="features">Values by name, as for <see cref="Predict(IEnumerable{KeyValuePair{string, float}})"/>.</param>
    /// <returns>In the order of the labels; valid until the classifier is called again. Empty while no label is known.</returns>
    /// <exception cref="ArgumentException">A value is not finite, or a name stands there twice.</exception>
    public ReadOnlySpan<float> PredictProbabilities(IEnumerable<KeyValuePair<string, float>> features)
    {
        _features.Read(features);
        return ProbabilitiesOfRead();
    }

    /// <summary>Predicts, then learns from the label.</summary>
    /// <param name="features">The features, as many as in the first example, in raw units.</param>
    /// <param name="label">The right label; one that was not seen before becomes a new one.</param>
    /// <returns>Whether the label had been predicted.</returns>
    /// <exception cref="ArgumentException">The features are of another number or not finite, or the label is refused.</exception>
    /// <exception cref="VsmlException">The network would become too large.</exception>
    public bool Learn(ReadOnlySpan<float> features, TLabel label)
    {
        CheckLabel(label);
        _features.Read(features);
        return LearnRead(label, null);
    }

    /// <summary>Predicts, then learns from the label.</summary>
    /// <param name="features">The features, as many as in the first example, in raw units; null for a missing value.</param>
    /// <param name="label">The right label; one that was not seen before becomes a new one.</param>
    /// <returns>Whether the label had been predicted.</returns>
    /// <exception cref="ArgumentException">The features are of another number or not finite, or the label is refused.</exception>
    /// <exception cref="VsmlException">The network would become too large.</exception>
    public bool Learn(ReadOnlySpan<float?> features, TLabel label)
    {
        CheckLabel(label);
        _features.Read(features);
        return LearnRead(label, null);
    }

    /// <summary>Predicts, then learns from the label.</summary>
    /// <param name="features">Values by name, in raw units. What is not named is missing; names not seen before become new features.</param>
    /// <param name="label">The right label; one that was not seen before becomes a new one.</param>
    /// <returns>Whether the label had been predicted.</returns>
    /// <exception cref="ArgumentException">A value is not finite, a name stands there twice, or the label is refused.</exception>
    /// <exception cref="VsmlException">The network would become too large.</exception>
    public bool Learn(IEnumerable<KeyValuePair<string, float>> features, TLabel label)
    {
        CheckLabel(label);
        _features.Read(features);
        return LearnRead(label, null);
    }

    /// <summary>Predicts now what will be learned from later, when its label is known. Changes nothing.</summary>
    /// <param name="features">The features, as for <see cref="Predict(ReadOnlySpan{float})"/>.</param>
    /// <exception cref="ArgumentException">The features are of another number, or not finite.</exception>
    public PredictionTicket<TLabel> OpenTicket(ReadOnlySpan<float> features)
    {
        _features.Read(features);
        return TicketOfRead();
    }

    /// <summary>Predicts now what will be learned from later, when its label is known. Changes nothing.</summary>
    /// <param name="features">The features, as for <see cref="Predict(ReadOnlySpan{float?})"/>.</param>
    /// <exception cref="ArgumentException">The features are of another number, or not finite.</exception>
    public PredictionTicket<TLabel> OpenTicket(ReadOnlySpan<float?> features)
    {
        _features.Read(features);
        return TicketOfRead();
    }

    /// <summary>Predicts now what will be learned from later, when its label is known. Changes nothing.</summary>
    /// <param name="features">Values by name, as for <see cref="Predict(IEnumerable{KeyValuePair{string, float}})"/>.</param>
    /// <exception cref="ArgumentException">A value is not finite, or a name stands there twice.</exception>
    public PredictionTicket<TLabel> OpenTicket(IEnumerable<KeyValuePair<string, float>> features)
    {
        _features.Read(features);
        return TicketOfRead();
    }

    /// <summary>Learns from an example whose label came later, as from one that comes now; the figures count what was predicted when the ticket was opened.</summary>
    /// <param name="ticket">A ticket of this classifier.</param>
    /// <param name="label">The right label.</param>
    /// <returns>Whether the label had been predicted.</returns>
    /// <exception cref="InvalidOperationException">The ticket was used before, or another classifier gave it.</exception>
    /// <exception cref="ArgumentException">The label is refused, or the features no longer agree with those of the first example.</exception>
    /// <exception cref="VsmlException">The network would become too large.</exception>
    public bool Learn(PredictionTicket<TLabel> ticket, TLabel label)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        if (!ReferenceEquals(ticket.Owner, this)) throw new InvalidOperationException("This ticket was opened by another classifier; learn from it there. A fork or a loaded classifier is another one.");
        if (ticket.IsUsed) throw new InvalidOperationException("This ticket was learned from before; a ticket counts once.");
        CheckLabel(label);
        if (ticket.Positions is { } positions) _features.Read(positions.AsSpan());
        else _features.Read(ticket.Names!);
        var right = LearnRead(label, ticket);
        ticket.IsUsed = true;
        return right;
    }

    /// <summary>Learns from a stream of examples, in order.</summary>
    /// <param name="examples">Features as for <see cref="Learn(ReadOnlySpan{float}, TLabel)"/>, and label.</param>
    /// <param name="cancellation">Ends it between two examples.</param>
    /// <returns>Number of examples learned.</returns>
    /// <exception cref="ArgumentException">An example was refused; those before it are learned.</exception>
    public async Task<long> LearnAsync(IAsyncEnumerable<(float[] Features, TLabel Label)> examples, CancellationToken cancellation = default)
    {
        var learned = 0L;
        await foreach (var (features, label) in examples.WithCancellation(cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            Learn(features.AsSpan(), label);
            learned++;
        }
        return learned;
    }

    /// <summary>Learns from a stream of examples by name, in order.</summary>
    /// <param name="examples">Features as for <see cref="Learn(IEnumerable{KeyValuePair{string, float}}, TLabel)"/>, and label.</param>
    /// <param name="cancellation">Ends it between two examples.</param>
    /// <returns>Number of examples learned.</returns>
    /// <exception cref="ArgumentException">An example was refused; those before it are learned.</exception>
    public async Task<long> LearnAsync(IAsyncEnumerable<(IReadOnlyDictionary<string, float> Features, TLabel Label)> examples, CancellationToken cancellation = default)
    {
        var learned = 0L;
        await foreach (var (features, label) in examples.WithCancellation(cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            Learn(features, label);
            learned++;
        }
        return learned;
    }

    /// <summary>What the network makes of an example, for those who look inside; changes nothing. No value may be missing.</summary>
    /// <param name="features">The features, as for <see cref="Predict(ReadOnlySpan{float})"/>; some examples were learned from before.</param>
    /// <returns>The standardised inputs [A]; the outputs [labels + 1], the stand-in's last; of each layer h of the sub-RNNs when they made them [rows, columns, N].</returns>
    internal (float[] Inputs, float[] Logits, float[][] Hidden) Look(ReadOnlySpan<float> features)
    {
        _features.Read(features);
        Gather();
        var (logits, hidden) = _network.Look(_rows.AsSpan(0, _used), _inputs.AsSpan(0, _used));
        return (_inputs[.._used], logits, hidden);
    }

    /// <summary>The states of all sub-RNNs of a layer, [rows, columns, N] each; in the last layer the columns are the labels, then the stand-in for labels to come.</summary>
    /// <param name="layer">Layer index from 0.</param>
    internal (float[] Cell, float[] Hidden) States(int layer) => _network.States(layer);

    /// <summary>Takes a label out, with everything learned about it. If it comes again, it is new.</summary>
    /// <param name="label">The label.</param>
    /// <returns>Whether it was known.</returns>
    public bool Forget(TLabel label)
    {
        if (!_indices.TryGetValue(label, out var index)) return false;
        _network.RemoveOutput(index);
        _labels.RemoveAt(index);
        _labelCounts.RemoveAt(index);
        _indices.Clear();
        for (var b = 0; b < _labels.Count; b++) _indices.Add(_labels[b], b);
        SizeOutputs();
        return true;
    }

    /// <summary>An independent copy that has learned the same, bit for bit. Open tickets stay with this one.</summary>
    public OnlineClassifier<TLabel> Fork() => new(this);

    /// <summary>Writes everything to a file, whole or not at all: what was learned, labels, features, options and figures. Open tickets are not in it.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <exception cref="VsmlException">It cannot be written, or labels of this type have no text.</exception>
    public void Save(string path)
    {
        var (tensors, metadata) = ToFile();
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Writes what <see cref="Save(string)"/> writes to a stream, from where it stands.</summary>
    /// <param name="stream">A stream that can be written.</param>
    /// <exception cref="VsmlException">Labels of this type have no text.</exception>
    public void Save(Stream stream)
    {
        var (tensors, metadata) = ToFile();
        SafetensorsFile.Write(stream, tensors, metadata);
    }

    /// <summary>Brings back a saved classifier, which goes on bit for bit.</summary>
    /// <param name="path">A file that <see cref="Save(string)"/> wrote.</param>
    /// <param name="theta">The meta-parameters it was learned under; null for the shipped theta that the saved classifier names.</param>
    /// <param name="models">Gives the compiled network of a layout; null for those compiled into the runtime.</param>
    /// <exception cref="VsmlException">The file is damaged, of another version, of other labels, or belongs to another theta.</exception>
    public static OnlineClassifier<TLabel> Load(string path, MetaParameters? theta = null, Func<Architecture, VsmlModel>? models = null) =>
        FromFile(SafetensorsFile.Read(path), theta, models);

    /// <summary>Brings back a saved classifier from a stream, which stands behind it afterwards.</summary>
    /// <param name="stream">A stream that stands where <see cref="Save(Stream)"/> began.</param>
    /// <param name="theta">The meta-parameters it was learned under; null for the shipped theta that the saved classifier names.</param>
    /// <param name="models">Gives the compiled network of a layout; null for those compiled into the runtime.</param>
    /// <exception cref="VsmlException">The content is damaged, of another version, of other labels, or belongs to another theta.</exception>
    public static OnlineClassifier<TLabel> Load(Stream stream, MetaParameters? theta = null, Func<Architecture, VsmlModel>? models = null) =>
        FromFile(ClassifierFile.Read(stream), theta, models);

    private static VsmlModel Compiled(Architecture architecture) => ShippedModels.Find(architecture)
        ?? throw new VsmlException("No network with the options of this theta is compiled into the runtime. Give models, for example ModelSource.DeclaredIn(assembly) or RuntimeCompiler.Compile.");

    private static OnlineClassifier<TLabel> FromFile(SafetensorsFile file, MetaParameters? theta, Func<Architecture, VsmlModel>? models)
    {
        theta ??= ShippedThetas.Find(file.Metadata.GetValueOrDefault("theta")) ?? MetaParameters.Shipped(DefaultTheta);
        ClassifierFile.CheckOrigin(file, theta);
        try
        {
            return new(theta, models ?? Compiled, ClassifierFile.Options<TLabel>(file), file);
        }
        catch (ArgumentException error)
        {
            throw new VsmlException($"{file.Path}: {error.Message}", error);
        }
    }

    private (IEnumerable<Tensor> Tensors, Dictionary<string, string> Metadata) ToFile()
    {
        IEnumerable<Tensor> tensors =
        [
            .. _network.ToTensors(), .. _scaling.ToTensors(), .. _progress.ToTensors(),
            Tensor.Of("labels/count", [_labels.Count], [.. _labelCounts]),
        ];
        return (tensors, ClassifierFile.Metadata(Theta, _options, new(_labels, _features.Count, _features.Names)));
    }

    private void CheckLabel(TLabel label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (_refused.Contains(label)) throw new ArgumentException($"The label '{label}' is one that this classifier was told to refuse.", nameof(label));
        if (!_options.AcceptsNewLabels && !_indices.ContainsKey(label))
            throw new ArgumentException($"The label '{label}' is new, and this classifier was told to accept only those it knows: {string.Join(", ", _labels)}.", nameof(label));
    }

    private TLabel PredictRead()
    {
        if (_labels.Count == 0) throw new InvalidOperationException("No label is known yet, so there is nothing to predict. Learn from an example first, or give Labels in the options.");
        return _labels[PredictLogits().Class];
    }

    private ReadOnlySpan<float> ProbabilitiesOfRead()
    {
        if (_labels.Count > 0) PredictLogits().Probabilities(_probabilities);
        return _probabilities;
    }

    private PredictionTicket<TLabel> TicketOfRead()
    {
        var probabilities = ProbabilitiesOfRead().ToArray();
        var (positions, names) = _features.Remember();
        return new(this, positions, names, [.. _labels], probabilities);
    }

    private bool LearnRead(TLabel label, PredictionTicket<TLabel>? ticket)
    {
        var isNew = !_indices.TryGetValue(label, out var index);
        if (isNew || _features.NewCount > 0) _network.CheckSizes(_features.Count + _features.NewCount, _labels.Count + (isNew ? 1 : 0));
        if (_features.NewCount > 0) AddFeatures();
        if (isNew)
        {
            index = _labels.Count;
            AddLabel(label);
        }
        Gather();
        if (_used == 0) PriorLogits();
        else
        {
            Array.Clear(_oneHot);
            _oneHot[index] = 1f;
            _network.Learn(_rows.AsSpan(0, _used), _inputs.AsSpan(0, _used), _oneHot, _logits);
        }
        var right = Count(label, index, isNew, ticket);
        for (var i = 0; i < _used; i++) _scaling.Learn(_rows[i], _features.Value(_rows[i]));
        _labelCounts[index]++;
        return right;
    }

    private bool Count(TLabel label, int index, bool isNew, PredictionTicket<TLabel>? ticket)
    {
        bool right;
        double loss;
        if (ticket is not null)
        {
            var known = ticket.Labels.Count;
            var at = 0;
            while (at < known && !EqualityComparer<TLabel>.Default.Equals(ticket.Labels[at], label)) at++;
            right = at < known && EqualityComparer<TLabel>.Default.Equals(ticket.Prediction, label);
            loss = at < known ? -Math.Log(Math.Max(ticket.Probabilities[at], float.Epsilon)) : Math.Log(known + 1);
        }
        else
        {
            var prediction = new Prediction(_logits);
            right = !isNew && prediction.Class == index;
            Array.Clear(_oneHot);
            _oneHot[index] = 1f;
            loss = isNew ? Math.Log(_labels.Count) : prediction.Loss(_oneHot);
        }
        _progress.Add(right, loss);
        return right;
    }

    private Prediction PredictLogits()
    {
        Gather();
        if (_used == 0) PriorLogits();
        else _network.Predict(_rows.AsSpan(0, _used), _inputs.AsSpan(0, _used), _logits);
        return new Prediction(_logits);
    }

    // Where nothing is known of an example, all that is left is how often each label came.
    private void PriorLogits()
    {
        for (var b = 0; b < _logits.Length; b++) _logits[b] = MathF.Log(_labelCounts[b] + 1);
    }

    private void Gather()
    {
        _used = 0;
        for (var i = 0; i < _features.Count; i++)
            if (_features.IsPresent(i)) (_rows[_used], _inputs[_used++]) = (i, _scaling.Scale(i, _features.Value(i)));
    }

    private void AddFeatures()
    {
        var keys = new uint[_features.NewCount];
        _features.AcceptNew(keys);
        _scaling.Add(keys.Length);
        _network.AddInputs(keys);
        if (_rows.Length >= _features.Count) return;
        _rows = new int[Math.Max(_features.Count, 2 * _rows.Length)];
        _inputs = new float[_rows.Length];
    }

    private void AddLabel(TLabel label)
    {
        _network.AddOutput();
        _indices.Add(label, _labels.Count);
        _labels.Add(label);
        _labelCounts.Add(0);
        SizeOutputs();
    }

    private void SizeOutputs()
    {
        (_logits, _oneHot, _probabilities) = (new float[_labels.Count], new float[_labels.Count], new float[_labels.Count]);
        if (_rows.Length >= _features.Count) return;
        _rows = new int[_features.Count];
        _inputs = new float[_features.Count];
    }
}
