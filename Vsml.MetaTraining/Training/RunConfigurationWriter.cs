using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vsml.Contracts;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>Writes run configurations as JSON with every field resolved.</summary>
internal static class RunConfigurationWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text; reading it gives an equal configuration.</summary>
    public static string Format(RunConfiguration run)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented)) Write(writer, run);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter writer, RunConfiguration run)
    {
        writer.WriteStartObject();
        using (var model = JsonDocument.Parse(ArchitectureJson.Format(run.Model)))
        {
            writer.WritePropertyName("model");
            model.RootElement.WriteTo(writer);
        }
        writer.WriteNumber("initialInputGateBias", run.InitialInputGateBias);
        writer.WriteNumber("seed", run.Seed);
        writer.WriteStartArray("tasks");
        foreach (var share in run.Tasks)
        {
            writer.WriteStartObject();
            writer.WriteNumber("weight", share.Weight);
            writer.WritePropertyName("task");
            TaskJson.Write(writer, share.Task);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("stages");
        foreach (var stage in run.Stages) Write(writer, stage);
        writer.WriteEndArray();
        writer.WriteStartObject("learningRate");
        WriteNumbers(writer, "values", run.LearningRate.Values);
        writer.WriteNumber("warmUpIterations", run.LearningRate.WarmUpIterations);
        writer.WriteEndObject();
        Write(writer, run.Estimator);
        Write(writer, run.Optimizer, run.ClipNorm);
        if (run.Evaluation is { } evaluation) Write(writer, evaluation);
        writer.WriteStartObject("checkpoints");
        writer.WriteNumber("interval", run.CheckpointInterval);
        writer.WriteNumber("kept", run.CheckpointsKept);
        writer.WriteEndObject();
        if (run.Simd is { } level) writer.WriteString("simd", level.Name());
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TrainingStage stage)
    {
        writer.WriteStartObject();
        writer.WriteNumber("iterations", stage.Iterations);
        writer.WriteNumber("episodeLength", stage.EpisodeLength);
        if (stage.Inputs.Count == 1) writer.WriteNumber("inputs", stage.Inputs[0]);
        else if (stage.Inputs.Count > 1) WriteNumbers(writer, "inputs", stage.Inputs.Select(inputs => (double)inputs));
        if (stage.Classes > 0) writer.WriteNumber("classes", stage.Classes);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, EstimatorConfiguration estimator)
    {
        writer.WriteStartObject("estimator");
        switch (estimator)
        {
            case EsConfiguration es:
                writer.WriteString("type", es.Options.Variant switch
                {
                    EsVariant.Full => "es",
                    EsVariant.Truncated => "truncated-es",
                    EsVariant.Persistent => "pes",
                    _ => "nres",
                });
                writer.WriteNumber("pairs", es.Options.PairCount);
                writer.WriteNumber("noiseStd", es.Options.NoiseStd);
                writer.WriteString("fitnessShaping", es.Options.Shaping == FitnessShaping.CentredRanks ? "centred-ranks" : "none");
                writer.WriteNumber("maxDroppedShare", es.Options.MaxDroppedShare);
                break;
            case BpttConfiguration bptt:
                writer.WriteString("type", "bptt");
                writer.WriteNumber("episodes", bptt.Options.EpisodeCount);
                writer.WriteNumber("stride", bptt.Options.Stride);
                writer.WriteNumber("memoryMiB", bptt.Options.MemoryBudget >> 20);
                writer.WriteNumber("maxDroppedShare", bptt.Options.MaxDroppedShare);
                break;
            default:
                throw new ArgumentException($"{estimator.GetType().Name} has no JSON form.", nameof(estimator));
        }
        var (min, max) = estimator.Truncation;
        writer.WriteStartObject("truncation");
        writer.WriteString("type", max == 0 ? "none" : min == max ? "constant" : "log-uniform");
        if (max > 0 && min == max) writer.WriteNumber("length", min);
        else if (max > 0)
        {
            writer.WriteNumber("min", min);
            writer.WriteNumber("max", max);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IMetaOptimizer optimizer, double clipNorm)
    {
        writer.WriteStartObject("optimizer");
        switch (optimizer)
        {
            case Adam adam:
                writer.WriteString("type", "adam");
                writer.WriteNumber("beta1", adam.Beta1);
                writer.WriteNumber("beta2", adam.Beta2);
                writer.WriteNumber("epsilon", adam.Epsilon);
                writer.WriteNumber("weightDecay", adam.WeightDecay);
                break;
            case MomentumSgd sgd:
                writer.WriteString("type", "sgd");
                writer.WriteNumber("momentum", sgd.Momentum);
                writer.WriteNumber("weightDecay", sgd.WeightDecay);
                break;
            default:
                throw new ArgumentException($"{optimizer.GetType().Name} has no JSON form.", nameof(optimizer));
        }
        writer.WriteNumber("clipNorm", clipNorm);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, EvaluationConfiguration evaluation)
    {
        writer.WriteStartObject("evaluation");
        writer.WriteNumber("interval", evaluation.Interval);
        writer.WriteNumber("episodes", evaluation.Episodes);
        writer.WriteNumber("episodeLength", evaluation.EpisodeLength);
        writer.WriteStartArray("tasks");
        foreach (var task in evaluation.Tasks)
        {
            writer.WriteStartObject();
            writer.WriteString("name", task.Name);
            writer.WritePropertyName("task");
            TaskJson.Write(writer, task.Task);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<double> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }
}
