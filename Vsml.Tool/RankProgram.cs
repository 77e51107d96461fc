using System.Diagnostics;
using Vsml.MetaTraining;

namespace Vsml.Tool;

/// <summary>The command as one of several processes that mpirun or srun started: rank 0 prints, the others are silent.</summary>
internal static class RankProgram
{
    private const string SharedCommand = "train";

    // Launchers end all processes as soon as one has failed, and rank 0 has the message.
    private static readonly TimeSpan s_timeToPrint = TimeSpan.FromSeconds(1);

    /// <summary>Runs a command line.</summary>
    /// <param name="launcher">What started the processes.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="stop">Requested after a signal.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(MpiLauncher launcher, string[] args, CancellationToken stop)
    {
        RankGroup? ranks = null;
        var isRoot = launcher.Rank == 0;
        var context = new ToolContext(isRoot ? Console.Out : TextWriter.Null, isRoot ? Console.Error : TextWriter.Null, Cancellation: stop)
        {
            MeetRanks = silence =>
            {
                stop.Register(() => EndUnlessStopped(launcher, silence));
                return ranks = new RankGroup(MpiCollective.Open(launcher, silence));
            },
        };
        int code;
        if (args is [not SharedCommand and var command, ..] && !command.StartsWith('-'))
        {
            context.Error.WriteLine($"vsml: {command} runs in one process, but {launcher.Name} started {launcher.Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "several"}; start it by itself. Only {SharedCommand} is shared among processes.");
            code = ExitCodes.BadInput;
        }
        else code = VsmlTool.Run(args, context);
        // All have heard and said what there was to say before any of them ends.
        ranks?.Dispose();
        if (ranks is null && !isRoot && code != ExitCodes.Success) Thread.Sleep(s_timeToPrint);
        return code;
    }

    // One that hangs in its work gives signs of life all the same, and the others would wait for it. Its end takes the job down.
    private static void EndUnlessStopped(MpiLauncher launcher, TimeSpan patience) => new Thread(() =>
    {
        Thread.Sleep(patience);
        Console.Error.WriteLine(FormattableString.Invariant($"vsml: rank {launcher.Rank} was told to stop, but has not within {patience.TotalSeconds} s; it ends now, and the newest checkpoint is as it was."));
        Console.Error.Flush();
        Thread.Sleep(s_timeToPrint);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }) { IsBackground = true }.Start();
}
