using System.CommandLine;
using Vsml.Files;
using Vsml.Generators.Planning;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml describe</c>: a network's canonical JSON form, and its sizes; or its plan.</summary>
internal static class DescribeCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var source = new ArchitectureSource(context);
        var plan = new Option<bool>("--plan") { Description = "Print the plan instead: the turns of an example in order, what each reads and sends, and how CPUs and GPUs store it." };
        var precision = new PrecisionOption();
        var command = new ToolCommand(
            "describe",
            "Print a network as JSON with every field, and its sizes on standard error.",
            "vsml describe net.json",
            "vsml describe net.json --plan",
            "vsml describe --assembly MyModels.dll MnistLearner > net.json")
        {
            plan,
        };
        source.AddTo(command);
        precision.AddTo(command);
        command.SetAction(parsed =>
        {
            var (architecture, declared) = source.ReadWithPrecision(parsed);
            var exactness = precision.Read(parsed, declared);
            if (IlgpuPlan.Problem(architecture, exactness) is { } problem) throw new VsmlException($"device: {problem}");
            if (parsed.GetValue(plan))
            {
                var network = NetworkPlan.Of(architecture);
                context.Output.Write($"{network}{CpuPlan.Of(network)}{(IlgpuPlan.Fits(network) ? IlgpuPlan.Of(network, exactness) : "ILGPU: the network is larger than indices of such kernels reach\n")}");
                return ExitCodes.Success;
            }
            context.Output.Write(ArchitectureJson.Format(architecture));
            SizesReport.Print(architecture, exactness, context);
            return ExitCodes.Success;
        });
        return command;
    }
}
