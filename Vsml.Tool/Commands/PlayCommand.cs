using System.CommandLine;
using Vsml.Playground;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml play</c>: a page to teach the shipped learner on.</summary>
internal static class PlayCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var port = NumberOption.Create("--port", "PORT", 0, ushort.MaxValue, PlaygroundServer.UsualPort, $"Port to listen on; 0 for any that is free. Left out: {PlaygroundServer.UsualPort}.");
        var open = BrowserOption.Create();
        var command = new ToolCommand(
            "play",
            "Open a page on this machine where the shipped learner learns what you draw, place or drop, beside SGD and nearest mean.",
            "vsml play --open",
            "vsml play --port 0")
        {
            port, open,
        };
        command.SetAction(parsed => Play(parsed.GetValue(port), parsed.GetValue(open), context));
        return command;
    }

    private static int Play(int port, bool opens, ToolContext context)
    {
        var server = PlaygroundServer.Start(port).GetAwaiter().GetResult();
        try
        {
            context.Output.WriteLine($"{server.Address} (Ctrl-C ends it)");
            context.Output.Flush();
            if (opens) BrowserOption.Open(server.Address.AbsoluteUri, context);
            context.Cancellation.WaitHandle.WaitOne();
            return ExitCodes.Interrupted;
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
