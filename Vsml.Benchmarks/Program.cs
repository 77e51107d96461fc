using Vsml.Tool;

namespace Vsml.Benchmarks;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        // One file then holds all that a machine without .NET needs, see eng/publish-gpu-check.sh.
        if (arguments is ["vsml", .. var tool]) return VsmlTool.Run(tool, new ToolContext(Console.Out, Console.Error));
        try
        {
            return CommandLine.Run(arguments);
        }
        catch (VsmlException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }
}
