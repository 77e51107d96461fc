using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// One problem of a <see cref="SyntheticTask"/>: how features and classes come from latent factors. Sums, products, quotients and roots
/// alone, in a fixed order, so that the bits are the same on every machine.
/// </summary>
internal readonly ref struct SyntheticProblem
{
    private const int MostFactors = 12, MostComponents = 3, LeastHidden = 4, MostHidden = 16, Pilots = 64, Attempts = 64;
    private const float LeastDeviation = 1e-6f;

    private enum Shape
    {
        Plain,
        Binary,
        Count,
        HeavyTailed,
        Positive,
        Constant,
    }

    private readonly SyntheticKind _kind;
    private readonly int _width, _inputs, _classes, _factors, _hiddenUnits, _depth, _lateClass, _lateUntil;
    private readonly float _temperature, _labelNoise, _driftFrom, _driftUntil;
    private readonly bool _perColumn;

    // Of a feature: loadings of the factors, deviation of what is its own, and what its shape needs.
    private readonly Span<float> _loadings, _own, _cuts, _scales, _offsets;
    private readonly Span<int> _shapes;

    // Of classes: cumulative frequencies; centres and spreads; a network; a tree.
    private readonly Span<float> _frequencies, _centres, _spreads, _inner, _outer, _scoreMeans, _scoreScales, _thresholds;
    private readonly Span<int> _components, _renamed, _splits, _leaves;

    // One example's.
    private readonly Span<float> _z, _x, _hidden, _scores;

    /// <summary>Draws a problem.</summary>
    /// <param name="task">The prior.</param>
    /// <param name="random">The episode's stream.</param>
    /// <param name="episode">Its buffers hold the problem.</param>
    public SyntheticProblem(SyntheticTask task, ref CounterRandom random, EpisodeData episode)
    {
        _width = task.Inputs;
        _inputs = Number(task.LeastInputs, task.Inputs, ref random);
        _classes = Number(task.LeastClasses, task.Classes, ref random);
        _kind = task.Kind ?? (SyntheticKind)random.NextInt(3);
        _factors = 1 + random.NextInt(Math.Min(_inputs, MostFactors));
        _hiddenUnits = LeastHidden + random.NextInt(MostHidden - LeastHidden + 1);
        for (_depth = 1; 1 << _depth < _classes; _depth++)
        {
        }
        _depth += random.NextInt(2);

        var floats = new Parts<float>(episode.Weights(FloatCount()));
        _loadings = floats.Take(_inputs * _factors);
        _own = floats.Take(_inputs);
        _cuts = floats.Take(_inputs);
        _scales = floats.Take(_inputs);
        _offsets = floats.Take(_inputs);
        _frequencies = floats.Take(_classes);
        _centres = floats.Take(_classes * MostComponents * _factors);
        _spreads = floats.Take(_classes * _factors);
        _inner = floats.Take(_hiddenUnits * (_factors + 1));
        _outer = floats.Take(_classes * _hiddenUnits);
        _scoreMeans = floats.Take(_classes);
        _scoreScales = floats.Take(_classes);
        _thresholds = floats.Take(1 << _depth);
        _z = floats.Take(_factors);
        _x = floats.Take(_inputs);
        _hidden = floats.Take(_hiddenUnits);
        _scores = floats.Take(_classes);
        var numbers = new Parts<int>(episode.Labels(_inputs + 2 * _classes + (2 << _depth)));
        _shapes = numbers.Take(_inputs);
        _components = numbers.Take(_classes);
        _renamed = numbers.Take(_classes);
        _splits = numbers.Take(1 << _depth);
        _leaves = numbers.Take(1 << _depth);

        var separation = random.NextUniform((float)task.Separation[0], (float)task.Separation[1]);
        _temperature = .35f / MathF.Max(separation, .05f);
        _labelNoise = random.NextUniform((float)task.LabelNoise[0], (float)task.LabelNoise[1]);
        _perColumn = random.NextUniform() < .7f;
        DrawFeatures(ref random, random.NextUniform((float)task.Irrelevant[0], (float)task.Irrelevant[1]));
        DrawFrequencies(ref random);
        if (_kind == SyntheticKind.Mixture) DrawMixture(ref random, separation);
        else if (_kind == SyntheticKind.Network) DrawNetwork(ref random);
        else DrawTree(ref random);

        (_lateClass, _lateUntil, _driftFrom, _driftUntil) = (-1, 0, float.PositiveInfinity, float.PositiveInfinity);
        for (var c = 0; c < _classes; c++) _renamed[c] = c;
        if (random.NextUniform() < task.Drift)
        {
            random.Shuffle(_renamed);
            _driftFrom = episode.Length * random.NextUniform(.25f, .75f);
            _driftUntil = random.NextInt(2) == 0 ? _driftFrom : _driftFrom + episode.Length * random.NextUniform(.1f, .5f);
        }
        else if (random.NextUniform() < task.LateClass) (_lateClass, _lateUntil) = (random.NextInt(_classes), (int)(episode.Length * random.NextUniform(.125f, .5f)));
    }

    /// <summary>Draws the examples of an episode.</summary>
    /// <param name="random">The episode's stream.</param>
    /// <param name="episode">Gets them.</param>
    public void Fill(ref CounterRandom random, EpisodeData episode)
    {
        for (var t = 0; t < episode.Length; t++)
        {
            episode.Classes[t] = DrawExample(ref random, t);
            var row = episode.Inputs.AsSpan(t * _width, _width);
            for (var j = 0; j < _inputs; j++) row[j] = Shaped(j, _x[j]) * _scales[j] + _offsets[j];
            row[_inputs..].Clear();
        }
        if (_perColumn)
            for (var j = 0; j < _inputs; j++) Standardise(episode, j, 1);
        else Standardise(episode, 0, _inputs);
    }

    // What is given as one number needs no draw.
    private static int Number(int least, int most, ref CounterRandom random) => least == 0 || least == most ? most : least + random.NextInt(most - least + 1);

    private int FloatCount() => checked(
        (_inputs * (_factors + 5)) + (4 * _classes) + (_classes * (MostComponents + 1) * _factors) + (_hiddenUnits * (_factors + 2)) + (_classes * _hiddenUnits) + (1 << _depth) + _factors);

    private void DrawFeatures(ref CounterRandom random, float irrelevant)
    {
        // All plain, all binary, or each of its own kind.
        var fashion = random.NextInt(20);
        var (own, isSparse, logScale) = (random.NextUniform(0, .7f), random.NextInt(2) == 0, random.NextUniform(0, 2));
        for (var j = 0; j < _inputs; j++)
        {
            var shape = random.NextInt(100);
            _shapes[j] = (int)(fashion < 7 ? Shape.Plain : fashion < 10 ? Shape.Binary
                : shape < 40 ? Shape.Plain : shape < 55 ? Shape.Binary : shape < 70 ? Shape.Count : shape < 82 ? Shape.HeavyTailed : shape < 96 ? Shape.Positive : Shape.Constant);
            _cuts[j] = _shapes[j] == (int)Shape.Count ? random.NextUniform(.5f, 3) : random.NextNormal() * .7f;
            // Between about 1/7 and 7, for the widest range.
            var u = random.NextUniform(-logScale, logScale);
            _scales[j] = u < 0 ? 1 / (1 - u * (1 - u)) : 1 + u * (1 + u);
            _offsets[j] = random.NextNormal() * logScale;
            DrawLoadings(ref random, _loadings.Slice(j * _factors, _factors), isSparse, random.NextUniform() < irrelevant);
            var share = random.NextUniform() * own;
            foreach (ref var loading in _loadings.Slice(j * _factors, _factors)) loading *= MathF.Sqrt(1 - share);
            _own[j] = MathF.Sqrt(share);
        }
    }

    // Of length 1; zero where the feature is irrelevant.
    private static void DrawLoadings(ref CounterRandom random, Span<float> loadings, bool isSparse, bool isIrrelevant)
    {
        random.FillNormal(loadings);
        var (kept, square) = (random.NextInt(loadings.Length), 0f);
        for (var l = 0; l < loadings.Length; l++)
        {
            if (isIrrelevant || (isSparse && l != kept && random.NextUniform() < .7f)) loadings[l] = 0;
            square += loadings[l] * loadings[l];
        }
        if (square > 0)
            foreach (ref var loading in loadings) loading /= MathF.Sqrt(square);
    }

    private void DrawFrequencies(ref CounterRandom random)
    {
        var isEven = random.NextInt(2) == 0;
        var sum = 0f;
        for (var c = 0; c < _classes; c++)
        {
            var weight = random.NextUniform(.2f, 1);
            sum += isEven ? 1 : weight * weight;
            _frequencies[c] = sum;
        }
        foreach (ref var frequency in _frequencies) frequency /= sum;
    }

    private void DrawMixture(ref CounterRandom random, float separation)
    {
        random.FillNormal(_centres);
        var distance = separation / MathF.Sqrt(MathF.Sqrt(_factors));
        foreach (ref var coordinate in _centres) coordinate *= distance;
        var (isShared, most) = (random.NextInt(2) == 0, 1 + random.NextInt(MostComponents));
        for (var c = 0; c < _classes; c++)
        {
            _components[c] = 1 + random.NextInt(most);
            foreach (ref var spread in _spreads.Slice(c * _factors, _factors)) spread = isShared ? 1 : random.NextUniform(.4f, 1.6f);
        }
    }

    private void DrawNetwork(ref CounterRandom random)
    {
        var gain = random.NextUniform(.5f, 3) / MathF.Sqrt(_factors);
        random.FillNormal(_inner);
        for (var k = 0; k < _hiddenUnits; k++)
            foreach (ref var weight in _inner.Slice(k * (_factors + 1), _factors)) weight *= gain;
        random.FillNormal(_outer);
        _scoreMeans.Clear();
        _scoreScales.Clear();
        for (var pilot = 0; pilot < Pilots; pilot++)
        {
            random.FillNormal(_z);
            Score();
            for (var c = 0; c < _classes; c++)
            {
                _scoreMeans[c] += _scores[c] / Pilots;
                _scoreScales[c] += _scores[c] * _scores[c] / Pilots;
            }
        }
        for (var c = 0; c < _classes; c++)
        {
            var variance = _scoreScales[c] - _scoreMeans[c] * _scoreMeans[c];
            _scoreScales[c] = 1 / MathF.Sqrt(MathF.Max(variance, LeastDeviation));
            // A class of lower frequency has a higher bar.
            _scoreMeans[c] -= (Frequency(c) * _classes - 1) * .5f / _scoreScales[c];
        }
    }

    private float Frequency(int c) => _frequencies[c] - (c == 0 ? 0 : _frequencies[c - 1]);

    private void DrawTree(ref CounterRandom random)
    {
        for (var node = 0; node < 1 << _depth; node++)
        {
            var feature = random.NextInt(_inputs);
            for (var attempt = 0; attempt < Attempts && _shapes[feature] == (int)Shape.Constant; attempt++) feature = random.NextInt(_inputs);
            _splits[node] = feature;
            _thresholds[node] = _shapes[feature] == (int)Shape.Binary ? _cuts[feature] : random.NextNormal() * .6f;
            _leaves[node] = node % _classes;
        }
        random.Shuffle(_leaves);
    }

    private int DrawExample(ref CounterRandom random, int t)
    {
        var label = 0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            label = DrawClass(ref random);
            if (random.NextUniform() < _labelNoise) label = random.NextInt(_classes);
            if (label != _lateClass || t >= _lateUntil) break;
        }
        if (label == _lateClass && t < _lateUntil) label = (label + 1) % _classes;
        var drifted = t < _driftFrom ? 0 : t >= _driftUntil ? 1 : (t - _driftFrom) / (_driftUntil - _driftFrom);
        return random.NextUniform() < drifted ? _renamed[label] : label;
    }

    // Leaves the features, not yet shaped, in _x.
    private int DrawClass(ref CounterRandom random)
    {
        random.FillNormal(_z);
        var label = 0;
        if (_kind == SyntheticKind.Mixture)
        {
            var place = random.NextUniform();
            while (label < _classes - 1 && place >= _frequencies[label]) label++;
            var centre = _centres.Slice((label * MostComponents + random.NextInt(_components[label])) * _factors, _factors);
            var spread = _spreads.Slice(label * _factors, _factors);
            for (var l = 0; l < _factors; l++) _z[l] = _z[l] * spread[l] + centre[l];
        }
        random.FillNormal(_x);
        for (var j = 0; j < _inputs; j++)
        {
            var sum = _x[j] * _own[j];
            var loadings = _loadings.Slice(j * _factors, _factors);
            for (var l = 0; l < loadings.Length; l++) sum += loadings[l] * _z[l];
            _x[j] = sum;
        }
        return _kind switch
        {
            SyntheticKind.Mixture => label,
            SyntheticKind.Network => LargestScore(ref random),
            _ => Leaf(),
        };
    }

    private void Score()
    {
        for (var k = 0; k < _hiddenUnits; k++)
        {
            var weights = _inner.Slice(k * (_factors + 1), _factors + 1);
            var sum = weights[_factors];
            for (var l = 0; l < _factors; l++) sum += weights[l] * _z[l];
            _hidden[k] = sum / (1 + MathF.Abs(sum));
        }
        for (var c = 0; c < _classes; c++)
        {
            var weights = _outer.Slice(c * _hiddenUnits, _hiddenUnits);
            var sum = 0f;
            for (var k = 0; k < weights.Length; k++) sum += weights[k] * _hidden[k];
            _scores[c] = sum;
        }
    }

    private int LargestScore(ref CounterRandom random)
    {
        Score();
        var (best, label) = (float.NegativeInfinity, 0);
        for (var c = 0; c < _classes; c++)
        {
            var score = (_scores[c] - _scoreMeans[c]) * _scoreScales[c] + _temperature * random.NextNormal();
            if (score > best) (best, label) = (score, c);
        }
        return label;
    }

    private int Leaf()
    {
        var node = 1;
        for (var level = 0; level < _depth; level++) node = 2 * node + (_x[_splits[node]] > _thresholds[node] ? 1 : 0);
        return _leaves[node - (1 << _depth)];
    }

    private float Shaped(int j, float x) => (Shape)_shapes[j] switch
    {
        Shape.Binary => x > _cuts[j] ? 1 : 0,
        Shape.Count => MathF.Floor(MathF.Max(0, x * _cuts[j] + _cuts[j])),
        Shape.HeavyTailed => x + .5f * x * x * x,
        Shape.Positive => x > -2 ? (x + 2) * (x + 2) : 0,
        Shape.Constant => _cuts[j],
        _ => x,
    };

    // The columns from one on become numbers of mean 0 and deviation 1; what hardly changes becomes 0.
    private void Standardise(EpisodeData episode, int first, int columns)
    {
        var (sum, square, count) = (0.0, 0.0, (double)episode.Length * columns);
        for (var t = 0; t < episode.Length; t++)
            foreach (var value in episode.Inputs.AsSpan(t * _width + first, columns))
            {
                sum += value;
                square += (double)value * value;
            }
        var mean = sum / count;
        var deviation = Math.Sqrt(Math.Max(0, square / count - mean * mean));
        var factor = deviation > LeastDeviation * (1 + Math.Abs(mean)) ? 1 / deviation : 0;
        for (var t = 0; t < episode.Length; t++)
            foreach (ref var value in episode.Inputs.AsSpan(t * _width + first, columns)) value = (float)((value - mean) * factor);
    }

    private ref struct Parts<T>(Span<T> whole)
    {
        private Span<T> _rest = whole;

        public Span<T> Take(int count)
        {
            var part = _rest[..count];
            _rest = _rest[count..];
            return part;
        }
    }
}
