namespace Vsml;

/// <summary>
/// Something a user gave is wrong: a file, a configuration, an option. The message is one line that names the file and the
/// field and says what to do; programs print it as it is.
/// </summary>
public sealed class VsmlException : Exception
{
    /// <summary>Makes an exception whose message is one line.</summary>
    /// <param name="message">What is wrong, where, and what to do. Line breaks become spaces.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public VsmlException(string message, Exception? inner = null)
        : base(message.ReplaceLineEndings(" "), inner)
    {
    }
}
