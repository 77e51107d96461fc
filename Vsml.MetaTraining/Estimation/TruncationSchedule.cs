using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>How many examples of an episode one meta-iteration unrolls. All episodes of an iteration share the length.</summary>
public abstract record TruncationSchedule
{
    /// <summary>Whole episodes.</summary>
    public static TruncationSchedule None { get; } = new NoTruncation();

    /// <summary>Always the same length.</summary>
    /// <param name="length">Examples, 1 or more.</param>
    public static TruncationSchedule Constant(int length) => new ConstantTruncation(length);

    /// <summary>A length drawn anew for every iteration, its logarithm uniform.</summary>
    /// <param name="min">Shortest length, 1 or more.</param>
    /// <param name="max">Longest length.</param>
    public static TruncationSchedule LogUniform(int min, int max) => new LogUniformTruncation(min, max);

    /// <summary>The length of one iteration; never above the episode's.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="episodeLength">T, examples of an episode.</param>
    public abstract int Length(ulong seed, uint iteration, int episodeLength);

    /// <summary>The longest length of any iteration; never above the episode's.</summary>
    /// <param name="episodeLength">T, examples of an episode.</param>
    public abstract int Longest(int episodeLength);

    /// <summary>Checks the schedule against an episode.</summary>
    /// <param name="episodeLength">T, examples of an episode.</param>
    /// <exception cref="VsmlException">A length is below 1 or above the episode's.</exception>
    public abstract void Validate(int episodeLength);

    private static void CheckLength(int length, int episodeLength)
    {
        if (length < 1) throw new VsmlException($"A truncation of {length} examples is impossible; give 1 or more.");
        if (length > episodeLength)
            throw new VsmlException($"A truncation of {length} examples is longer than the episode of {episodeLength}; shorten it, or lengthen the episode.");
    }

    private sealed record NoTruncation : TruncationSchedule
    {
        public override int Length(ulong seed, uint iteration, int episodeLength) => episodeLength;

        public override int Longest(int episodeLength) => episodeLength;

        public override void Validate(int episodeLength)
        {
        }
    }

    private sealed record ConstantTruncation(int Examples) : TruncationSchedule
    {
        public override int Length(ulong seed, uint iteration, int episodeLength) => Math.Min(Examples, episodeLength);

        public override int Longest(int episodeLength) => Math.Min(Examples, episodeLength);

        public override void Validate(int episodeLength) => CheckLength(Examples, episodeLength);
    }

    private sealed record LogUniformTruncation(int Min, int Max) : TruncationSchedule
    {
        public override int Length(ulong seed, uint iteration, int episodeLength)
        {
            var random = new CounterRandom(seed, RandomStream.Schedule, iteration, 0);
            var (low, high) = (DeterministicMath.Log((double)Min), DeterministicMath.Log(Max + 1.0));
            var length = (int)DeterministicMath.Exp(low + (high - low) * random.NextUniform());
            return Math.Min(Math.Clamp(length, Min, Max), episodeLength);
        }

        public override int Longest(int episodeLength) => Math.Min(Max, episodeLength);

        public override void Validate(int episodeLength)
        {
            if (Min > Max) throw new VsmlException($"A log-uniform truncation from {Min} to {Max} examples is impossible; the first must not be above the second.");
            CheckLength(Min, episodeLength);
            CheckLength(Max, episodeLength);
        }
    }
}
