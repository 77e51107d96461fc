namespace Vsml.MetaTraining;

/// <summary>What an iteration took on some ranks of one machine.</summary>
/// <param name="Ranks">Number of ranks, with one thread each.</param>
/// <param name="Seconds">Time of an iteration.</param>
/// <param name="BytesSent">Bytes that a rank gave to each other rank in an iteration.</param>
/// <param name="IdleShare">Share of the time that rank 0 waited for others.</param>
public sealed record ScaleMeasurement(int Ranks, double Seconds, double BytesSent, double IdleShare);

/// <summary>What the model says about an iteration on some ranks.</summary>
/// <param name="Ranks">Number of ranks, each on a core of its own.</param>
/// <param name="Seconds">Time of an iteration, its part of a checkpoint included.</param>
/// <param name="ComputeSeconds">Of it, what the slowest rank spends on its pairs.</param>
/// <param name="OwnSeconds">What every rank does by itself: the noise made again, the sum, the step.</param>
/// <param name="NetworkSeconds">What messages take.</param>
/// <param name="CheckpointSeconds">An iteration's part of a checkpoint.</param>
/// <param name="Speedup">How many times faster than one rank.</param>
public sealed record ScaleForecast(int Ranks, double Seconds, double ComputeSeconds, double OwnSeconds, double NetworkSeconds, double CheckpointSeconds, double Speedup);

/// <summary>
/// The time of an iteration as a function of the number of ranks: the largest share of pairs, made longer by the slowest of so many ranks;
/// what every rank does by itself; rounds of messages; and checkpoints.
/// </summary>
public sealed record ScaleModel
{
    // Results, and whether to stop.
    private const int Rounds = 2;

    /// <summary>Antithetic pairs (or episodes) of an iteration.</summary>
    public required int Pairs { get; init; }

    /// <summary>Seconds of a pair on one core.</summary>
    public required double SecondsPerPair { get; init; }

    /// <summary>Seconds that every rank spends by itself.</summary>
    public required double OwnSeconds { get; init; }

    /// <summary>Standard deviation of a rank's time, relative to it. Default 0.03.</summary>
    public double Deviation { get; init; } = 0.03;

    /// <summary>Bytes that a pair's results take.</summary>
    public required double BytesPerPair { get; init; }

    /// <summary>Seconds that a message is under way. Default 5 microseconds, a cluster's network.</summary>
    public double Latency { get; init; } = 5e-6;

    /// <summary>Bytes that a rank takes in per second. Default 1e9.</summary>
    public double Bandwidth { get; init; } = 1e9;

    /// <summary>Seconds of a checkpoint. Default 0.1.</summary>
    public double CheckpointSeconds { get; init; } = 0.1;

    /// <summary>Iterations from one checkpoint to the next. Default 50.</summary>
    public int CheckpointInterval { get; init; } = 50;

    /// <summary>Fits seconds per pair, and of each rank by itself, to measurements on one machine by least squares of relative errors.</summary>
    /// <param name="pairs">Pairs of an iteration.</param>
    /// <param name="cores">Cores of the machine; more ranks than these share them.</param>
    /// <param name="measurements">At different numbers of ranks, two at least.</param>
    /// <exception cref="ArgumentException">There are fewer.</exception>
    public static ScaleModel Fit(int pairs, int cores, IReadOnlyList<ScaleMeasurement> measurements)
    {
        if (measurements.Select(one => one.Ranks).Distinct().Count() < 2) throw new ArgumentException("A model needs measurements at two numbers of ranks at least.");
        var (aa, ab, bb, ay, by) = (0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var one in measurements)
        {
            var (a, b) = (Share(pairs, one.Ranks) * Crowd(one.Ranks, cores) / one.Seconds, Crowd(one.Ranks, cores) / one.Seconds);
            (aa, ab, bb, ay, by) = (aa + a * a, ab + a * b, bb + b * b, ay + a, by + b);
        }
        var determinant = aa * bb - ab * ab;
        var (perPair, own) = determinant > 1e-12 * aa * bb ? ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant) : (ay / aa, 0);
        // Neither can be negative; where one would be, the other explains all that it can.
        if (own < 0) (perPair, own) = (ay / aa, 0);
        else if (perPair < 0) (perPair, own) = (0, by / bb);
        return new ScaleModel { Pairs = pairs, SecondsPerPair = perPair, OwnSeconds = own, BytesPerPair = measurements.Max(one => one.BytesSent * one.Ranks) / pairs };
    }

    /// <summary>The same for another number of pairs: what a rank does by itself, it does for each of them.</summary>
    /// <param name="pairs">Pairs of an iteration, 1 or more.</param>
    public ScaleModel WithPairs(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        return this with { Pairs = pairs, OwnSeconds = OwnSeconds * pairs / Pairs };
    }

    /// <summary>What it says about ranks with a core each, on as many machines as that takes.</summary>
    /// <param name="ranks">Number of ranks, 1 or more.</param>
    public ScaleForecast Predict(int ranks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        // The largest of so many normal deviations, to leading order.
        var slowest = 1 + Deviation * Math.Sqrt(2 * Math.Log(ranks));
        var compute = Share(Pairs, ranks) * SecondsPerPair * slowest;
        var network = ranks == 1 ? 0 : Rounds * 2 * Math.Ceiling(Math.Log2(ranks)) * Latency + Pairs * BytesPerPair / Bandwidth;
        var checkpoint = CheckpointSeconds / CheckpointInterval;
        var seconds = compute + OwnSeconds + network + checkpoint;
        var alone = Pairs * SecondsPerPair + OwnSeconds + checkpoint;
        return new ScaleForecast(ranks, seconds, compute, OwnSeconds, network, checkpoint, alone / seconds);
    }

    /// <summary>What it says about ranks that share the cores of one machine, without a network.</summary>
    /// <param name="ranks">Number of ranks.</param>
    /// <param name="cores">Cores of the machine.</param>
    public double OnOneMachine(int ranks, int cores) => (Share(Pairs, ranks) * SecondsPerPair + OwnSeconds) * Crowd(ranks, cores);

    // More ranks than pairs leave some idle.
    private static double Share(int pairs, int ranks) => Math.Ceiling(pairs / (double)ranks);

    private static double Crowd(int ranks, int cores) => Math.Max(1, ranks / (double)cores);
}
