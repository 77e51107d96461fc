using System.CommandLine;
using Vsml.Ilgpu;
using Vsml.MetaTraining;
using Vsml.Tool.Ilgpu;

namespace Vsml.Tool.Commands;

/// <summary>The options <c>--backend</c>, <c>--device</c> and those of its precision, of commands that run many episodes.</summary>
internal sealed class BackendOption
{
    private readonly Option<string?> _backend = new("--backend") { HelpName = "cpu|ilgpu", Description = "What runs the episodes: compiled kernels, or kernels for a GPU. Left out: cpu, or what the run has." };
    private readonly Option<string?> _device = DeviceOption.Create();
    private readonly PrecisionOption _precision = new();

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_backend);
        command.Options.Add(_device);
        _precision.AddTo(command);
    }

    /// <summary>Opens what a run needs.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuration">The run; what it names and the command line does not, is taken.</param>
    /// <returns>The backend; null for compiled kernels.</returns>
    /// <exception cref="VsmlException">There is no such backend or device, or the run is for another.</exception>
    public OpenBackend? Open(ParseResult parsed, RunConfiguration configuration)
    {
        var (given, device) = (Given(parsed), parsed.GetValue(_device));
        var recorded = configuration.Backend ?? CpuBackend.Instance.Name;
        if (given is not null && configuration.Backend is not null && given != recorded)
            throw new VsmlException($"--backend: the run is for {recorded}; going on with {given} would change its results. Leave the option out.");
        var name = given ?? recorded;
        if (name == CpuBackend.Instance.Name) _precision.RefuseWithoutIlgpu(parsed);
        if (name == CpuBackend.Instance.Name)
            return device is null ? null : throw new VsmlException("--device: only kernels for ILGPU run on a device; add --backend ilgpu, or leave it out.");
        if (name != IlgpuBackend.BackendName) throw new VsmlException($"backend: there is no backend '{name}'; there are cpu and ilgpu.");
        var precision = _precision.Read(parsed, configuration.Device?.Precision ?? default);
        var opened = DeviceOption.Open(device ?? IndexOf(configuration.Device?.Name));
        return new OpenBackend(opened, new IlgpuBackend(opened, architecture => IlgpuCompiler.Compile(architecture, precision), precision: precision));
    }

    /// <summary>The backend that was asked for; null if none was.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">There is no such backend.</exception>
    public string? Given(ParseResult parsed) => parsed.GetValue(_backend) switch
    {
        null => null,
        "cpu" or "ilgpu" => parsed.GetValue(_backend),
        var other => throw new VsmlException($"--backend: there is no backend '{other}'; there are cpu and ilgpu."),
    };

    // The device that a run was begun on, wherever it stands in the list now.
    private static string? IndexOf(string? recorded)
    {
        if (recorded is null) return null;
        var devices = IlgpuDevice.List();
        var found = devices.FirstOrDefault(device => device.NameAndKind == recorded)
            ?? throw new VsmlException($"device: the run is for {recorded}, which this machine does not have; there are {string.Join(", ", devices)}. Resume it on such a machine.");
        return found.Index.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>A backend and its device, which end together.</summary>
/// <param name="Device">The device.</param>
/// <param name="Backend">The backend.</param>
internal sealed record OpenBackend(IlgpuDevice Device, IlgpuBackend Backend) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Backend.Dispose();
        Device.Dispose();
    }
}
