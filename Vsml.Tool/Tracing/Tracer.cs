using Vsml.Files;
using Vsml.Ilgpu;
using Vsml.Reference;
using Vsml.Tool.Commands;
using Vsml.Tool.Ilgpu;

namespace Vsml.Tool.Tracing;

/// <summary>Computes the trace of an episode with the backend that is asked for.</summary>
internal static class Tracer
{
    /// <summary>Computes a trace.</summary>
    /// <param name="request">How.</param>
    /// <param name="architecture">The network; sizes that it leaves free are those of the tensors.</param>
    /// <param name="file">What the episode is given.</param>
    /// <returns>The tensors of the output file.</returns>
    /// <exception cref="VsmlException">A tensor is missing or wrong.</exception>
    public static IReadOnlyList<Tensor> Run(TraceRequest request, Architecture architecture, SafetensorsFile file) => Run(request, architecture, TraceSizes.Give(architecture, file), file);

    private static IReadOnlyList<Tensor> Run(TraceRequest request, Architecture declared, Architecture architecture, SafetensorsFile file) => request switch
    {
        { Backend: TraceBackend.Compiled } => Compiled(request, declared.HasFreeSizes ? RuntimeCompiler.CompileFree(declared, request.Simd).For(architecture) : RuntimeCompiler.Compile(architecture, request.Simd), TraceInput<float>.Read(file, architecture, (name, shape) => file.GetSingles(name, shape))),
        { Backend: TraceBackend.Ilgpu } => Ilgpu(request, architecture, TraceInput<float>.Read(file, architecture, (name, shape) => file.GetSingles(name, shape))),
        { Precision: TensorType.F32 } => Reference(request, architecture, TraceInput<double>.Read(file, architecture, (name, shape) => Array.ConvertAll(file.GetSingles(name, shape), value => (double)value)),
            (name, shape, values) => Tensor.Of(name, shape, Array.ConvertAll(values, value => (float)value))),
        _ => Reference(request, architecture, TraceInput<double>.Read(file, architecture, (name, shape) => file.GetDoubles(name, shape)), Tensor.Of),
    };

    private static IReadOnlyList<Tensor> Compiled(TraceRequest request, VsmlModel model, TraceInput<float> given)
    {
        var trace = EpisodeTrace.Run(model, request.Simd, given.Batch, given.Theta, given.Cells, given.Inputs, given.Labels);
        var output = new TraceOutput<float>(model.Architecture, given.Length, given.Batch, Tensor.Of);
        output.AddEpisode(trace.Logits, trace.Losses, trace.Cells, trace.Hidden);
        if (!request.Gradient) return output.Tensors;
        var (theta, cells) = EpisodeTrace.Differentiate(model, request.Simd, given.Batch, given.Theta, given.Cells, given.Inputs, given.Labels);
        output.AddGradient(theta, cells);
        return output.Tensors;
    }

    private static IReadOnlyList<Tensor> Ilgpu(TraceRequest request, Architecture architecture, TraceInput<float> given)
    {
        using var device = DeviceOption.Open(request.Device);
        var model = IlgpuCompiler.Compile(architecture, request.DevicePrecision);
        var trace = IlgpuTrace.Run(model, device, given.Batch, given.Theta, given.Cells, given.Inputs, given.Labels);
        var output = new TraceOutput<float>(architecture, given.Length, given.Batch, Tensor.Of);
        output.AddEpisode(trace.Logits, trace.Losses, trace.Cells, trace.Hidden);
        if (!request.Gradient) return output.Tensors;
        var (theta, cells) = IlgpuTrace.Differentiate(model, device, given.Batch, given.Theta, given.Cells, given.Inputs, given.Labels);
        output.AddGradient(theta, cells);
        return output.Tensors;
    }

    private static IReadOnlyList<Tensor> Reference(TraceRequest request, Architecture architecture, TraceInput<double> given, Func<string, int[], double[], Tensor> create)
    {
        var episode = new ReferenceEpisode
        {
            Architecture = architecture,
            Theta = given.Theta,
            Cells = given.Cells,
            Inputs = given.Inputs,
            Labels = given.Labels,
            Batch = given.Batch,
        };
        var output = new TraceOutput<double>(architecture, given.Length, given.Batch, create);
        if (request.Gradient)
        {
            var (trace, gradient) = episode.Differentiate();
            output.AddEpisode(trace.Logits, trace.Losses, trace.Cells, trace.Hidden);
            output.AddGradient(gradient.Theta, gradient.Cells);
        }
        else
        {
            var trace = episode.Run();
            output.AddEpisode(trace.Logits, trace.Losses, trace.Cells, trace.Hidden);
        }
        return output.Tensors;
    }
}
