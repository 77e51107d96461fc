using Vsml.Files;

namespace Vsml;

/// <summary>Counts right predictions and sums losses, of all examples and of the last ones.</summary>
internal sealed class ProgressRecord(int window)
{
    private bool[] _right = new bool[window];
    private double[] _loss = new double[window];
    private long _count, _allRight;
    private double _allLoss;

    /// <summary>Of all examples.</summary>
    public ProgressiveFigures Whole => Figures(_count, _allRight, _allLoss);

    /// <summary>Of the last examples.</summary>
    public ProgressiveFigures Recent
    {
        get
        {
            // Summed anew, in order: what a saved file brings back gives the same bits.
            var (right, loss) = (0L, 0.0);
            for (var i = _count - Held; i < _count; i++)
            {
                right += _right[i % window] ? 1 : 0;
                loss += _loss[i % window];
            }
            return Figures(Held, right, loss);
        }
    }

    private int Held => (int)Math.Min(_count, window);

    /// <summary>Takes an example in.</summary>
    public void Add(bool right, double loss)
    {
        (_right[_count % window], _loss[_count % window]) = (right, loss);
        _count++;
        _allRight += right ? 1 : 0;
        _allLoss += loss;
    }

    /// <summary>An independent copy.</summary>
    public ProgressRecord Copy()
    {
        var copy = (ProgressRecord)MemberwiseClone();
        (copy._right, copy._loss) = ([.. _right], [.. _loss]);
        return copy;
    }

    /// <summary>What a saved file holds of it; of the window the oldest example first.</summary>
    public IEnumerable<Tensor> ToTensors()
    {
        var order = Enumerable.Range(0, Held).Select(i => (int)((_count - Held + i) % window)).ToArray();
        return
        [
            Tensor.Of("progress/counts", [2], [_count, _allRight]),
            Tensor.Of("progress/loss", [1], [_allLoss]),
            Tensor.Of("progress/recent_right", [Held], order.Select(i => (byte)(_right[i] ? 1 : 0)).ToArray()),
            Tensor.Of("progress/recent_loss", [Held], order.Select(i => _loss[i]).ToArray()),
        ];
    }

    /// <summary>Reads <see cref="ToTensors"/>.</summary>
    /// <exception cref="VsmlException">A tensor is missing or impossible.</exception>
    public static ProgressRecord Read(SafetensorsFile file, int window)
    {
        var counts = ClassifierFile.Counts(file, "progress/counts", 2);
        var record = new ProgressRecord(window) { _count = counts[0], _allRight = counts[1], _allLoss = file.GetDoubles("progress/loss", 1)[0] };
        var losses = file.GetDoubles("progress/recent_loss", record.Held);
        var rights = file.Get("progress/recent_right");
        if (record._allRight > record._count || rights.Type != TensorType.U8 || rights.Count != record.Held)
            throw new VsmlException($"{file.Path}: the counts of predictions contradict each other.");
        for (var i = 0; i < record.Held; i++)
        {
            var at = (record._count - record.Held + i) % window;
            (record._right[at], record._loss[at]) = (rights.ToBytes()[i] != 0, losses[i]);
        }
        return record;
    }

    private static ProgressiveFigures Figures(long count, long right, double loss) => new(count, (double)right / count, loss / count);
}
