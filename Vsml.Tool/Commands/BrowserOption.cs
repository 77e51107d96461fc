using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace Vsml.Tool.Commands;

/// <summary><c>--open</c>: shows a page in the browser of whoever sits here.</summary>
internal static class BrowserOption
{
    /// <summary>Makes the option.</summary>
    public static Option<bool> Create() => new("--open") { Description = "Show the page in the browser." };

    /// <summary>Starts the browser; where there is none, says so: the page is there all the same.</summary>
    /// <param name="page">Path or address.</param>
    /// <param name="context">Where to print.</param>
    public static void Open(string page, ToolContext context)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(page) { UseShellExecute = true });
        }
        catch (Exception exception) when (exception is Win32Exception or FileNotFoundException or PlatformNotSupportedException)
        {
            context.Error.WriteLine($"No browser could be started ({exception.Message}); open {page} yourself.");
        }
    }
}
