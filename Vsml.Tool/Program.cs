using System.Runtime.InteropServices;

namespace Vsml.Tool;

internal static class Program
{
    private static int Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        // A second signal ends the process at once.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var interactive = !Console.IsOutputRedirected && !Console.IsInputRedirected;
        return VsmlTool.Run(args, new ToolContext(Console.Out, Console.Error, interactive, stop.Token));
    }
}
