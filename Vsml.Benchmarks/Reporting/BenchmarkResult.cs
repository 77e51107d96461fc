using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vsml.Benchmarks.Reporting;

/// <summary>One line of the table. What does not apply is null.</summary>
internal sealed record BenchmarkResult
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The suite.</summary>
    public required string Suite { get; init; }

    /// <summary>The case.</summary>
    public required string Case { get; init; }

    /// <summary>Name of the SIMD level.</summary>
    public string? Simd { get; init; }

    /// <summary>Threads at work.</summary>
    public int? Threads { get; init; }

    /// <summary>Examples per second of all threads together.</summary>
    public double? ExamplesPerSecond { get; init; }

    /// <summary>Nanoseconds of one thread for a micro tick of a sub-RNN (conv: at one output position).</summary>
    public double? NanosecondsPerSubRnnMicroTick { get; init; }

    /// <summary>The same over the convolutions of a network alone: the time of its dense layer by itself is taken off.</summary>
    public double? NanosecondsInConvolutions { get; init; }

    /// <summary>Useful flops over the peak of the row's own process.</summary>
    public double? FractionOfPeak { get; init; }

    /// <summary>What this row is held against.</summary>
    public BenchmarkRatio? Ratio { get; init; }

    /// <summary>Milliseconds of one run.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Bytes that a gradient keeps for an example.</summary>
    public double? BytesPerExample { get; init; }

    /// <summary>Measured FMA peak of the row's own process, of all its threads together.</summary>
    public double? FmaPeakGflops { get; init; }

    /// <summary>Bytes of state, read and written once an example, over what the device copies in the same run.</summary>
    public double? FractionOfCopy { get; init; }

    /// <summary>Seconds of a published meta-iteration at this rate: 2 x 1,024 episodes of 500 examples.</summary>
    public double? SecondsPerIteration { get; init; }

    /// <summary>Distance between the quartiles of the repetitions over their median.</summary>
    public double? Spread { get; init; }

    /// <summary>The row as JSON on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads a row.</summary>
    /// <param name="json">What <see cref="ToJson"/> gave.</param>
    public static BenchmarkResult Parse(string json) => JsonSerializer.Deserialize<BenchmarkResult>(json, s_json)!;
}

/// <summary>A figure over another one.</summary>
/// <param name="To">What it is held against: another case, level, library or thread count.</param>
/// <param name="Of">Which figures are divided: rate (examples per second), time or fraction (of peak).</param>
/// <param name="Value">This row's figure over the other's.</param>
internal sealed record BenchmarkRatio(string To, string Of, double Value);
