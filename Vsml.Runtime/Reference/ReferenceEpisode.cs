namespace Vsml.Reference;

/// <summary>What an episode gave.</summary>
/// <param name="Logits">[T, batch, B], after the bound.</param>
/// <param name="Losses">[T, batch].</param>
/// <param name="Cells">Final c per layer, [batch, A, B, N] or [batch, k, k, channels in, channels out, N].</param>
/// <param name="Hidden">Final h per layer, likewise.</param>
public sealed record ReferenceTrace(double[] Logits, double[] Losses, double[][] Cells, double[][] Hidden);

/// <summary>Gradient of an episode's meta-loss.</summary>
/// <param name="Theta">With respect to the flat theta.</param>
/// <param name="Cells">With respect to the initial cells, per layer in their order.</param>
public sealed record ReferenceGradient(double[] Theta, double[][] Cells);

/// <summary>Whole episodes through the reference interpreter: examples shown one after another to one fresh state.</summary>
public sealed record ReferenceEpisode
{
    /// <summary>The network.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>Flat meta-parameters in the order of <see cref="ParameterLayout"/>.</summary>
    public required double[] Theta { get; init; }

    /// <summary>Initial cells per layer, [batch, A, B, N] or [batch, k, k, channels in, channels out, N].</summary>
    public required double[][] Cells { get; init; }

    /// <summary>[T, batch, A]; images as [row, column, channel].</summary>
    public required double[] Inputs { get; init; }

    /// <summary>[T, batch, B], one-hot or soft.</summary>
    public required double[] Labels { get; init; }

    /// <summary>Number of examples that share a tick.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Weight of every loss in the meta-loss, [T, batch]; null for the mean over all.</summary>
    public double[]? LossWeights { get; init; }

    /// <summary>T, the number of examples.</summary>
    public int Length => Labels.Length / (Batch * Architecture.OutputSize);

    /// <summary>Runs the episode.</summary>
    /// <exception cref="ArgumentException">An array has another length than the architecture, T and the batch ask for.</exception>
    public ReferenceTrace Run() => Run(NewNetwork(), records: null);

    /// <summary>Runs the episode and its reverse.</summary>
    /// <returns>What it gave, and the gradient of the weighted sum of losses.</returns>
    /// <exception cref="ArgumentException">An array has another length than the architecture, T and the batch ask for.</exception>
    public (ReferenceTrace Trace, ReferenceGradient Gradient) Differentiate()
    {
        var network = NewNetwork();
        var weights = LossWeights ?? [.. Enumerable.Repeat(1.0 / (Length * Batch), Length * Batch)];
        Require(weights.Length, Length * Batch, nameof(LossWeights));
        var records = new List<ExampleRecord>();
        var trace = Run(network, records);
        var adjoint = new ReferenceAdjoint(network);
        for (var t = Length - 1; t >= 0; t--) adjoint.Step(records[t], weights.AsSpan(t * Batch, Batch));
        var cells = adjoint.InitialCells();
        return (trace, new ReferenceGradient(adjoint.ThetaGradient, cells));
    }

    private ReferenceNetwork NewNetwork()
    {
        Require(Labels.Length, Length * Batch * Architecture.OutputSize, nameof(Labels));
        Require(Inputs.Length, Length * Batch * Architecture.InputSize, nameof(Inputs));
        Require(Cells.Length, Architecture.Layers.Count, nameof(Cells));
        var network = new ReferenceNetwork(Architecture, Theta, Batch);
        for (var l = 0; l < Cells.Length; l++) network.SetCells(l, Cells[l]);
        return network;
    }

    private ReferenceTrace Run(ReferenceNetwork network, List<ExampleRecord>? records)
    {
        var (inputSize, outputSize) = (Batch * Architecture.InputSize, Batch * Architecture.OutputSize);
        var (logits, losses) = (new double[Labels.Length], new double[Length * Batch]);
        for (var t = 0; t < Length; t++)
        {
            var record = records is null ? null : new ExampleRecord();
            if (record is not null) records!.Add(record);
            var output = network.Step(Inputs.AsSpan(t * inputSize, inputSize), Labels.AsSpan(t * outputSize, outputSize), record);
            output.Logits.CopyTo(logits, t * outputSize);
            output.Losses.CopyTo(losses, t * Batch);
        }
        var layers = Enumerable.Range(0, Architecture.Layers.Count);
        return new ReferenceTrace(
            logits, losses, [.. layers.Select(l => network.Cells(l).ToArray())], [.. layers.Select(l => network.Hidden(l).ToArray())]);
    }

    private static void Require(int length, int expected, string what)
    {
        if (length != expected) throw new ArgumentException($"{length} values were given; {expected} are needed.", what);
    }
}
