using Vsml.Data;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>The theta that a run begins with: drawn from its seed, or another's (formats.md, "Initial theta").</summary>
internal static class InitialTheta
{
    private const string Field = "initialTheta", ShippedPrefix = "shipped:", ThetaFile = "theta.safetensors";

    /// <summary>The theta that a run begins with.</summary>
    /// <param name="configuration">The run; paths are relative to the current folder.</param>
    /// <exception cref="VsmlException">The theta that it names is not there, does not fit, or is another than the one on record.</exception>
    public static MetaParameters Of(RunConfiguration configuration)
    {
        if (configuration.InitialTheta is not { } source)
            return MetaParameters.Initial(configuration.Model, configuration.Seed, configuration.InitialInputGateBias);
        try
        {
            return Checked(ThetaTransfer.Fit(Read(source), configuration.Model), configuration, source);
        }
        catch (VsmlException exception)
        {
            throw new VsmlException($"{Field}: '{source}': {exception.Message}", exception);
        }
    }

    /// <summary>The theta of a run's beginning from the run's own copy.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="copy">The file of the copy; not there if the run begins with a theta of its own.</param>
    /// <exception cref="VsmlException">The copy is not there, damaged, or not the theta on record.</exception>
    public static MetaParameters Of(RunConfiguration configuration, string copy) =>
        configuration.InitialTheta is null ? Of(configuration) : Checked(MetaParameters.Load(copy, configuration.Model), configuration, copy);

    /// <summary>The run with the full path of the theta that it begins with, and its digest.</summary>
    /// <param name="configuration">The run.</param>
    /// <exception cref="VsmlException">As for <see cref="Of(RunConfiguration)"/>.</exception>
    public static RunConfiguration Record(RunConfiguration configuration) => configuration.InitialTheta is not { } source ? configuration
        : configuration with { InitialTheta = Locate(source), InitialThetaSha256 = Of(configuration).Digest };

    private static MetaParameters Checked(MetaParameters theta, RunConfiguration configuration, string source) =>
        configuration.InitialThetaSha256 is not { } recorded || recorded.Equals(theta.Digest, StringComparison.OrdinalIgnoreCase) ? theta
            : throw new VsmlException($"'{source}' is not the theta that the run was begun with: its SHA-256 is {theta.Digest}, not {recorded}. Bring it back, or begin a new run without {Field}Sha256.");

    private static IEnumerable<Tensor> Read(string source)
    {
        if (source.StartsWith(ShippedPrefix, StringComparison.Ordinal)) return MetaParameters.Shipped(source[ShippedPrefix.Length..]).ToTensors();
        if (!Directory.Exists(source)) return SafetensorsFile.Read(source).Tensors;
        var file = Path.Combine(source, ThetaFile);
        return File.Exists(file) ? SafetensorsFile.Read(file).Tensors
            : throw new VsmlException($"the folder has no {ThetaFile}; give the folder of a run that has one, or a theta file.");
    }

    private static string Locate(string source) => source.StartsWith(ShippedPrefix, StringComparison.Ordinal) ? source : DatasetCatalogue.Locate(source);
}
