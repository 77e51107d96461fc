using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// How many examples of an episode one meta-iteration unrolls. All episodes of an iteration share the length. One marked
/// <see cref="VsmlPartAttribute"/> can stand in run configurations; it promises lengths that its arguments alone decide.
/// </summary>
[PartFamily("truncation")]
public abstract record TruncationSchedule
{
    /// <summary>Whole episodes.</summary>
    public static TruncationSchedule None { get; } = new NoTruncation();

    /// <summary>Always the same length.</summary>
    /// <param name="length">Examples, 1 or more.</param>
    /// <param name="staggered">
    /// Whether the first episode of place i in a meta-batch begins with window i mod (T / length), so that from then on every iteration has
    /// early and late windows. Learners begin fresh there.
    /// </param>
    public static TruncationSchedule Constant(int length, bool staggered = false) => new ConstantTruncation(length, staggered);

    /// <summary>A length drawn anew for every iteration, its logarithm uniform.</summary>
    /// <param name="min">Shortest length, 1 or more.</param>
    /// <param name="max">Longest length.</param>
    public static TruncationSchedule LogUniform(int min, int max) => new LogUniformTruncation(min, max);

    /// <summary>The length of one iteration; never above the episode's.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="episodeLength">T, examples of an episode.</param>
    public abstract int Length(ulong seed, uint iteration, int episodeLength);

    /// <summary>The shortest length of any iteration; never above the episode's.</summary>
    /// <param name="episodeLength">T, examples of an episode.</param>
    public abstract int Shortest(int episodeLength);

    /// <summary>The longest length of any iteration; never above the episode's.</summary>
    /// <param name="episodeLength">T, examples of an episode.</param>
    public abstract int Longest(int episodeLength);

    /// <summary>The example at which the first episode of a place in the meta-batch begins; later ones begin at 0. Default 0.</summary>
    /// <param name="index">The place: the pair, or the episode.</param>
    /// <param name="episodeLength">T, examples of an episode.</param>
    public virtual int Start(int index, int episodeLength) => 0;

    /// <summary>Checks the schedule against an episode.</summary>
    /// <param name="episodeLength">T, examples of an episode.</param>
    /// <exception cref="VsmlException">A length is below 1 or above the episode's.</exception>
    public void Validate(int episodeLength)
    {
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(this, "truncation").Problems);
        CheckFits(episodeLength);
    }

    /// <summary>What <see cref="Validate"/> checks of a schedule that was found sound before.</summary>
    internal void CheckFits(int episodeLength)
    {
        if (Problem(episodeLength) is { } problem) throw new VsmlException(problem);
    }

    // What it would unroll of an endless episode is the length that it means.
    internal string? Problem(int episodeLength) =>
        Longest(int.MaxValue) is var longest and < int.MaxValue && longest > episodeLength
            ? $"a truncation of {longest} examples is longer than the episode of {episodeLength}; shorten it, or lengthen the episode."
            : null;

    [VsmlPart("none")]
    private sealed record NoTruncation : TruncationSchedule
    {
        public override int Length(ulong seed, uint iteration, int episodeLength) => episodeLength;

        public override int Shortest(int episodeLength) => episodeLength;

        public override int Longest(int episodeLength) => episodeLength;
    }

    [VsmlPart("constant")]
    private sealed record ConstantTruncation(
        [property: JsonPropertyName("length"), Range(1, int.MaxValue)] int Examples,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Staggered = false) : TruncationSchedule
    {
        public override int Start(int index, int episodeLength)
        {
            var window = Longest(episodeLength);
            return Staggered ? index % ((episodeLength - 1) / window + 1) * window : 0;
        }

        public override int Length(ulong seed, uint iteration, int episodeLength) => Longest(episodeLength);

        public override int Shortest(int episodeLength) => Longest(episodeLength);

        public override int Longest(int episodeLength) => Math.Min(Examples, episodeLength);
    }

    [VsmlPart("log-uniform")]
    private sealed record LogUniformTruncation([property: Range(1, int.MaxValue)] int Min, [property: Range(1, int.MaxValue)] int Max) : TruncationSchedule, IValidatableObject
    {
        public override int Length(ulong seed, uint iteration, int episodeLength)
        {
            var random = new CounterRandom(seed, RandomStream.Schedule, iteration, 0);
            var (low, high) = (DeterministicMath.Log((double)Min), DeterministicMath.Log(Max + 1.0));
            var length = (int)DeterministicMath.Exp(low + (high - low) * random.NextUniform());
            return Math.Min(Math.Clamp(length, Min, Max), episodeLength);
        }

        public override int Shortest(int episodeLength) => Math.Min(Min, episodeLength);

        public override int Longest(int episodeLength) => Math.Min(Max, episodeLength);

        IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext context)
        {
            if (Min > Max) yield return new ValidationResult($"the shortest length {Min} is above the longest {Max}.");
        }
    }
}
