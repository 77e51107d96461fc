using Microsoft.CodeAnalysis;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Generators;

namespace Vsml.Tests.Tool;

/// <summary>An assembly of somebody else's, compiled to a file: a part of every family, and a declared model.</summary>
public sealed class AcmeParts : IDisposable
{
    /// <summary>A run whose every part is of that assembly.</summary>
    public const string Run =
        """
        {
          "model": { "stateSize": 4, "messageSize": 3, "layers": [ { "type": "dense", "inputs": 5, "outputs": 2 } ] },
          "tasks": [ { "task": { "type": "parity", "bits": 2, "transforms": [ { "type": "append-noise", "count": 3 } ] } } ],
          "stages": [ { "iterations": 150, "episodeLength": 6 }, { "iterations": 150, "episodeLength": 8, "inputs": 7 } ],
          "learningRate": { "values": [ 0.01 ] },
          "estimator": { "type": "smoothed-differences", "directions": 3, "truncation": { "type": "at-most", "examples": 6 } },
          "optimizer": { "type": "sign-descent", "clipNorm": 1 },
          "evaluation": { "interval": 100, "episodes": 2, "episodeLength": 10, "tasks": [ { "name": "parity", "task": { "type": "parity", "bits": 3 } } ] },
          "checkpoints": { "interval": 2, "kept": 2 }
        }
        """;

    private const string Source =
        """
        using System;
        using System.Collections.Generic;
        using System.ComponentModel.DataAnnotations;
        using System.Threading;
        using Vsml;
        using Vsml.Baselines;
        using Vsml.Evaluation;
        using Vsml.MetaTraining;
        using Vsml.Numerics;

        namespace Acme;

        // Class 1 where an odd number of bits is set.
        [VsmlPart("parity")]
        internal sealed record Parity([property: Range(1, 64)] int Bits = 3) : TaskDescription
        {
            public override int InputSize => Bits;

            public override int OutputSize => 2;

            public override TaskDescription Resize(int inputs, int classes) => inputs > 0 ? this with { Bits = inputs } : this;

            public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
            {
                episode.Reshape(length, Bits, 2);
                for (var t = 0; t < length; t++)
                {
                    var odd = 0;
                    for (var i = 0; i < Bits; i++)
                    {
                        var bit = random.NextInt(2);
                        odd ^= bit;
                        episode.Inputs[t * Bits + i] = 2 * bit - 1;
                    }
                    episode.Classes[t] = odd;
                }
            }
        }

        [VsmlPart("failing")]
        internal sealed record Failing : TaskDescription
        {
            public override int InputSize => throw new NotSupportedException("no size today");

            public override int OutputSize => 2;

            public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
            {
            }
        }

        [VsmlPart("append-noise")]
        internal sealed record AppendNoise(int Count) : EpisodeTransform
        {
            public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) => (inputSize + Count, outputSize);

            public override EpisodeTransform WithInputs(int inputs) => new AppendNoise(inputs - 2);

            public override void Apply(ref CounterRandom random, EpisodeData episode)
            {
                var size = episode.InputSize + Count;
                var inputs = episode.SpareInputs(size);
                for (var t = 0; t < episode.Length; t++)
                {
                    episode.Input(t).CopyTo(inputs[(t * size)..]);
                    random.FillNormal(inputs.Slice((t + 1) * size - Count, Count));
                }
                episode.ReplaceInputs(size);
            }
        }

        [VsmlPart("at-most")]
        internal sealed record AtMost(int Examples) : TruncationSchedule
        {
            public override int Length(ulong seed, uint iteration, int episodeLength) => Longest(episodeLength);

            public override int Shortest(int episodeLength) => Longest(episodeLength);

            public override int Longest(int episodeLength) => Math.Min(Examples, episodeLength);
        }

        // Differences along random directions, smoothed over iterations: the mean so far must outlive a kill.
        [VsmlPart("smoothed-differences")]
        internal sealed record SmoothedDifferences([property: Range(1, 100)] int Directions = 4) : EstimatorConfiguration
        {
            public override IMetaGradientEstimator Create(EstimatorContext context) => new Estimator(this, context);

            private sealed class Estimator(SmoothedDifferences options, EstimatorContext context) : IMetaGradientEstimator
            {
                private readonly EvolutionStrategyEstimator _differences = new(new EsOptions { PairCount = options.Directions, NoiseStd = 0.1f },
                    new CpuPopulationRunner(context.TraineeOf, context.Threads), context.Threads);

                public MetaGradient Estimate(ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default)
                {
                    var estimate = _differences.Estimate(seed, iteration, theta, episodes, UnrollState.Empty, cancellation);
                    var mean = state.PairCount == 0 ? new float[theta.Length] : (float[])state.Learners[0].Clone();
                    for (var i = 0; i < mean.Length; i++) mean[i] = 0.5f * mean[i] + 0.5f * estimate.Gradient[i];
                    return estimate with { Gradient = mean, State = new UnrollState([iteration], [1], [mean]) };
                }
            }
        }

        [VsmlPart("sign-descent")]
        internal sealed record SignDescent : IMetaOptimizer
        {
            [Range(0, 10.0)]
            public double ClipNorm { get; init; }

            public OptimizerState Initial(int parameterCount) =>
                new(0, new Dictionary<string, double[]> { ["acme/momentum"] = new double[parameterCount], ["acme/scale"] = [1] });

            public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta)
            {
                var momentum = state.Moment("acme/momentum", theta.Length);
                state.Steps++;
                for (var i = 0; i < theta.Length; i++)
                {
                    momentum[i] = 0.9 * momentum[i] + gradient[i];
                    theta[i] -= (float)(learningRate * state.Moments["acme/scale"][0] * Math.Sign(momentum[i]));
                }
                state.Moments["acme/scale"][0] *= 0.999;
            }
        }

        // Predicts the class seen most often.
        [VsmlPart("majority")]
        internal sealed record Majority : BaselineDescription
        {
            public override IReadOnlyList<LearnerVariant> Variants => [new("", (inputs, outputs) => new Counter(inputs, outputs))];

            private sealed class Counter(int inputs, int outputs) : Baseline(inputs, outputs)
            {
                private readonly float[] _counts = new float[outputs];

                public override void Reset(ref CounterRandom random) => Array.Clear(_counts);

                protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits) => _counts.CopyTo(logits);

                protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
                {
                    Evaluate(input, logits);
                    for (var c = 0; c < label.Length; c++) _counts[c] += label[c];
                    return 0;
                }
            }
        }

        [VsmlModel(StateSize = 4, MessageSize = 3), DenseLayer(5, 2)]
        internal sealed partial class ParityLearner;
        """;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Compiles it.</summary>
    public AcmeParts()
    {
        Compile(Source, Path);
        File.WriteAllText(Configuration, Run);
    }

