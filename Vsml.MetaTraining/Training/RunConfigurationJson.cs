using System.Text.Json;
using Vsml.Contracts;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>Run configurations as JSON (schemas/run.schema.json): strict reading, and writing with every field resolved.</summary>
public static class RunConfigurationJson
{
    private const string PresetPrefix = "preset:";

    /// <summary>Reads a preset (<c>preset:NAME</c>) or a file.</summary>
    /// <param name="presetOrFile">Name or path.</param>
    /// <exception cref="VsmlException">There is no such preset or file, it is not JSON, or it breaks a rule; names the file and the field.</exception>
    public static RunConfiguration Read(string presetOrFile) =>
        presetOrFile.StartsWith(PresetPrefix, StringComparison.Ordinal)
            ? Parse(RunPresets.Text(presetOrFile[PresetPrefix.Length..]), presetOrFile)
            : Parse(StrictJson.ReadText(presetOrFile), presetOrFile);

    /// <summary>Reads a configuration from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What to call the text in errors, usually the file's name.</param>
    /// <exception cref="VsmlException">The text is not JSON or breaks a rule; names the source and the field.</exception>
    public static RunConfiguration Parse(string json, string source) =>
        StrictJson.Parse(json, source, root => Read(root, source));

    /// <summary>The resolved form: every field, defaults included.</summary>
    /// <param name="configuration">The configuration.</param>
    public static string Format(RunConfiguration configuration) => RunConfigurationWriter.Format(configuration);

    private static RunConfiguration Read(JsonElement root, string source)
    {
        var standard = new RunConfiguration();
        var fields = new StrictJson(root, source, "", "model", "initialInputGateBias", "seed", "tasks", "stages", "learningRate", "estimator",
            "optimizer", "evaluation", "checkpoints", "simd");
        var stages = fields.List("stages").Select(item => ReadStage(item.Element, source, item.Path)).ToArray();
        if (stages.Length == 0) throw StrictJson.Error(source, "stages", "there must be at least one stage.");
        var iterations = stages.Sum(stage => (long)stage.Iterations);
        if (iterations > int.MaxValue) throw StrictJson.Error(source, "stages", $"there are {iterations} iterations, above {int.MaxValue}.");
        var (optimizer, clipNorm) = fields.Has("optimizer") ? ReadOptimizer(fields.Element("optimizer"), source) : (standard.Optimizer, standard.ClipNorm);
        var (interval, kept) = (standard.CheckpointInterval, standard.CheckpointsKept);
        if (fields.Has("checkpoints"))
        {
            var checkpoints = new StrictJson(fields.Element("checkpoints"), source, "checkpoints", "interval", "kept");
            interval = Positive(checkpoints, "interval", interval, source);
            kept = Positive(checkpoints, "kept", kept, source);
        }
        return new RunConfiguration
        {
            Model = ArchitectureJson.Read(fields.Element("model"), source, "model"),
            InitialInputGateBias = (float)Number(fields, "initialInputGateBias", standard.InitialInputGateBias, -100, 100, source),
            Seed = fields.UInt64("seed", standard.Seed),
            Tasks = new(ReadTasks(fields, source)),
            Stages = new(stages),
            LearningRate = ReadLearningRate(fields.Element("learningRate"), source, stages.Length),
            Estimator = fields.Has("estimator") ? ReadEstimator(fields.Element("estimator"), source, stages) : standard.Estimator,
            Optimizer = optimizer,
            ClipNorm = clipNorm,
            Evaluation = fields.Has("evaluation") ? ReadEvaluation(fields.Element("evaluation"), source) : null,
            CheckpointInterval = interval,
            CheckpointsKept = kept,
            Simd = fields.Has("simd") ? ReadSimd(fields, source) : null,
        };
    }

    private static IEnumerable<TaskShare> ReadTasks(StrictJson fields, string source)
    {
        var shares = fields.List("tasks").Select(item =>
        {
            var share = new StrictJson(item.Element, source, item.Path, "weight", "task");
            return new TaskShare(Number(share, "weight", 1, 1e-6, 1e6, source), TaskJson.Read(share.Element("task"), source, share.PathOf("task")));
        }).ToArray();
        return shares.Length > 0 ? shares : throw StrictJson.Error(source, "tasks", "there must be at least one task.");
    }

    private static TrainingStage ReadStage(JsonElement element, string source, string path)
    {
        var fields = new StrictJson(element, source, path, "iterations", "episodeLength", "inputs", "classes");
        return new TrainingStage
        {
            Iterations = Positive(fields, "iterations", null, source),
            EpisodeLength = Positive(fields, "episodeLength", null, source),
            Inputs = fields.Has("inputs") ? new(ReadInputs(fields, source)) : default,
            Classes = fields.Has("classes") ? Positive(fields, "classes", null, source) : 0,
        };
    }

