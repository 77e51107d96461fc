using System.CommandLine;
using Vsml.MetaTraining;

namespace Vsml.Tool.Commands;

/// <summary><c>--tensorboard</c>: event files beside a run.</summary>
internal sealed class TensorBoardOption
{
    private readonly Option<string?> _folder = new("--tensorboard") { HelpName = "DIR", Description = "Also write event files for TensorBoard, into this folder." };

    /// <summary>Adds the option to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command) => command.Options.Add(_folder);

    /// <summary>Begins the event file; null where none is wanted, or another process writes it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="ranks">The processes that share the run.</param>
    /// <exception cref="VsmlException">It cannot be written.</exception>
    public TensorBoardProgress? Open(ParseResult parsed, RankGroup ranks) =>
        parsed.GetValue(_folder) is { } folder && ranks.IsRoot ? new TensorBoardProgress(folder) : null;
}
