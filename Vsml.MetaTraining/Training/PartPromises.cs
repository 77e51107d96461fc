using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>
/// Tries, before a run begins, what parts of other assemblies promise: steps and lengths that their arguments alone decide, states that
/// a checkpoint can hold, values that are equal after they were written and read. A few small calls that catch the usual slips.
/// </summary>
internal static class PartPromises
{
    private const ulong Seed = 1;
    private const int Iterations = 8, Parameters = 3;

    /// <summary>Tries an optimizer.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <exception cref="VsmlException">A promise is broken.</exception>
    public static void Check(IMetaOptimizer optimizer)
    {
        if (!Parts.IsForeign(optimizer)) return;
        var name = optimizer.GetType().Name;
        var (first, second) = (Run(), Run());
        if (!first.Theta.AsSpan().SequenceEqual(second.Theta) || !Same(first.State, second.State))
            throw new VsmlException($"{name}: the same steps end in other parameters or states; what changes must be in the OptimizerState alone.");
        if (Shape(optimizer.Initial(Parameters)) is var begun && begun != Shape(first.State))
            throw new VsmlException($"{name}: its state has {begun} at first, but {Shape(first.State)} after a step; names and lengths must stay.");

        (float[] Theta, OptimizerState State) Run()
        {
            var (theta, state) = (new float[] { 1, -2, 0.5f }, optimizer.Initial(Parameters));
            for (var step = 1; step <= 2; step++)
            {
                state = state.Copy();
                optimizer.Step(state, [0.25f * step, -1, 0], 0.01, theta);
            }
            return (theta, state);
        }
    }

    /// <summary>Tries a truncation.</summary>
    /// <param name="truncation">The truncation.</param>
    /// <param name="length">T, examples of an episode.</param>
    /// <exception cref="VsmlException">A promise is broken.</exception>
    public static void Check(TruncationSchedule truncation, int length)
    {
        if (!Parts.IsForeign(truncation)) return;
        for (var place = 0; place < Iterations; place++)
            if (truncation.Start(place, length) is var start && (start < 0 || start >= length || start != truncation.Start(place, length)))
                throw new VsmlException(string.Create(CultureInfo.InvariantCulture,
                    $"{truncation.GetType().Name}: the first episode of place {place} begins at example {start} of {length}; it must be within 0..{length - 1}, and the same when it is asked for again."));
        for (var iteration = 0u; iteration < Iterations; iteration++)
        {
            var examples = truncation.Length(Seed, iteration, length);
            if (examples < truncation.Shortest(length) || examples > truncation.Longest(length) || examples < 1 || examples > length)
                throw new VsmlException(string.Create(CultureInfo.InvariantCulture,
                    $"{truncation.GetType().Name}: {examples} examples of {length} are outside 1..{length} or its own {truncation.Shortest(length)}..{truncation.Longest(length)}."));
            if (examples != truncation.Length(Seed, iteration, length))
                throw new VsmlException($"{truncation.GetType().Name}: an iteration has another length when it is asked for again; seed, iteration and episode length alone must decide it.");
        }
    }

    /// <summary>Reads what was written of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="written">Its JSON.</param>
    /// <exception cref="VsmlException">Another value comes out; the message names the part and the fields.</exception>
    public static void CheckWritten(RunConfiguration configuration, string written)
    {
        var read = RunConfigurationJson.Parse(written, "what was written");
        if (read.Equals(configuration)) return;
        var (before, after) = (ConfigurationWalk.Of(configuration).Parts, ConfigurationWalk.Of(read).Parts);
        // What is inside comes after what holds it.
        for (var i = Math.Min(before.Count, after.Count) - 1; i >= 0; i--)
            if (!before[i].Part.Equals(after[i].Part))
            {
                var fields = RecordShape.Of(before[i].Part.GetType()).Fields.Where(field => !Equals(field.Property.GetValue(before[i].Part), field.Property.GetValue(after[i].Part))).Select(field => field.Name).ToList();
                throw new VsmlException($"{before[i].Path}: {before[i].Part.GetType().Name} is another value after it was written and read: {(fields.Count > 0 ? $"{Words.List(fields)} differ" : "it compares what JSON does not hold")}. Its fields must be all that it is.");
            }
        throw new VsmlException("The configuration is another value after it was written and read.");
    }

    private static bool Same(OptimizerState a, OptimizerState b) =>
        a.Steps == b.Steps && Shape(a) == Shape(b) && a.Moments.All(moment => moment.Value.AsSpan().SequenceEqual(b.Moments[moment.Key]));

    private static string Shape(OptimizerState state) => state.Moments.Count == 0 ? "nothing"
        : string.Join(", ", state.Moments.OrderBy(moment => moment.Key, StringComparer.Ordinal).Select(moment => string.Create(CultureInfo.InvariantCulture, $"{moment.Key} [{moment.Value.Length}]")));
}
