using System.CommandLine;

namespace Vsml.Tool.Commands;

/// <summary>The options <c>--arithmetic</c> and <c>--state-storage</c>: how exactly kernels for ILGPU compute.</summary>
internal sealed class PrecisionOption
{
    private readonly Option<string?> _arithmetic = new("--arithmetic")
    {
        HelpName = "float32|tf32|bf16",
        Description = "Of kernels for ILGPU: tf32 and bf16 multiply h W on the tensor cores of an NVIDIA GPU. Left out: float32, or what is declared.",
    };

    private readonly Option<string?> _stateStorage = new("--state-storage")
    {
        HelpName = "float32|float16",
        Description = "Of kernels for ILGPU: how h is stored between examples. Left out: float32, or what is declared.",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_arithmetic);
        command.Options.Add(_stateStorage);
    }

    /// <summary>What was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="declared">What holds for an option that is left out.</param>
    /// <exception cref="VsmlException">An option has a value that does not exist.</exception>
    public DevicePrecision Read(ParseResult parsed, DevicePrecision declared) => new(
        parsed.GetValue(_arithmetic) switch
        {
            null => declared.Arithmetic,
            "float32" => Arithmetic.Float32,
            "tf32" => Arithmetic.Tf32,
            "bf16" => Arithmetic.Bf16,
            var other => throw new VsmlException($"--arithmetic: there is no '{other}'; there are float32, tf32 and bf16."),
        },
        parsed.GetValue(_stateStorage) switch
        {
            null => declared.StateStorage,
            "float32" => StateStorage.Float32,
            "float16" => StateStorage.Float16,
            var other => throw new VsmlException($"--state-storage: there is no '{other}'; there are float32 and float16."),
        });

    /// <summary>Refuses the options where no kernels for ILGPU run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">One is given.</exception>
    public void RefuseWithoutIlgpu(ParseResult parsed)
    {
        foreach (var option in new[] { _arithmetic, _stateStorage })
            if (parsed.GetValue(option) is not null) throw new VsmlException($"{option.Name}: only kernels for ILGPU have a choice; add --backend ilgpu, or leave it out.");
    }
}
