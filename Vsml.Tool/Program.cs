using System.Runtime.InteropServices;
using Vsml.MetaTraining;

namespace Vsml.Tool;

internal static class Program
{
    // Numbers of signals that .NET has no names for.
    private const int LinuxUser1 = 10, LinuxUser2 = 12;

    // A terminal and a launcher may both pass on what was one Ctrl-C.
    private static readonly TimeSpan s_oneSignal = TimeSpan.FromSeconds(2);

    private static int Main(string[] args)
    {
        var launcher = MpiLauncher.Current;
        // A launcher may give its processes terminals that nobody looks at.
        if (launcher is not null) Environment.SetEnvironmentVariable("TERM", "dumb");
        using var stop = new CancellationTokenSource();
        var first = DateTime.MaxValue;
        // A second signal ends the process at once.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested || (launcher is not null && DateTime.UtcNow - first < s_oneSignal);
            if (!stop.IsCancellationRequested) first = DateTime.UtcNow;
            stop.Cancel();
        }
        PosixSignal[] user = OperatingSystem.IsLinux() ? [(PosixSignal)LinuxUser1, (PosixSignal)LinuxUser2] : [];
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, .. user];
        var registrations = Array.ConvertAll(signals, signal => PosixSignalRegistration.Create(signal, Stop));
        try
        {
            Console.SetOut(new GuardedWriter(Console.Out, reason => throw new IOException($"Cannot write to standard output: {reason}")));
            // Where errors cannot be shown, the exit code tells.
            Console.SetError(new GuardedWriter(Console.Error, _ => { }));
            var interactive = !Console.IsOutputRedirected && !Console.IsInputRedirected;
            return launcher is null
                ? VsmlTool.Run(args, new ToolContext(Console.Out, Console.Error, interactive, stop.Token))
                : RankProgram.Run(launcher, args, stop.Token);
        }
        finally
        {
            foreach (var registration in registrations) registration.Dispose();
        }
    }
}