    /// <summary>The assembly's file.</summary>
    public string Path => _folder["Acme.Parts.dll"];

    /// <summary>A file with <see cref="Run"/>.</summary>
    public string Configuration => _folder["acme.json"];

    /// <summary>Compiles the same parts anew, to another file, with something more beside them.</summary>
    /// <param name="more">Further members of the namespace.</param>
    /// <param name="path">The file.</param>
    public static void CompileWith(string more, string path) => Compile(Source + more, path);

    /// <summary>Compiles an assembly that finds these parts by their names.</summary>
    /// <param name="path">The file, in the folder of <see cref="Path"/>.</param>
    public static void CompileDependent(string path) => Compile(
        """
        using System;
        using Vsml.MetaTraining;
        using Vsml.Numerics;

        namespace Acme
        {
            [VsmlPart("wrapped-parity")]
            internal sealed record WrappedParity : TaskDescription
            {
                public TaskDescription Inner { get; init; } = (TaskDescription)Activator.CreateInstance(Type.GetType("Acme.Parity, Acme.Parts", true)!, 2)!;

                public override int InputSize => Inner.InputSize;

                public override int OutputSize => Inner.OutputSize;

                public override TaskDescription Resize(int inputs, int classes) => this with { Inner = Inner.Resize(inputs, classes) };

                public override void Sample(ref CounterRandom random, int length, EpisodeData episode) => Inner.Sample(ref random, length, episode);
            }
        }
        """,
        path,
        "Acme.Wrapped");

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static void Compile(string source, string path, string name = "Acme.Parts")
    {
        var consumer = GeneratorHarness.Compile(source).WithAssemblyName(name).AddReferences(MetadataReference.CreateFromFile(typeof(TaskDescription).Assembly.Location));
        var (compiled, reported) = GeneratorHarness.Run(consumer);
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(compiled).ShouldBeEmpty();
        compiled.Emit(path).Success.ShouldBeTrue();
    }
}
