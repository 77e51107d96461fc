using System.Text;

namespace Vsml.Tool;

/// <summary>
/// Passes text on until that fails, as it does on a full disk, a closed descriptor or a terminal that is gone; says so once and drops
/// what comes after.
/// </summary>
/// <param name="inner">Takes the text.</param>
/// <param name="failed">Told the reason the first time that <paramref name="inner"/> fails; may throw.</param>
internal sealed class GuardedWriter(TextWriter inner, Action<string> failed) : TextWriter
{
    private bool _failed;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Guard(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Guard(() => inner.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Guard(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Guard(inner.Flush);

    private void Guard(Action write)
    {
        if (_failed) return;
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _failed = true;
            failed(exception is IOException ? exception.Message : "it is closed.");
        }
    }
}
