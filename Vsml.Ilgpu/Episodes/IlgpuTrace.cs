namespace Vsml.Ilgpu;

/// <summary>One episode on a device, everything given and everything returned: what <c>vsml trace --backend ilgpu</c> computes.</summary>
public static class IlgpuTrace
{
    /// <summary>Runs the episode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="cells">Initial c of each layer, canonical order with the batch first.</param>
    /// <param name="inputs">[T, batch, inputs].</param>
    /// <param name="labels">[T, batch, outputs].</param>
    /// <exception cref="VsmlException">The kernels cannot be compiled for the device, or it has too little memory.</exception>
    public static EpisodeTrace Run(
        IlgpuModel model, IlgpuDevice device, int batch, ReadOnlySpan<float> theta, IReadOnlyList<float[]> cells, ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels)
    {
        var architecture = model.Architecture;
        var length = inputs.Length / (batch * architecture.InputSize);
        using var network = new DeviceNetwork(model, device);
        using var buffers = new EpisodeBuffers(network, new EpisodeSizes(Episodes: 1, Members: 1, Data: 1, length, batch));
        buffers.SetTheta(theta);
        buffers.SetData(inputs, labels);
        var image = new StateImage(network.Shape, architecture, batch);
        for (var l = 0; l < cells.Count; l++) image.Import(l, isCell: true, WithLearned(model.Model, l, theta, cells[l]));
        buffers.SetStates(0, image.Floats);

        buffers.Run(0, length);
        var (logits, losses) = (new float[labels.Length], new float[length * batch]);
        buffers.GetResults(logits, losses);
        buffers.GetStates(0, image.Floats);
        return new EpisodeTrace(
            logits, losses,
            [.. cells.Select((_, l) => image.Export(l, isCell: true))],
            [.. cells.Select((_, l) => image.Export(l, isCell: false))]);
    }

    /// <summary>Gradient of the mean of all losses.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="cells">Initial c of each layer, canonical order with the batch first.</param>
    /// <param name="inputs">[T, batch, inputs].</param>
    /// <param name="labels">[T, batch, outputs].</param>
    /// <param name="tapeExamples">Examples whose states are kept at once; 0 keeps all.</param>
    /// <returns>With respect to theta, and to the initial c of each layer.</returns>
    /// <exception cref="VsmlException">The kernels cannot be compiled for the device, or it has too little memory.</exception>
    public static (float[] Theta, float[][] Cells) Differentiate(
        IlgpuModel model, IlgpuDevice device, int batch, ReadOnlySpan<float> theta, IReadOnlyList<float[]> cells, ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels,
        int tapeExamples = 0)
    {
        var architecture = model.Architecture;
        var length = inputs.Length / (batch * architecture.InputSize);
        using var network = new DeviceNetwork(model, device);
        using var gradient = new DeviceGradient(network, new GradientSizes(Episodes: 1, length, tapeExamples == 0 ? length : Math.Min(tapeExamples, length), batch));
        gradient.SetTheta(theta);
        var weights = new float[length * batch];
        Array.Fill(weights, 1f / weights.Length);
        gradient.SetData(inputs, labels, weights);
        var image = new StateImage(network.Shape, architecture, batch);
        for (var l = 0; l < cells.Count; l++) image.Import(l, isCell: true, WithLearned(model.Model, l, theta, cells[l]));
        gradient.SetStates(0, image.Floats);

        gradient.Run(length);
        gradient.GetStateGradient(0, image.Floats);
        return (gradient.GetGradients([true]), [.. cells.Select((_, l) => image.Export(l, isCell: true))]);
    }

    /// <summary>Initial cells of a layer with the learned ones added, where there are any.</summary>
    internal static float[] WithLearned(VsmlModel model, int layer, ReadOnlySpan<float> theta, float[] cells)
    {
        if (!model.Architecture.LearnedInitialCell) return cells;
        var learned = theta.Slice(model.Parameters.Find(ParameterLayout.GroupOf(model.Architecture, layer, backward: false), "initial_cell").Offset, model.Architecture.StateSize);
        var sum = (float[])cells.Clone();
        for (var i = 0; i < sum.Length; i++) sum[i] += learned[i % learned.Length];
        return sum;
    }
}
