using VerifyXunit;
using Vsml.Generators.Planning;

namespace Vsml.Tests.Planning;

/// <summary>The plan says what the model says, and is approved in print for a few architectures.</summary>
public class NetworkPlanTests
{
    private static readonly Architecture Default = new() { Layers = new([new DenseLayerSpec(784, 10)]) };

    [Fact]
    public Task One_layer() => Approve(Default);

    [Fact]
    public Task Three_layers() => Approve(Default with { Layers = new([new DenseLayerSpec(20, 7), new DenseLayerSpec(7, 5), new DenseLayerSpec(5, 3)]), LabelFeedback = true });

    [Fact]
    public Task Every_option_of_dense_layers() => Approve(new Architecture
    {
        StateSize = 7,
        MessageSize = 3,
        Layers = new([new DenseLayerSpec(6, 4), new DenseLayerSpec(4, 1)]),
        Schedule = new() { MicroTicks = new([1, 3]), TicksPerExample = 3, BackwardSweep = BackwardSweep.Separate },
        LayerwiseParameters = true,
        LabelFeedback = true,
        MessageLayerNorm = true,
        PositionFeatures = true,
        LearnedInitialCell = true,
        OutputBound = 0,
    });

    [Fact]
    public Task Convolutions_with_a_backward_sweep() => Approve(Default with
    {
        Layers = new([new ConvLayerSpec(7, 6, 1, 3, Kernel: 3, Stride: 2), new ConvLayerSpec(4, 3, 3, 2, Kernel: 1, Stride: 1), new DenseLayerSpec(24, 5)]),
        Schedule = new() { BackwardSweep = BackwardSweep.Shared },
        PositionFeatures = true,
    });

    [Fact]
    public Task Root_and_cell_scales() => Approve(Default with
    {
        Layers = new([new ConvLayerSpec(4, 4, 1, 3, Kernel: 3, Stride: 1), new DenseLayerSpec(48, 6), new DenseLayerSpec(6, 4)]),
        MessageScale = MessageScale.Root,
        InitialCellScale = new([InitialCellScale.FanIn, new(1), new(0.25)]),
    });

    [Fact]
    public Task Ticks_per_example_without_a_backward_sweep() => Approve(Default with
    {
        Layers = new([new DenseLayerSpec(12, 6), new DenseLayerSpec(6, 4)]),
        Schedule = new() { TicksPerExample = 2 },
        OutputIndex = 0,
    });

    /// <summary>
    /// Three examples, message by message: whatever a turn reads comes from where the plan says, with the entries that it names; and
    /// messages that the plan calls read are those that somebody reads before they are replaced.
    /// </summary>
    [Theory]
    [MemberData(nameof(Schedules))]
    public void Every_message_that_is_read_was_sent_and_every_other_is_not(int layers, int ticksPerExample, BackwardSweep backwardSweep, bool labelFeedback)
    {
        var plan = NetworkPlan.Of(new Architecture
        {
            Layers = new(Enumerable.Range(0, layers).Select(l => new DenseLayerSpec(6 - l, 5 - l))),
            Schedule = new() { TicksPerExample = ticksPerExample, BackwardSweep = backwardSweep },
            LabelFeedback = labelFeedback,
        });
        var mail = new Mail();
        for (var example = 0; example < 3; example++)
        {
            mail.Put(0, Direction.Forward, MessageOrigin.Input, 1);
            foreach (var kind in plan.Architecture.Schedule.Sweeps)
            {
                if (kind == Sweep.Backward) Reveal();
                mail.BeginSweep();
                foreach (var turn in plan.Find(kind)!.Turns)
                {
                    mail.Check(turn.ReadsForward);
                    mail.Check(turn.ReadsBackward);
                    mail.Send(turn, turn.SendsForward);
                    mail.Send(turn, turn.SendsBackward);
                }
                // Error and label enter once.
                mail.Remove(layers, Direction.Backward);
            }
            if (backwardSweep == BackwardSweep.None) Reveal();
        }

        foreach (var turn in plan.Turns)
            foreach (var port in new[] { turn.SendsForward, turn.SendsBackward })
                port.IsRead.ShouldBe(mail.WasRead(turn, port), $"{turn.Sweep} of layer {turn.Layer.Index}: {port}");

        void Reveal()
        {
            mail.Open(layers, Direction.Forward);
            mail.Put(layers, Direction.Backward, MessageOrigin.Feedback, labelFeedback ? 2 : 1);
        }
    }

