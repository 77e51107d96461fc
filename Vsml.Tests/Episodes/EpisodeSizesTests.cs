using Vsml.Contracts;

namespace Vsml.Tests.Episodes;

/// <summary>A batch multiplies what a network needs: sizes that no array can have are refused by name, before anything is computed.</summary>
public class EpisodeSizesTests
{
    // Backward messages before layer 1: 256 * 128 * 131072 = 2^32 floats, 0 in 32 bits.
    private const int Batch = 256;

    private static readonly VsmlModel s_wide = RuntimeCompiler.Compile(new Architecture
    {
        StateSize = 1,
        MessageSize = 128,
        Layers = new(new LayerSpec[] { new DenseLayerSpec(1, 131072), new DenseLayerSpec(131072, 1) }),
    });

    private static readonly float[] s_theta = new float[s_wide.Parameters.Count];

    [Fact]
    public void A_batch_whose_messages_no_array_holds_is_refused()
    {
        var message = Should.Throw<VsmlException>(() => new EpisodeRunner(s_wide, SimdLevels.Widest, Batch)).Message;
        message.ShouldContain("messages before layer 1");
        message.ShouldContain("4294967296 floats");
        message.ShouldContain("Use a smaller batch");
        Should.Throw<VsmlException>(() => new EpisodeGradient(s_wide, SimdLevels.Widest, Batch)).Message.ShouldBe(message);
        Should.Throw<VsmlException>(() => EpisodeGradient.PlanTape(s_wide, SimdLevels.Widest, Batch, 1, long.MaxValue)).Message.ShouldContain("Use a smaller batch");
        Should.Throw<VsmlException>(() => EpisodeTrace.Run(s_wide, SimdLevels.Widest, Batch, s_theta, [], [], [])).Message.ShouldBe(message);
        Should.Throw<VsmlException>(() => EpisodeTrace.Differentiate(s_wide, SimdLevels.Widest, Batch, s_theta, [], [], [])).Message.ShouldBe(message);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(int.MaxValue)]
    public void Every_part_of_the_memory_counts_without_wrapping(int batch)
    {
        var shape = new NetworkShape(
            [new(LaneAxis.Inputs, 4096, 4096, 1)], [4096, 4096], ForwardChannels: [2048, 1], BackwardChannels: [0, 4096], ScratchFloatsPerExample: 1 << 24, ScratchFloats: 1);
        Should.Throw<VsmlException>(() => shape.StateFloats(0, batch)).Message.ShouldContain($"states of layer 0 take {(long)batch << 24} floats with a batch of {batch}");
        Should.Throw<VsmlException>(() => shape.BackwardFloats(1, batch)).Message.ShouldContain("backward messages after the last layer");
        Should.Throw<VsmlException>(() => shape.ScratchFloatsOf(batch)).Message.ShouldContain($"work space of the widest layer take {((long)batch << 24) + 1} floats");
        Should.Throw<VsmlException>(() => shape.ForwardFloats(0, Math.Max(batch, 256))).Message.ShouldContain("forward messages before layer 0");
        Should.Throw<VsmlException>(() => new NetworkState(shape, batch));
        Should.Throw<VsmlException>(() => new SweepWorkspace(shape, batch));
        shape.StateFloats(0, 127).ShouldBe(127 << 24);
    }

    [Fact]
    public void The_tape_is_the_longest_that_fits_its_budget()
    {
        var model = RuntimeCompiler.Compile(new Architecture { StateSize = 2, MessageSize = 2, Layers = new([new DenseLayerSpec(3, 2)]) });
        var gradient = new EpisodeGradient(model, SimdLevels.Widest);
        foreach (var window in (int[])[1, 2, 3, 10, 97, 360])
        {
            var all = Bytes(window);
            for (var budget = 1L; budget <= all + 1; budget += Math.Max(1, all / 333))
            {
                var longest = Enumerable.Range(1, window).LastOrDefault(examples => Bytes(examples) <= budget);
                if (longest > 0) EpisodeGradient.PlanTape(model, SimdLevels.Widest, 1, window, budget).ShouldBe((longest, Bytes(longest)));
                else
                    Should.Throw<VsmlException>(() => EpisodeGradient.PlanTape(model, SimdLevels.Widest, 1, window, budget))
                        .Message.ShouldContain(FormattableString.Invariant($"it needs at least {Enumerable.Range(1, window).Min(Bytes) / (double)(1 << 20):G6} MiB."));
            }

            long Bytes(int examples) => examples * gradient.BytesPerExample + gradient.CheckpointBytes
                + (examples == window ? 0 : (window + examples - 1) / examples * gradient.CheckpointBytes);
        }
    }

    [Fact]
    public void The_longest_windows_are_weighed_against_the_budget()
    {
        // 2^31 examples of 8.7 GB each.
        var (tape, _) = EpisodeGradient.PlanTape(s_wide, SimdLevels.Widest, 63, int.MaxValue, long.MaxValue);
        tape.ShouldBeInRange(1_000_000_000, int.MaxValue - 1);
        Should.Throw<VsmlException>(() => EpisodeGradient.PlanTape(s_wide, SimdLevels.Widest, 63, int.MaxValue, 1L << 32)).Message.ShouldContain("too small for a window of 2147483647 examples");
    }

    [Fact]
    public void Lengths_that_disagree_are_named()
    {
        var model = RuntimeCompiler.Compile(new Architecture { StateSize = 2, MessageSize = 2, Layers = new([new DenseLayerSpec(3, 2)]) });
        var theta = new float[model.Parameters.Count];
        float[][] cells = [new float[2 * 3 * 2 * 2]];
        Should.Throw<ArgumentException>(() => EpisodeTrace.Run(model, SimdLevels.Widest, 2, theta, cells, new float[12], new float[9])).Message.ShouldContain("12 inputs and 9 labels");
        Should.Throw<ArgumentException>(() => EpisodeTrace.Run(model, SimdLevels.Widest, 2, theta, cells, new float[11], new float[4])).Message.ShouldContain("takes 6 and 4");
        Should.Throw<ArgumentException>(() => EpisodeTrace.Differentiate(model, SimdLevels.Widest, 2, theta, cells, new float[12], new float[9])).Message.ShouldContain("12 and 9");
        Should.Throw<ArgumentException>(() => EpisodeTrace.Differentiate(model, SimdLevels.Widest, 2, theta, cells, [], [])).Message.ShouldContain("at least those of one example");
    }
}
