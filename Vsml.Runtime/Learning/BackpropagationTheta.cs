namespace Vsml;

/// <summary>
/// Meta-parameters, written by hand, with which running forward is online backpropagation: the network is a plain tanh network
/// y = W tanh(x) + b of the same layers that takes a step of gradient descent after each example (docs/backpropagation.md). The paper
/// (sections 3.2 and 4.1) learns such sub-RNNs; this shows that they exist, and is a start for meta-training.
/// </summary>
/// <remarks>
/// The weight is cell <see cref="WeightEntry"/> of a sub-RNN divided by <see cref="WeightScale"/>; the bias of an output is the mean of
/// cells <see cref="BiasEntry"/> of all its sub-RNNs divided by it. A product of two signals is a pair of units whose
/// input gates are sigmoid(+x) and sigmoid(-x): sigmoid(2x) - sigmoid(-2x) = tanh(x).
/// </remarks>
public static class BackpropagationTheta
{
    /// <summary>The cell that holds the weight.</summary>
    public const int WeightEntry = 0;

    /// <summary>The cell that holds the bias, the same in all sub-RNNs of an output.</summary>
    public const int BiasEntry = 1;

    /// <summary>What a weight is multiplied by in its cell, so that it stays where tanh(c) is nearly c.</summary>
    public const double WeightScale = 1.0 / 16;

    /// <summary>Units that are written; N is at least that.</summary>
    public const int Units = 9;

    private const int MessagePlus = 2, MessageMinus = 3, ProductPlus = 4, ProductMinus = 5, Derivative = 6, BackPlus = 7, BackMinus = 8;
    private const double Eta = .1, Epsilon = .1, OffsetOfInput = 5, OffsetOfForget = 5;

    // In a convolution's backward sweep, which makes no message m.
    private static readonly int[] s_returns = [MessagePlus, MessageMinus, BackPlus, BackMinus];
    private const double ReturnEpsilon = .2, Shift = .15;

    // sigmoid(2x + s) - sigmoid(2x - s) is s (1 - tanh(x)^2) / 2 for small s; with this in place of s it is right at x = 1/2, and within .5 % elsewhere.
    private static readonly double s_shift = Math.Sinh(Shift) * (1 + Math.Cosh(1)) / (Math.Cosh(Shift) + Math.Cosh(1));

    /// <summary>A network for which <see cref="For"/> has an answer: dense layers, each with meta-parameters of its own, two micro ticks, a separate backward sweep, and initial weights as <see cref="InitialDeviation"/> says.</summary>
    /// <param name="sizes">Inputs, hidden units of each layer if there are any, and classes.</param>
    /// <exception cref="VsmlException">There are fewer than two sizes, or one is below 1.</exception>
    public static Architecture Network(params IReadOnlyList<int> sizes)
    {
        if (sizes.Count < 2) throw new VsmlException("A network needs at least two sizes, its inputs and its outputs.");
        var architecture = new Architecture
        {
            StateSize = Units,
            MessageSize = 2,
            Layers = new(sizes.Zip(sizes.Skip(1), (inputs, outputs) => (LayerSpec)new DenseLayerSpec(inputs, outputs))),
            Schedule = new TickSchedule { MicroTicks = new([2]), BackwardSweep = BackwardSweep.Separate },
            LayerwiseParameters = sizes.Count > 2,
            // One layer starts from zero. Deep ones must not: of each state only the first cell, the weight, is random.
            InitialRandomFraction = sizes.Count == 2 ? 0 : 1.0001 / Units,
            InitialCellScale = sizes.Count == 2 ? new([Vsml.InitialCellScale.FanIn]) : new(sizes.SkipLast(1).Select(inputs => new InitialCellScale((float)(InitialDeviation(inputs) * WeightScale)))),
            OutputBound = 0,
        };
        return ArchitectureRules.Check(architecture).FirstOrDefault(problem => !problem.IsWarning) is { } wrong
            ? throw new VsmlException($"{wrong.Path}: {wrong.Message}")
            : architecture;
    }

    /// <summary>Standard deviation of a layer's initial weights in a deep <see cref="Network"/>: 1 / sqrt(inputs).</summary>
    /// <param name="inputs">Inputs of the layer.</param>
    public static double InitialDeviation(int inputs) => 1 / Math.Sqrt(inputs);