    private static int[] ReadInputs(StrictJson fields, string source)
    {
        if (fields.Element("inputs").ValueKind != JsonValueKind.Array) return [Positive(fields, "inputs", null, source)];
        return [.. fields.List("inputs").Select(item => StrictJson.Int32Of(item.Element, source, item.Path) is var inputs and >= 1
            ? inputs : throw StrictJson.Error(source, item.Path, "it must be at least 1."))];
    }

    private static LearningRateSchedule ReadLearningRate(JsonElement element, string source, int stages)
    {
        var fields = new StrictJson(element, source, "learningRate", "values", "warmUpIterations");
        var values = fields.List("values").Select(item => ReadRate(item.Element, source, item.Path)).ToArray();
        if (values.Length != 1 && values.Length != stages + 1)
            throw StrictJson.Error(source, "learningRate.values", $"there are {values.Length} values for {stages} stages; give {stages + 1}, one at the start and one at each stage's end, or a single one.");
        return new LearningRateSchedule { Values = new(values), WarmUpIterations = NotNegative(fields, "warmUpIterations", 0, source) };
    }

    private static double ReadRate(JsonElement element, string source, string path)
    {
        if (element.ValueKind != JsonValueKind.Number) throw StrictJson.Error(source, path, $"it must be a number, not {StrictJson.Kind(element)}.");
        return element.GetDouble() is var rate and >= 1e-12 and <= 1e6 ? rate : throw StrictJson.Error(source, path, "a learning rate must be between 1e-12 and 1e6.");
    }

    private static EstimatorConfiguration ReadEstimator(JsonElement element, string source, IReadOnlyList<TrainingStage> stages)
    {
        var type = TaskJson.Type(element, source, "estimator");
        if (type == "bptt") return ReadBptt(element, source, stages);
        var standard = new EsOptions();
        EsVariant? variant = type switch
        {
            "es" => EsVariant.Full,
            "truncated-es" => EsVariant.Truncated,
            "pes" => EsVariant.Persistent,
            "nres" => EsVariant.NoiseReuse,
            _ => throw StrictJson.Error(source, "estimator.type", $"there is no estimator '{type}'; there are bptt, es, truncated-es, pes and nres."),
        };
        var fields = new StrictJson(element, source, "estimator", "type", "pairs", "noiseStd", "fitnessShaping", "maxDroppedShare", "truncation");
        var shaping = fields.String("fitnessShaping", "none");
        var truncation = fields.Has("truncation") ? ReadTruncation(fields.Element("truncation"), source) : TruncationRange.None;
        if (variant == EsVariant.Full && truncation != TruncationRange.None)
            throw StrictJson.Error(source, "estimator.truncation", "es runs whole episodes; take truncated-es, pes or nres for parts of them.");
        CheckTruncation(truncation, stages, source);
        return new EsConfiguration(new EsOptions
        {
            Variant = variant.Value,
            PairCount = Positive(fields, "pairs", standard.PairCount, source),
            NoiseStd = (float)Number(fields, "noiseStd", standard.NoiseStd, 1e-9, 1e6, source),
            MaxDroppedShare = Number(fields, "maxDroppedShare", standard.MaxDroppedShare, 0, 1, source),
            Shaping = shaping switch
            {
                "none" => FitnessShaping.None,
                "centred-ranks" => FitnessShaping.CentredRanks,
                _ => throw StrictJson.Error(source, "estimator.fitnessShaping", $"there is no fitness shaping '{shaping}'; there are none and centred-ranks."),
            },
        }) { Truncation = truncation };
    }

    private static BpttConfiguration ReadBptt(JsonElement element, string source, IReadOnlyList<TrainingStage> stages)
    {
        var standard = new BpttOptions();
        var fields = new StrictJson(element, source, "estimator", "type", "episodes", "stride", "memoryMiB", "maxDroppedShare", "truncation");
        var truncation = fields.Has("truncation") ? ReadTruncation(fields.Element("truncation"), source) : TruncationRange.None;
        CheckTruncation(truncation, stages, source);
        var stride = NotNegative(fields, "stride", standard.Stride, source);
        if (stride > 0 && truncation == TruncationRange.None)
            throw StrictJson.Error(source, "estimator.stride", "a stride needs a truncation, whose window it moves on.");
        if (stride > truncation.Min && stride > 0)
            throw StrictJson.Error(source, "estimator.stride", $"a stride of {stride} examples is longer than the truncation of {truncation.Min}, so that examples would be left out; shorten it.");
        return new BpttConfiguration(new BpttOptions
        {
            EpisodeCount = Positive(fields, "episodes", standard.EpisodeCount, source),
            Stride = stride,
            MemoryBudget = (long)Positive(fields, "memoryMiB", (int)(standard.MemoryBudget >> 20), source) << 20,
            MaxDroppedShare = Number(fields, "maxDroppedShare", standard.MaxDroppedShare, 0, 1, source),
        }) { Truncation = truncation };
    }

