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
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop);
        Console.SetOut(new GuardedWriter(Console.Out, reason => throw new IOException($"Cannot write to standard output: {reason}")));
        // Where errors cannot be shown, the exit code tells.
        Console.SetError(new GuardedWriter(Console.Error, _ => { }));
        var interactive = !Console.IsOutputRedirected && !Console.IsInputRedirected;
        return VsmlTool.Run(args, new ToolContext(Console.Out, Console.Error, interactive, stop.Token));
    }
}
