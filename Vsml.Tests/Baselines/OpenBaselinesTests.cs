using System.Reflection;
using Microsoft.CodeAnalysis;
using Vsml.Baselines;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Tests.Generators;

namespace Vsml.Tests.Baselines;

/// <summary>Learners and optimizers of another assembly, which sees nothing but what is public.</summary>
public class OpenBaselinesTests
{
    private const string Source = """
        using System;
        using Vsml.Baselines;
        using Vsml.Numerics;

        internal sealed record SignDescent(float LearningRate) : OnlineOptimizer(LearningRate)
        {
            public override ParameterSteps Begin(int count) => new Steps(LearningRate);

            private sealed class Steps(float rate) : ParameterSteps
            {
                public override void Reset() { }

                public override void Next() { }

                public override void Apply(int start, Span<float> gradient, Span<float> parameters)
                {
                    for (var i = 0; i < gradient.Length; i++) parameters[i] -= rate * Math.Sign(gradient[i]);
                }
            }
        }

        internal sealed class Echo(int inputs, int outputs) : FeedbackLearner(inputs, outputs, outputBound: 10)
        {
            private readonly float[] _trace = new float[outputs], _next = new float[outputs];

            protected override void ResetState(ref CounterRandom random) => Array.Clear(_trace);

            protected override void Advance(ReadOnlySpan<float> input, Span<float> output)
            {
                for (var b = 0; b < output.Length; b++) output[b] = _next[b] = .5f * _trace[b] + PreviousLabel[b] - PreviousError[b] * PreviousOutput[b];
            }

            protected override void Keep() => _next.CopyTo(_trace, 0);
        }

        internal sealed class MostFrequent(int inputs, int outputs) : Baseline(inputs, outputs)
        {
            private readonly float[] _counts = new float[outputs];

            public override void Reset(ref CounterRandom random) => Array.Clear(_counts);

            protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits) => _counts.CopyTo(logits);

            protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
            {
                Evaluate(input, logits);
                var loss = new Vsml.Prediction(logits).Loss(label);
                for (var b = 0; b < label.Length; b++) _counts[b] += label[b];
                return loss;
            }
        }
        """;

    [Fact]
    public void They_take_part_in_a_meta_test()
    {
        var consumer = GeneratorHarness.Compile(Source).AddReferences(MetadataReference.CreateFromFile(typeof(Baseline).Assembly.Location));
        GeneratorHarness.Complaints(consumer).ShouldBeEmpty();
        using var image = new MemoryStream();
        consumer.Emit(image).Success.ShouldBeTrue();
        var assembly = Assembly.Load(image.ToArray());
        T Make<T>(string name, params object[] arguments) => (T)Activator.CreateInstance(assembly.GetType(name)!, arguments)!;

        var report = MetaTest.Run(
            MetaTestTasks.Create("digits"),
            [
                new("sign", [new("", (inputs, outputs) => new GradientDescentLearner(inputs, outputs, Make<OnlineOptimizer>("SignDescent", .01f)))]),
                new("echo", [new("", (inputs, outputs) => Make<IOnlineLearner>("Echo", inputs, outputs))]),
                new("frequent", [new("", (inputs, outputs) => Make<IOnlineLearner>("MostFrequent", inputs, outputs))]),
            ],
            new() { Episodes = 2, Length = 300 });
        report.Find("sign", Horizon.Whole)!.Accuracy.ShouldBeGreaterThan(.35);
        report.Find("echo", Horizon.Whole)!.Accuracy.ShouldBeInRange(.02, .3);
        report.Find("frequent", Horizon.Whole)!.Accuracy.ShouldBeInRange(.02, .3);
    }
}