    private static void CheckTruncation(TruncationRange truncation, IReadOnlyList<TrainingStage> stages, string source)
    {
        foreach (var stage in stages)
            if (truncation.Max > stage.EpisodeLength)
                throw StrictJson.Error(source, "estimator.truncation", $"a truncation of {truncation.Max} examples is longer than the episode of {stage.EpisodeLength}; shorten it, or lengthen the episode.");
    }

    private static TruncationRange ReadTruncation(JsonElement element, string source)
    {
        const string path = "estimator.truncation";
        var type = TaskJson.Type(element, source, path);
        switch (type)
        {
            case "none":
                _ = new StrictJson(element, source, path, "type");
                return TruncationRange.None;
            case "constant":
                var length = Positive(new StrictJson(element, source, path, "type", "length"), "length", null, source);
                return new TruncationRange(length, length);
            case "log-uniform":
                var fields = new StrictJson(element, source, path, "type", "min", "max");
                var range = new TruncationRange(Positive(fields, "min", null, source), Positive(fields, "max", null, source));
                return range.Min <= range.Max ? range : throw StrictJson.Error(source, path, $"the shortest length {range.Min} is above the longest {range.Max}.");
            default:
                throw StrictJson.Error(source, path + ".type", $"there is no truncation '{type}'; there are none, constant and log-uniform.");
        }
    }

    private static (IMetaOptimizer Optimizer, double ClipNorm) ReadOptimizer(JsonElement element, string source)
    {
        var type = TaskJson.Type(element, source, "optimizer");
        switch (type)
        {
            case "adam":
                var adam = new Adam();
                var fields = new StrictJson(element, source, "optimizer", "type", "beta1", "beta2", "epsilon", "weightDecay", "clipNorm");
                return (new Adam
                {
                    Beta1 = Number(fields, "beta1", adam.Beta1, 0, 0.999999, source),
                    Beta2 = Number(fields, "beta2", adam.Beta2, 0, 0.999999999, source),
                    Epsilon = Number(fields, "epsilon", adam.Epsilon, 1e-30, 1, source),
                    WeightDecay = Number(fields, "weightDecay", adam.WeightDecay, 0, 1, source),
                }, ClipNorm(fields));
            case "sgd":
                var sgd = new MomentumSgd();
                fields = new StrictJson(element, source, "optimizer", "type", "momentum", "weightDecay", "clipNorm");
                return (new MomentumSgd
                {
                    Momentum = Number(fields, "momentum", sgd.Momentum, 0, 0.999999, source),
                    WeightDecay = Number(fields, "weightDecay", sgd.WeightDecay, 0, 1, source),
                }, ClipNorm(fields));
            default:
                throw StrictJson.Error(source, "optimizer.type", $"there is no optimizer '{type}'; there are adam and sgd.");
        }

        double ClipNorm(StrictJson of) => Number(of, "clipNorm", 0, 0, 1e12, source);
    }

    private static EvaluationConfiguration ReadEvaluation(JsonElement element, string source)
    {
        var standard = new EvaluationConfiguration();
        var fields = new StrictJson(element, source, "evaluation", "interval", "episodes", "episodeLength", "tasks");
        var tasks = fields.List("tasks").Select(item =>
        {
            var task = new StrictJson(item.Element, source, item.Path, "name", "task");
            return new EvaluationTask(task.String("name"), TaskJson.Read(task.Element("task"), source, task.PathOf("task")));
        }).ToArray();
        if (tasks.Length == 0) throw StrictJson.Error(source, "evaluation.tasks", "there must be at least one task.");
        if (tasks.GroupBy(task => task.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw StrictJson.Error(source, "evaluation.tasks", $"two tasks have the name '{twice.Key}'.");
        return new EvaluationConfiguration
        {
            Interval = Positive(fields, "interval", standard.Interval, source),
            Episodes = Positive(fields, "episodes", standard.Episodes, source),
            EpisodeLength = Positive(fields, "episodeLength", standard.EpisodeLength, source),
            Tasks = new(tasks),
        };
    }

    private static SimdLevel ReadSimd(StrictJson fields, string source) =>
        SimdLevels.TryParse(fields.String("simd"), out var level) ? level
            : throw StrictJson.Error(source, "simd", "there are the levels avx512, avx2 and portable.");

    private static int Positive(StrictJson fields, string name, int? fallback, string source) =>
        fields.Int32(name, fallback) is var value and >= 1 ? value : throw StrictJson.Error(source, fields.PathOf(name), "it must be at least 1.");

    private static int NotNegative(StrictJson fields, string name, int fallback, string source) =>
        fields.Int32(name, fallback) is var value and >= 0 ? value : throw StrictJson.Error(source, fields.PathOf(name), "it must not be negative.");

    private static double Number(StrictJson fields, string name, double fallback, double min, double max, string source) =>
        fields.Double(name, fallback) is var value && value >= min && value <= max ? value
            : throw StrictJson.Error(source, fields.PathOf(name), FormattableString.Invariant($"it must be between {min} and {max}."));
}
