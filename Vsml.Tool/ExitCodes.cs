namespace Vsml.Tool;

/// <summary>What the process returns (formats.md, "The other commands").</summary>
public static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A defect of the program itself.</summary>
    public const int InternalError = 1;

    /// <summary>Bad input: a usage error, or a file that is missing or wrong.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 or SIGUSR2.</summary>
    public const int Interrupted = 130;
}
