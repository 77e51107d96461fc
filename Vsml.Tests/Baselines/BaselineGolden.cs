using Vsml.Baselines;
using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Baselines;

/// <summary>One golden file of a published baseline: an episode of 12 examples, 36 inputs, 4 classes.</summary>
internal sealed class BaselineGolden
{
    public const int Inputs = 36;
    public const int Outputs = 4;
    private const int Length = 12;

    public BaselineGolden(string name) =>
        File = SafetensorsFile.Read(Path.Combine(GoldenFiles.Folder, $"baseline-{name}.safetensors"));

    public SafetensorsFile File { get; }

    /// <summary>Runs the learner through the episode and compares outputs and losses.</summary>
    public void ShouldAgree(IOnlineLearner learner)
    {
        var inputs = File.Get("inputs").ToSingles();
        var labels = File.Get("labels").ToSingles();
        var logits = new float[Length * Outputs];
        var losses = new float[Length];
        var foreseen = new float[Outputs];
        for (var t = 0; t < Length; t++)
        {
            var output = logits.AsSpan(t * Outputs, Outputs);
            var input = inputs.AsSpan(t * Inputs, Inputs);
            learner.Predict(input).Logits.CopyTo(foreseen);
            var step = learner.Learn(input, labels.AsSpan(t * Outputs, Outputs));
            step.Prediction.Logits.CopyTo(output);
            output.SequenceEqual(foreseen).ShouldBeTrue();
            losses[t] = step.Loss;
        }
        ShouldBeClose(logits, File.Get("expect/logits").ToDoubles(), "logits");
        ShouldBeClose(losses, File.Get("expect/loss").ToDoubles(), "loss");
    }

    /// <summary>A weight matrix [in, out] of the file as [out, in].</summary>
    public float[] Transposed(string name, int rows, int columns)
    {
        var values = File.Get(name).ToSingles();
        var transposed = new float[values.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) transposed[c * rows + r] = values[r * columns + c];
        return transposed;
    }

    public static void ShouldBeClose(float[] actual, double[] expected, string what)
    {
        actual.Length.ShouldBe(expected.Length);
        var tolerance = 1e-5 * expected.Max(Math.Abs) + 1e-6;
        for (var i = 0; i < expected.Length; i++)
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance)) Assert.Fail($"{what}[{i}] is {actual[i]} instead of {expected[i]}");
    }
}