    /// <summary>Depths 1 to 3, each with every schedule.</summary>
    public static TheoryData<int, int, BackwardSweep, bool> Schedules
    {
        get
        {
            var data = new TheoryData<int, int, BackwardSweep, bool>();
            foreach (var backwardSweep in Enum.GetValues<BackwardSweep>())
                for (var ticks = 1; ticks <= 3; ticks++)
                    for (var layers = 1; layers <= 3; layers++) data.Add(layers, ticks, backwardSweep, (layers + ticks) % 2 == 0);
            return data;
        }
    }

    [Theory]
    [InlineData(7, 3, 1)]
    [InlineData(7, 3, 2)]
    [InlineData(8, 5, 3)]
    [InlineData(5, 1, 2)]
    [InlineData(2, 7, 1)]
    [InlineData(9, 3, 4)]
    public void Readers_are_the_windows_that_hold_a_place(int size, int kernel, int stride)
    {
        var conv = new ConvGeometry(size, size, 1, 1, kernel, stride);
        for (var input = 0; input < size; input++)
        {
            var readers = Enumerable.Range(0, conv.Rows).Where(row => Math.Abs(input - row * stride) <= conv.Border).ToArray();
            conv.Readers(input, conv.Rows).ShouldBe(readers.Length);
            if (readers.Length > 0) (conv.FirstReader(input), conv.LastReader(input, conv.Rows)).ShouldBe((readers[0], readers[^1]));
        }
    }

    [Fact]
    public void Plans_compare_by_value()
    {
        NetworkPlan.Of(Default).ShouldBe(NetworkPlan.Of(Default with { }));
        NetworkPlan.Of(Default).ShouldNotBe(NetworkPlan.Of(Default with { OutputIndex = 2 }));
    }

    private static Task Approve(Architecture architecture, [System.Runtime.CompilerServices.CallerMemberName] string method = "")
    {
        ArchitectureRules.Check(architecture).ShouldBeEmpty();
        return Verifier.Verify(NetworkPlan.Of(architecture).ToString(), "txt", method: method).UseDirectory("Verified");
    }

    /// <summary>The messages that wait at every boundary, and who has opened which.</summary>
    private sealed class Mail
    {
        private readonly Dictionary<(int Boundary, Direction Direction), Letter> _waiting = [];
        private readonly HashSet<(Sweep Sweep, int Layer, Direction Direction)> _read = [];
        private int _sweep;

        public void BeginSweep() => _sweep++;

        public void Put(int boundary, Direction direction, MessageOrigin origin, int entries) => _waiting[(boundary, direction)] = new(origin, null, _sweep, entries);

        public void Remove(int boundary, Direction direction) => _waiting.Remove((boundary, direction));

        public void Send(TurnPlan turn, SentMessages port) =>
            _waiting[(port.Boundary, port.Direction)] = new(MessageOrigin.ThisSweep, (turn.Sweep, turn.Layer.Index, port.Direction), _sweep, port.Entries);

        public void Check(ReceivedMessages port)
        {
            if (!_waiting.TryGetValue((port.Boundary, port.Direction), out var letter))
            {
                // Nothing has been sent when an episode begins; later nothing is read.
                if (_sweep > 1) port.Origin.ShouldBe(MessageOrigin.Zero);
                return;
            }
            var origin = letter.Sender is null ? letter.Origin : letter.Sweep == _sweep ? MessageOrigin.ThisSweep : MessageOrigin.SweepBefore;
            port.Origin.ShouldBe(origin);
            letter.Entries.ShouldBe(port.Entries);
            if (letter.Sender is not null) letter.Sweep.ShouldBeInRange(_sweep - 1, _sweep);
            port.GradientWanted.ShouldBe(origin != MessageOrigin.Input);
            Open(port.Boundary, port.Direction);
        }

        public void Open(int boundary, Direction direction)
        {
            if (_waiting[(boundary, direction)].Sender is { } sender) _read.Add(sender);
        }

        public bool WasRead(TurnPlan turn, SentMessages port) => _read.Contains((turn.Sweep, turn.Layer.Index, port.Direction));

        private sealed record Letter(MessageOrigin Origin, (Sweep, int, Direction)? Sender, int Sweep, int Entries);
    }
}
