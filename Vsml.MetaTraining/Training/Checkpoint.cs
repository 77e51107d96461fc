using System.Security.Cryptography;
using System.Text;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// A training state as a safetensors file. Everything stands in tensors; their data are covered by one SHA-256 in the metadata,
/// their names, types and shapes by another. No clock value is among them, so that equal states make equal files.
/// </summary>
public static class Checkpoint
{
    private const string DigestKey = "sha256", NamesDigestKey = "sha256-names", FormatKey = "format", Format = "vsml-checkpoint-2";
    private const string ConfigurationName = "run/configuration";

    // The first form held the SHA-256 of run.json instead of the configuration.
    private const string FirstFormat = "vsml-checkpoint-1", FirstDigestName = "run";
    private const string OptimizerPrefix = "optimizer/", AverageName = "average";

    /// <summary>Writes a state; whole or not at all, and on the disk when this returns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">The state.</param>
    /// <param name="configuration">The run that it belongs to.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void Write(string path, TrainingState state, RunConfiguration configuration)
    {
        var (tensors, metadata) = Content(state, configuration);
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>The bytes of a state's file, for another process.</summary>
    /// <param name="state">The state.</param>
    /// <param name="configuration">The run that it belongs to.</param>
    internal static byte[] ToBytes(TrainingState state, RunConfiguration configuration)
    {
        var (tensors, metadata) = Content(state, configuration);
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    /// <summary>The state of such bytes.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    internal static TrainingState OfBytes(byte[] bytes) => Read(SafetensorsFile.Read(new MemoryStream(bytes), "state of rank 0", bytes.Length));

    private static (IReadOnlyList<Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Content(TrainingState state, RunConfiguration configuration)
    {
        var tensors = new List<Tensor>
        {
            Tensor.Of("counters/iteration", [1], [(long)state.Iteration]),
            Tensor.Of("counters/seed", [1], [unchecked((long)configuration.Seed)]),
            Tensor.Of("counters/optimizer_steps", [1], [state.Optimizer.Steps]),
            Tensor.Of("counters/last_evaluated", [1], [(long)state.LastEvaluated]),
            Tensor.Of("theta", [state.Theta.Length], state.Theta),
        };
        var text = Encoding.UTF8.GetBytes(RunConfigurationJson.Format(configuration));
        tensors.Add(Tensor.Of(ConfigurationName, [text.Length], text));
        foreach (var (name, moment) in state.Optimizer.Moments.OrderBy(moment => moment.Key, StringComparer.Ordinal))
            tensors.Add(Tensor.Of(OptimizerPrefix + name, [moment.Length], moment));
        if (state.Average is { } average) tensors.Add(Tensor.Of(AverageName, [average.Length], average));
        if (state.Unroll.PairCount > 0) tensors.AddRange(ToTensors(state.Unroll));
        if (state.Best is { } best)
        {
            tensors.Add(Tensor.Of("best/iteration", [1], [(long)best.Iteration]));
            tensors.Add(Tensor.Of("best/score", [1], [best.Score]));
            tensors.Add(Tensor.Of("best/theta", [best.Theta.Length], best.Theta));
        }
        var ordered = SafetensorsFile.InFileOrder(tensors);
        return (ordered, MetadataOf(ordered));
    }

    /// <summary>The metadata of a checkpoint.</summary>
    /// <param name="tensors">All its tensors, in the order of their data.</param>
    internal static IReadOnlyDictionary<string, string> MetadataOf(IReadOnlyList<Tensor> tensors) =>
        new Dictionary<string, string> { [FormatKey] = Format, [DigestKey] = PayloadDigest(tensors), [NamesDigestKey] = NamesDigest(tensors) };

    /// <summary>Reads a state.</summary>
    /// <param name="path">The file.</param>
    /// <param name="configuration">The run that is to go on from there.</param>
    /// <param name="changed">Told what has changed since the state was written, if anything has.</param>
    /// <exception cref="CheckpointDamagedException">The file is not what was written.</exception>
    /// <exception cref="VsmlException">The checkpoint is whole, but with this configuration its iterations would have come out otherwise.</exception>
    public static TrainingState Read(string path, RunConfiguration configuration, Action<IReadOnlyList<ConfigurationChange>>? changed = null)
    {
        SafetensorsFile file;
        TrainingState state;
        try
        {
            file = SafetensorsFile.Read(path);
            if (file.Metadata.GetValueOrDefault(FormatKey) is not (Format or FirstFormat)) throw new VsmlException($"'{path}' is no checkpoint of this version.");
            if (file.Metadata.GetValueOrDefault(NamesDigestKey) != NamesDigest(file.Tensors)) throw new VsmlException($"'{path}': the SHA-256 of its tensors' names and shapes is not the one in its metadata.");
            if (file.Metadata.GetValueOrDefault(DigestKey) != PayloadDigest(file.Tensors)) throw new VsmlException($"'{path}': the SHA-256 of its data is not the one in its metadata.");
            state = Read(file);
        }
        catch (VsmlException exception)
        {
            throw new CheckpointDamagedException(exception.Message, exception);
        }
        try
        {
            if (Continuation.Changes(ConfigurationOf(file) ?? configuration, configuration, state.Iteration) is { Count: > 0 } changes) changed?.Invoke(changes);
        }
        catch (VsmlException exception)
        {
            throw new VsmlException($"'{path}' belongs to a run of another configuration: {exception.Message}", exception);
        }
        return state;
    }

    /// <summary>Whether a file holds the configuration of its run; those of the first form do not.</summary>
    /// <param name="path">A checkpoint.</param>
    internal static bool HoldsConfiguration(string path) => SafetensorsFile.Read(path).Metadata.GetValueOrDefault(FormatKey) == Format;

    // Null for one of the first form, whose run.json is as it was.
    private static RunConfiguration? ConfigurationOf(SafetensorsFile file)
    {
        if (file.Metadata[FormatKey] == Format) return RunConfigurationJson.Parse(Encoding.UTF8.GetString(file.Get(ConfigurationName).ToBytes()), "its configuration");
        var runFile = Path.Combine(Path.GetDirectoryName(file.Path)!, RunFolder.RunFile);
        return SHA256.HashData(Encoding.UTF8.GetBytes(StrictJson.ReadText(runFile))).AsSpan().SequenceEqual(file.Get(FirstDigestName).ToBytes()) ? null
            : throw new VsmlException($"'{runFile}' is not as it was when the checkpoint was written. Restore it, or begin a new run.");
    }

    private static TrainingState Read(SafetensorsFile file)
    {
        var count = file.Get("theta").Count;
        // An optimizer may hold what is not finite, such as the smallest loss so far before there is one.
        var moments = file.Tensors.Where(tensor => tensor.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Name[OptimizerPrefix.Length..], tensor => tensor.ToDoubles());
        var best = file.Contains("best/theta")
            ? new BestTheta(Counter(file, "best/iteration"), file.GetDoubles("best/score", 1)[0], file.GetSingles("best/theta", count))
            : null;
        return new TrainingState
        {
            Iteration = Counter(file, "counters/iteration"),
            Theta = file.GetSingles("theta", count),
            Average = file.Contains(AverageName) ? file.GetDoubles(AverageName, count) : null,
            Optimizer = new OptimizerState(Counter(file, "counters/optimizer_steps"), moments),
            Unroll = file.Contains("unroll/began") ? ReadUnroll(file) : UnrollState.Empty,
            LastEvaluated = Counter(file, "counters/last_evaluated", least: -1),
            Best = best,
        };
    }

    private static IEnumerable<Tensor> ToTensors(UnrollState unroll)
    {
        var pairs = unroll.PairCount;
        yield return Tensor.Of("unroll/began", [pairs], unroll.Began.Select(began => (long)began).ToArray());
        yield return Tensor.Of("unroll/positions", [pairs], unroll.Positions.Select(position => (long)position).ToArray());
        yield return Tensor.Of("unroll/lengths", [pairs], unroll.Learners.Select(learner => (long)learner.Length).ToArray());
        var all = unroll.Learners.SelectMany(learner => learner).ToArray();
        yield return Tensor.Of("unroll/learners", [all.Length], all);
    }

    private static UnrollState ReadUnroll(SafetensorsFile file)
    {
        // Learners may hold what is not finite: their pair drops out.
        var all = file.Get("unroll/learners").ToSingles();
        var began = Numbers(file, "unroll/began", uint.MaxValue);
        var positions = Numbers(file, "unroll/positions", int.MaxValue);
        var lengths = Numbers(file, "unroll/lengths", all.Length);
        if (began.Length != positions.Length || began.Length != lengths.Length || lengths.Sum() != all.Length)
            throw new VsmlException($"'{file.Path}': unroll/began, unroll/positions, unroll/lengths and unroll/learners do not fit together.");
        var start = 0;
        return new UnrollState(
            Array.ConvertAll(began, number => (uint)number),
            Array.ConvertAll(positions, number => (int)number),
            Array.ConvertAll(lengths, length => all[start..(start += (int)length)]));
    }

    private static int Counter(SafetensorsFile file, string name, int least = 0) =>
        file.Get(name) is { Type: TensorType.I64, Count: 1 } tensor && tensor.ToInt64s()[0] is var value && value >= least && value <= int.MaxValue
            ? (int)value
            : throw new VsmlException($"'{file.Path}': {name} is no counter.");

    private static long[] Numbers(SafetensorsFile file, string name, long most) =>
        file.Get(name) is { Type: TensorType.I64 } tensor && tensor.ToInt64s() is var values && Array.TrueForAll(values, value => value >= 0 && value <= most)
            ? values
            : throw new VsmlException($"'{file.Path}': {name} does not hold whole numbers from 0 to {most}.");

    /// <summary>SHA-256 of the data of tensors, in lower-case hexadecimal digits.</summary>
    internal static string PayloadDigest(IEnumerable<Tensor> tensors)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            foreach (var tensor in tensors) tensor.WriteTo(stream);
        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static string NamesDigest(IEnumerable<Tensor> tensors) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', tensors))));
}
