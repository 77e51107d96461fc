using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Training;

/// <summary>Event files, read by a reader that shares nothing with their writer.</summary>
public sealed class TensorBoardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_figure_of_the_metrics_stands_in_the_event_file()
    {
        File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        ToolRun.InProcess("train", "--config", _folder["run.json"], "--out", _folder["run"], "--tensorboard", _folder["board"]).ShouldSucceed();
        var events = Directory.GetFiles(_folder["board"]).ShouldHaveSingleItem();
        Path.GetFileName(events).ShouldStartWith("events.out.tfevents.");
        var read = Events(events);
        read[0].Version.ShouldBe("brain.Event:2");
        var expected = new List<(long, string, float)>();
        foreach (var line in File.ReadLines(Path.Combine(_folder["run"], "metrics.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var (root, iteration) = (json.RootElement, json.RootElement.GetProperty("iteration").GetInt64());
            if (root.GetProperty("kind").GetString() == "iteration")
                foreach (var (field, name) in new[] { ("loss", "train/loss"), ("accuracy", "train/accuracy"), ("learningRate", "train/learning rate"), ("gradientNorm", "train/gradient norm") })
                    expected.Add((iteration, name, root.GetProperty(field).GetSingle()));
            else
                foreach (var result in root.GetProperty("results").EnumerateArray())
                    expected.Add((iteration, $"test/{result.GetProperty("task").GetString()}", result.GetProperty("accuracy").GetSingle()));
        }
        expected.Count.ShouldBeGreaterThan(28);
        var found = read.SelectMany(one => one.Values.Select(value => (one.Step, value.Name, value.Value))).ToList();
        foreach (var one in expected) found.ShouldContain(one);
        read.ShouldAllBe(one => one.Time > 1.7e9);
    }

    [Fact]
    public void A_run_that_goes_on_takes_the_place_of_later_steps()
    {
        using (var first = new TensorBoardProgress(_folder["board"])) first.Iterated(Progress(7));
        using (var second = new TensorBoardProgress(_folder["other"]))
        {
            second.Iterated(Progress(5));
            second.Iterated(Progress(300));
        }
        var read = Events(Directory.GetFiles(_folder["other"]).Single());
        read.Select(one => (one.Step, one.IsStart)).ShouldBe([(0L, false), (5L, true), (5L, false), (300L, false)]);
    }

    [Fact]
    public void What_cannot_be_written_ends_the_run_before_it_begins()
    {
        File.WriteAllText(_folder["file"], "");
        File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        ToolRun.InProcess("train", "--config", _folder["run.json"], "--out", _folder["run"], "--tensorboard", Path.Combine(_folder["file"], "board")).ShouldBeRefused("Cannot write", "events.out.tfevents");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [PythonFact("tensorboard")]
    public void TensorBoard_reads_it()
    {
        using (var progress = new TensorBoardProgress(_folder["board"])) progress.Iterated(Progress(7));
        var read = ToolRun.OfProcess(PythonFactAttribute.Find("tensorboard")!,
        [
            "-c",
            "import sys; from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n"
                + "board = EventAccumulator(sys.argv[1]); board.Reload(); print([(one.step, one.value) for one in board.Scalars('train/loss')])",
            _folder["board"],
        ]).ShouldSucceed();
        read.Output.ShouldContain("(7, 0.5)");
    }

    private static TrainingProgress Progress(int iteration) => new(
        new IterationMetrics { Iteration = iteration, Stage = 0, Loss = 0.5, Accuracy = null, LearningRate = 0.1, GradientNorm = 2, Dropped = [], Skipped = false, Examples = 3 }, 400, 100, TimeSpan.Zero);

    private sealed record Event(double Time, long Step, string? Version, bool IsStart, List<(string Name, float Value)> Values);

    private static List<Event> Events(string path)
    {
        var bytes = File.ReadAllBytes(path).AsMemory();
        var events = new List<Event>();
        while (bytes.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[8..]).ShouldBe(Masked(bytes.Span[..8]));
            var content = bytes.Slice(12, length);
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[(12 + length)..]).ShouldBe(Masked(content.Span));
            events.Add(Parse(content.Span));
            bytes = bytes[(16 + length)..];
        }
        return events;
    }

    private static Event Parse(ReadOnlySpan<byte> content)
    {
        var read = new Event(0, 0, null, false, []);
        foreach (var (field, number, part) in Fields(content))
            switch (field)
            {
                case 1:
                    read = read with { Time = BitConverter.Int64BitsToDouble((long)number) };
                    break;
                case 2:
                    read = read with { Step = (long)number };
                    break;
                case 3:
                    read = read with { Version = Encoding.UTF8.GetString(part) };
                    break;
                case 5:
                    foreach (var value in Fields(part))
                    {
                        var fields = Fields(value.Part);
                        read.Values.Add((Encoding.UTF8.GetString(fields.Single(one => one.Field == 1).Part), BitConverter.Int32BitsToSingle((int)fields.Single(one => one.Field == 2).Number)));
                    }
                    break;
                case 7:
                    read = read with { IsStart = Fields(part).Single() is { Field: 1, Number: 1 } };
                    break;
                default:
                    throw new InvalidDataException($"field {field}");
            }
        return read;
    }

    private static List<(int Field, ulong Number, byte[] Part)> Fields(ReadOnlySpan<byte> content)
    {
        var fields = new List<(int, ulong, byte[])>();
        var at = 0;
        while (at < content.Length)
        {
            var key = Number(content, ref at);
            var (field, type) = ((int)(key >> 3), key & 7);
            if (type == 0) fields.Add((field, Number(content, ref at), []));
            else if (type == 2)
            {
                var length = (int)Number(content, ref at);
                fields.Add((field, 0, content.Slice(at, length).ToArray()));
                at += length;
            }
            else
            {
                var size = type == 1 ? 8 : 4;
                fields.Add((field, type == 1 ? BinaryPrimitives.ReadUInt64LittleEndian(content[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(content[at..]), []));
                at += size;
            }
        }
        return fields;
    }

    private static ulong Number(ReadOnlySpan<byte> content, ref int at)
    {
        var (number, shift) = (0ul, 0);
        for (; content[at] >= 0x80; shift += 7) number |= (ulong)(content[at++] & 0x7F) << shift;
        return number | (ulong)content[at++] << shift;
    }

    // Castagnoli's polynomial bit by bit, then the mask of record files.
    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }
}
