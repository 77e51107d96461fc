using Vsml.Files;

namespace Vsml.Tool.Commands;

/// <summary>Where the result of a command goes: a file, or standard output.</summary>
internal sealed class ResultPlace
{
    private static readonly string[] s_standardOutput = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

    private readonly string _name;
    private readonly ToolContext _context;

    /// <summary>Takes a place as the user named it, and finds out that it can be written: minutes of computing must not end in an error.</summary>
    /// <param name="name">Name of a file, or "-" for standard output.</param>
    /// <param name="context">Has the standard output.</param>
    /// <param name="inputs">Files that the command reads, which the result must not replace; null where one is left out.</param>
    /// <exception cref="VsmlException">The file could not be written, or is an input.</exception>
    public ResultPlace(string name, ToolContext context, params ReadOnlySpan<string?> inputs)
    {
        (_name, _context) = (name, context);
        if (IsStandardOutput) return;
        AtomicFile.Check(name);
        foreach (var input in inputs)
            if (!string.IsNullOrEmpty(input) && FullName(input) == FullName(name))
                throw new VsmlException($"'{name}' is a file that this command reads; give the result another name.");
    }

    /// <summary>Whether the result is printed, so that nothing else may be.</summary>
    public bool IsStandardOutput => s_standardOutput.Contains(_name);

    /// <summary>Writes the result; a file is there whole or not at all.</summary>
    /// <param name="write">Writes to the stream it is given.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    /// <exception cref="IOException">Standard output takes no more.</exception>
    public void Write(Action<Stream> write)
    {
        if (!IsStandardOutput)
        {
            AtomicFile.Write(_name, write);
            return;
        }
        using var output = _context.OpenOutput();
        write(output);
    }

    private static string FullName(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
