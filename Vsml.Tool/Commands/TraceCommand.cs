using System.CommandLine;
using Vsml.Files;
using Vsml.Tool.Tracing;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml trace</c>: one episode, everything given, everything returned (formats.md).</summary>
internal static class TraceCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var architecture = new Option<string>("--architecture") { HelpName = "A.json", Required = true, Description = "The network (schemas/architecture.schema.json)." };
        var input = new Option<string>("--input")
        {
            HelpName = "IN.safetensors",
            Required = true,
            Description = "inputs [T, batch, ...], labels [T, batch, outputs], all theta/..., initial cell/<layer>; F32 or F64. Further tensors are ignored.",
        };
        var output = new Option<string>("--output")
        {
            HelpName = "OUT.safetensors",
            Required = true,
            Description = "Gets logits, loss, final cell/<layer> and hidden/<layer>, and gradients if asked for; - prints it.",
        };
        var backend = new Option<string>("--backend")
        {
            HelpName = "compiled|reference|ilgpu",
            DefaultValueFactory = _ => "compiled",
            Description = "compiled: kernels emitted and compiled for this network; reference: the plain interpreter in double precision; ilgpu: kernels for a GPU.",
        };
        var gradient = new Option<bool>("--gradient") { Description = "Also write the gradient of the mean loss: grad/theta/... and grad/cell/<layer>." };
        var precision = new Option<string>("--precision")
        {
            HelpName = "f32|f64",
            DefaultValueFactory = _ => "f32",
            Description = "Precision of the tensors. Emitted kernels are f32.",
        };
        var simd = SimdOption.Create();
        var device = DeviceOption.Create();
        var devicePrecision = new PrecisionOption();
        var command = new ToolCommand(
            "trace",
            "Run one episode with everything given, and write everything it computes.",
            "vsml trace --architecture net.json --input episode.safetensors --output trace.safetensors",
            "vsml trace --architecture net.json --input episode.safetensors --output trace.safetensors --backend reference --precision f64 --gradient",
            "vsml trace --architecture net.json --input episode.safetensors --output trace.safetensors --backend ilgpu --device cuda")
        {
            architecture, input, output, backend, gradient, precision, simd, device,
        };
        devicePrecision.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(backend) != "ilgpu") devicePrecision.RefuseWithoutIlgpu(parsed);
            var request = TraceRequest.Parse(
                parsed.GetValue(backend)!, parsed.GetValue(precision)!, parsed.GetValue(gradient), parsed.GetValue(simd), parsed.GetValue(device), devicePrecision.Read(parsed, default));
            var place = new ResultPlace(parsed.GetValue(output)!, context, parsed.GetValue(architecture), parsed.GetValue(input));
            var tensors = context.Abandonable(() =>
                Tracer.Run(request, ArchitectureJson.Read(parsed.GetValue(architecture)!), SafetensorsFile.Read(parsed.GetValue(input)!)));
            place.Write(stream => SafetensorsFile.Write(stream, tensors));
            return ExitCodes.Success;
        });
        return command;
    }
}
