using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reference;

/// <summary>With one input and one output the network is exactly a Meta RNN: one LSTM fed x, error and label.</summary>
public class MetaRnnTests
{
    private static readonly Architecture OneByOne = new()
    {
        StateSize = 6,
        MessageSize = 5,
        Layers = new(new LayerSpec[] { new DenseLayerSpec(1, 1) }),
        LabelFeedback = true,
        OutputIndex = 3,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TheNetworkIsOneLstm(int microTicks)
    {
        var architecture = OneByOne with { Schedule = new TickSchedule { MicroTicks = new([microTicks]) } };
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 3, length: 15, softLabels: true);
        var lstm = new Lstm(architecture, episode.Theta, episode.Cells[0]);
        var trace = episode.Run();
        var label = 0.0;
        for (var t = 0; t < episode.Length; t++)
        {
            // With a single class softmax is 1, so the error of the example before is nothing but 0.
            for (var tick = 0; tick < microTicks; tick++) lstm.Step(episode.Inputs[t], error: 0, label);
            trace.Logits[t].ShouldBe(Math.Tanh(lstm.Output() / 100) * 100, 1e-12);
            label = episode.Labels[t];
        }
        trace.Cells[0].Zip(lstm.Cell).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        trace.Hidden[0].Zip(lstm.Hidden).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
    }

    [Fact]
    public void SoIsItsLayerUnderAnyError()
    {
        var episode = SmallNetworks.RandomEpisode(OneByOne, seed: 4, length: 1);
        var lstm = new Lstm(OneByOne, episode.Theta, episode.Cells[0]);
        var layer = new ReferenceLayer(OneByOne, index: 0, batch: 1);
        var states = new LayerStates(new double[6], episode.Cells[0]);
        var random = new Random(1);
        for (var tick = 0; tick < 10; tick++)
        {
            var (x, error, label) = (random.NextDouble(), random.NextDouble() - 0.5, random.NextDouble());
            lstm.Step(x, error, label);
            (states, var sent) = layer.MicroTick(episode.Theta, new SubRnnParameters(OneByOne, "shared"), states, [x, 0, 0, 0, 0], [error, label, 0, 0, 0]);
            sent.Forward[3].ShouldBe(lstm.Output(), 1e-12);
        }
        states.Cells.Zip(lstm.Cell).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
    }

    /// <summary>A textbook LSTM with three inputs and one linear output.</summary>
    private sealed class Lstm(Architecture architecture, double[] theta, double[] cells)
    {
        private readonly ParameterLayout _layout = ParameterLayout.Of(architecture);

        public double[] Hidden { get; } = new double[architecture.StateSize];

        public double[] Cell { get; } = (double[])cells.Clone();

        public void Step(double x, double error, double label)
        {
            var (n, m) = (architecture.StateSize, architecture.MessageSize);
            double W(int row, int column) => theta[_layout.Find("shared", "lstm/w").Offset + row * 4 * n + column];
            var z = new double[4 * n];
            for (var column = 0; column < 4 * n; column++)
            {
                z[column] = theta[_layout.Find("shared", "lstm/b").Offset + column]
                    + x * W(0, column) + error * W(m, column) + label * W(m + 1, column);
                for (var unit = 0; unit < n; unit++) z[column] += Hidden[unit] * W(2 * m + unit, column);
            }
            for (var unit = 0; unit < n; unit++)
            {
                Cell[unit] = Sigmoid(z[2 * n + unit] + 5) * Cell[unit] + Sigmoid(z[unit] - 5) * Math.Tanh(z[n + unit]);
                Hidden[unit] = Sigmoid(z[3 * n + unit]) * Math.Tanh(Cell[unit]);
            }
        }

        public double Output()
        {
            var sum = theta[_layout.Find("shared", "fwd/b").Offset + architecture.OutputIndex];
            for (var unit = 0; unit < architecture.StateSize; unit++)
                sum += Hidden[unit] * theta[_layout.Find("shared", "fwd/w").Offset + unit * architecture.MessageSize + architecture.OutputIndex];
            return sum;
        }

        private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }
}