    /// <summary>Writes theta for a network of dense layers and convolutions.</summary>
    /// <param name="architecture">
    /// The network: two micro ticks, a separate backward sweep, N of at least <see cref="Units"/>, M of at least 2, no message layer norm, no position features,
    /// and for several layers meta-parameters of each its own.
    /// </param>
    /// <param name="rate">Learning rate of the plain network, for weights and biases.</param>
    /// <exception cref="VsmlException">The architecture has other options, a size is free, or the rate is not a positive number.</exception>
    public static MetaParameters For(Architecture architecture, double rate)
    {
        Check(architecture, rate);
        var layout = ParameterLayout.Of(architecture);
        var values = new float[layout.Count];
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            var isLast = l == architecture.Layers.Count - 1;
            // Terms of a forward and of a backward message, and positions over which states are averaged.
            var (inputs, outputs, positions) = architecture.Layers[l] is ConvLayerSpec conv
                ? ((double)conv.Kernel * conv.Kernel * conv.Channels, (double)conv.Kernel * conv.Kernel * conv.OutputChannels, (double)conv.OutputHeight * conv.OutputWidth)
                : (architecture.Layers[l].Inputs, architecture.Layers[l].Outputs, 1);
            var number = architecture.LayerwiseParameters ? l.ToString(System.Globalization.CultureInfo.InvariantCulture) : "";
            // What the sum of all forward messages is divided by.
            var divisor = !isLast && architecture.MessageScale == MessageScale.Root ? Math.Sqrt(inputs) : inputs;
            WriteForward(new Group(architecture, layout, values, number.Length == 0 ? "shared" : "layer" + number), isLast ? architecture.OutputIndex : 0, divisor, inputs);
            var backward = new Group(architecture, layout, values, "backward" + number);
            WriteSteps(backward, rate * positions);
            if (architecture.Layers[l] is ConvLayerSpec) WriteReturns(backward, outputs);
            else WriteReturn(backward, outputs);
        }
        return new MetaParameters(architecture, values);
    }

    /// <summary>The weights [inputs, outputs] of the plain network that a learner's state holds, of a convolution [k, k, channels in, channels out].</summary>
    /// <param name="learner">A learner of a theta written by <see cref="For"/>.</param>
    /// <param name="layer">The layer, from 0.</param>
    public static double[] Weights(Learner learner, int layer) => [.. Held(learner, layer, WeightEntry)];

    /// <summary>The biases [outputs] of the plain network that a learner's state holds, of a convolution [channels out].</summary>
    /// <param name="learner">A learner of a theta written by <see cref="For"/>.</param>
    /// <param name="layer">The layer, from 0.</param>
    public static double[] Biases(Learner learner, int layer)
    {
        var spec = learner.Architecture.Layers[layer];
        var biases = new double[spec is ConvLayerSpec conv ? conv.OutputChannels : spec.GivenOutputs!.Value];
        var held = Held(learner, layer, BiasEntry).ToList();
        for (var i = 0; i < held.Count; i++) biases[i % biases.Length] += held[i] * biases.Length / held.Count;
        return biases;
    }

    private static IEnumerable<double> Held(Learner learner, int layer, int entry)
    {
        var cells = learner.Cells(layer);
        for (var i = entry; i < cells.Length; i += learner.Architecture.StateSize) yield return cells[i] / WeightScale;
    }

    private static void WriteForward(Group group, int entry, double divisor, double inputs)
    {
        group.Begin();
        WriteMessage(group);
        foreach (var (unit, factor) in ((int, double)[])[(MessagePlus, 1), (MessageMinus, -1), (BiasEntry, 1 / inputs)]) group.Forward(unit, entry, factor * divisor / WeightScale);
    }

    // A step of gradient descent; averages over positions are what a convolution needs here.
    private static void WriteSteps(Group group, double rate)
    {
        group.Begin();
        // p = sigmoid(+-2x) tanh(eta e), from which the second micro tick makes the step of w.
        foreach (var (unit, sign) in ((int, double)[])[(ProductPlus, 1), (ProductMinus, -1)])
        {
            group.OpenBy(unit, Group.X, 2 * sign);
            group.Value(unit, group.E, Eta);
            group.Value(WeightEntry, group.H(unit), -sign * rate * WeightScale / Eta);
        }
        group.Open(WeightEntry);
        // Written in both micro ticks. All sub-RNNs of an output hold the whole bias: their shares of it would be too small for single precision.
        group.Open(BiasEntry);
        group.Value(BiasEntry, group.E, -rate * WeightScale / 2);
    }

    // A dense layer's message back, from what stays in the state from one micro tick to the next.
    private static void WriteReturn(Group group, double outputs)
    {
        WriteMessage(group);
        // u = w sigmoid(2x) sigmoid(-2x) = w (1 - tanh(x)^2) / 4, from the weight before the step.
        group.OpenBy(Derivative, Group.X, -2);
        group.Value(Derivative, group.H(MessagePlus), 1);
        foreach (var (unit, sign) in ((int, double)[])[(BackPlus, 1), (BackMinus, -1)])
        {
            group.OpenBy(unit, group.E, sign * Epsilon);
            group.Value(unit, group.H(Derivative), 1);
            group.Backward(unit, 0, sign * 8 / Epsilon * outputs / WeightScale);
        }
    }

    // A convolution's: from its averaged state, w alone is of use at each position, so the last micro tick makes e w (1 - tanh(x)^2) at once,
    // through input gates sigmoid(+-e) and output gates sigmoid(2x +- shift), whose differences are e / 2 and the derivative.
    private static void WriteReturns(Group group, double outputs)
    {
        for (var k = 0; k < s_returns.Length; k++)
        {
            var (unit, errorSign, shiftSign) = (s_returns[k], k % 2 == 0 ? 1 : -1, k < 2 ? 1 : -1);
            group.OpenBy(unit, group.E, errorSign * ReturnEpsilon);
            group.Value(unit, group.H(WeightEntry), 1);
            group.ShowBy(unit, Group.X, 2, shiftSign * Shift);
            group.Backward(unit, 0, errorSign * shiftSign * 4 / (ReturnEpsilon * s_shift) * outputs / WeightScale);
        }
    }

    // m = sigmoid(+-2x) w: their difference is tanh(x) w.
    private static void WriteMessage(Group group)
    {
        foreach (var (unit, sign) in ((int, double)[])[(MessagePlus, 1), (MessageMinus, -1)])
        {
            group.OpenBy(unit, Group.X, 2 * sign);
            group.Value(unit, group.H(WeightEntry), 1);
        }
    }

    private static void Check(Architecture architecture, double rate)
    {
        if (!(rate > 0) || !double.IsFinite(rate)) throw new VsmlException($"The rate {rate} is no positive number.");
        Layouts.RequireSizes(architecture);
        var schedule = architecture.Schedule;
        var wrong =
            schedule.BackwardSweep != BackwardSweep.Separate ? "it needs a backward sweep with meta-parameters of its own (backwardSweep separate)" :
            schedule.TicksPerExample != 1 ? "it needs one tick an example" :
            Enumerable.Range(0, architecture.Layers.Count).Any(l => schedule.MicroTicksOf(l) != 2) ? "it needs two micro ticks in every layer" :
            architecture.StateSize < Units ? $"it needs N of at least {Units}, not {architecture.StateSize}" :
            architecture.MessageSize < 2 ? "it needs M of at least 2" :
            architecture.MessageLayerNorm ? "messages must not be normalised" :
            architecture.PositionFeatures ? "it needs no position features" :
            architecture.LearnedInitialCell ? "initial cells must not be learned" :
            architecture.Layers.Count > 1 && !architecture.LayerwiseParameters ? "each of its layers needs meta-parameters of its own (layerwiseParameters)" :
            null;
        if (wrong is not null) throw new VsmlException($"Backpropagation can be written by hand into other networks: {wrong}.");
    }

    /// <summary>The meta-parameters of a group while they are written.</summary>
    private sealed class Group(Architecture architecture, ParameterLayout layout, float[] values, string name)
    {
        // A gate that stays open or shut: 1 or 0 in single precision.
        private const double Sure = 30;
        private const int I = 0, G = 1, F = 2, O = 3;

        /// <summary>The row of the forward message's first entry.</summary>
        public const int X = 0;

        private readonly int _n = architecture.StateSize, _m = architecture.MessageSize;

        /// <summary>The row of the backward message's first entry: the error, or what comes from the layer after.</summary>
        public int E => _m;

        /// <summary>The row of a unit's h.</summary>
        public int H(int unit) => 2 * _m + unit;

        /// <summary>Every unit shows its cell and forgets it; only weight and bias remember. No input gate is open.</summary>
        public void Begin()
        {
            for (var unit = 0; unit < _n; unit++)
            {
                Bias(O, unit, Sure);
                Bias(F, unit, unit is WeightEntry or BiasEntry ? Sure : -Sure - OffsetOfForget);
                Bias(I, unit, -Sure);
            }
        }

        /// <summary>The input gate of a unit stays open.</summary>
        public void Open(int unit) => Bias(I, unit, Sure + OffsetOfInput);

        /// <summary>The input gate of a unit is sigmoid(factor times a row).</summary>
        public void OpenBy(int unit, int row, double factor)
        {
            Bias(I, unit, OffsetOfInput);
            Weight(row, I, unit, factor);
        }

        /// <summary>The output gate of a unit is sigmoid(factor times a row, plus a shift).</summary>
        public void ShowBy(int unit, int row, double factor, double shift)
        {
            Bias(O, unit, shift);
            Weight(row, O, unit, factor);
        }

        /// <summary>What goes into the cell of a unit: tanh(factor times a row).</summary>
        public void Value(int unit, int row, double factor) => Weight(row, G, unit, factor);

        /// <summary>A unit's part of an entry of the forward message.</summary>
        public void Forward(int unit, int entry, double factor) => Part("fwd/w")[unit * _m + entry] = (float)factor;

        /// <summary>A unit's part of an entry of the backward message.</summary>
        public void Backward(int unit, int entry, double factor) => Part("bwd/w")[unit * _m + entry] = (float)factor;

        private void Weight(int row, int gate, int unit, double value) => Part("lstm/w")[(row * 4 + gate) * _n + unit] = (float)value;

        private void Bias(int gate, int unit, double value) => Part("lstm/b")[gate * _n + unit] = (float)value;

        private Span<float> Part(string tensor)
        {
            var found = layout.Tensors.First(item => item.Name == $"theta/{name}/{tensor}");
            return values.AsSpan(found.Offset, found.Length);
        }
    }
}
