using Vsml.Contracts;

namespace Vsml;

/// <summary>One episode, everything given and everything returned: what <c>vsml trace</c> computes.</summary>
/// <param name="Logits">Outputs after the bound [T, batch, outputs].</param>
/// <param name="Losses">Cross-entropy [T, batch].</param>
/// <param name="Cells">Final c of each layer, canonical order with the batch first.</param>
/// <param name="Hidden">Final h of each layer, likewise.</param>
public sealed record EpisodeTrace(float[] Logits, float[] Losses, float[][] Cells, float[][] Hidden)
{
    /// <summary>Runs the episode through compiled kernels.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="level">The SIMD level.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="cells">Initial c of each layer, canonical order with the batch first.</param>
    /// <param name="inputs">[T, batch, inputs].</param>
    /// <param name="labels">[T, batch, outputs].</param>
    /// <exception cref="VsmlException">The batch is too large for these layers.</exception>
    /// <exception cref="ArgumentException">Inputs and labels are not those of whole batches.</exception>
    public static EpisodeTrace Run(
        VsmlModel model, SimdLevel level, int batch, ReadOnlySpan<float> theta, IReadOnlyList<float[]> cells, ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels)
    {
        var runner = new EpisodeRunner(model, level, batch);
        var packed = model.Pack(theta, level);
        var layers = model.Architecture.Layers.Count;
        for (var l = 0; l < layers; l++) runner.SetCells(l, cells[l]);

        var (inputFloats, outputFloats) = (batch * model.Architecture.InputSize, batch * model.Architecture.OutputSize);
        var length = inputs.Length / inputFloats;
        if (inputs.Length % inputFloats != 0 || labels.Length != (long)length * outputFloats)
            throw new ArgumentException($"There are {inputs.Length} inputs and {labels.Length} labels; each step of this network takes {inputFloats} and {outputFloats}.");
        var trace = new EpisodeTrace(
            new float[length * outputFloats],
            new float[length * batch],
            [.. Enumerable.Range(0, layers).Select(l => new float[runner.CanonicalFloats(l)])],
            [.. Enumerable.Range(0, layers).Select(l => new float[runner.CanonicalFloats(l)])]);
        for (var t = 0; t < length; t++)
            runner.Step(
                packed,
                inputs.Slice(t * inputFloats, inputFloats),
                labels.Slice(t * outputFloats, outputFloats),
                trace.Logits.AsSpan(t * outputFloats, outputFloats),
                trace.Losses.AsSpan(t * batch, batch));
        for (var l = 0; l < layers; l++)
        {
            runner.GetCells(l, trace.Cells[l]);
            runner.GetHidden(l, trace.Hidden[l]);
        }
        return trace;
    }

    /// <summary>The gradient of the mean loss of the same episode.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="level">The SIMD level.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="cells">Initial c of each layer, canonical order with the batch first.</param>
    /// <param name="inputs">[T, batch, inputs].</param>
    /// <param name="labels">[T, batch, outputs].</param>
    /// <param name="tapeExamples">Examples whose states are kept at once; 0 for all.</param>
    /// <returns>The gradient with respect to theta, and with respect to the initial cells of each layer.</returns>
    /// <exception cref="VsmlException">The batch is too large for these layers.</exception>
    /// <exception cref="ArgumentException">Inputs and labels are not those of whole batches.</exception>
    public static (float[] Theta, float[][] Cells) Differentiate(
        VsmlModel model,
        SimdLevel level,
        int batch,
        ReadOnlySpan<float> theta,
        IReadOnlyList<float[]> cells,
        ReadOnlySpan<float> inputs,
        ReadOnlySpan<float> labels,
        int tapeExamples = 0)
    {
        var runner = new EpisodeRunner(model, level, batch);
        var packed = model.Pack(theta, level);
        var layers = model.Architecture.Layers.Count;
        for (var l = 0; l < layers; l++) runner.SetCells(l, cells[l]);
        runner.Start(packed);

        var reverse = new EpisodeGradient(model, level, batch, tapeExamples);
        var gradient = new float[model.Parameters.Count];
        var losses = new float[inputs.Length / model.Architecture.InputSize];
        reverse.Run(theta, packed, runner.State, inputs, labels, [], losses, gradient);
        var cellGradients = new float[layers][];
        for (var l = 0; l < layers; l++)
        {
            cellGradients[l] = new float[runner.CanonicalFloats(l)];
            reverse.GetCellGradient(l, cellGradients[l]);
        }
        return (gradient, cellGradients);
    }
}
