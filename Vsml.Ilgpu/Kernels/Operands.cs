using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Four neighbouring factors of a row or a column, rounded as tensor cores take them.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IOperand<TSelf>
    where TSelf : struct, IOperand<TSelf>
{
    /// <summary>Rounds four numbers.</summary>
    static abstract TSelf Of(Quad numbers);

    /// <summary>The rounded numbers.</summary>
    static abstract Quad Round(Quad numbers);

    /// <summary>Adds the products of two rows with two columns over sixteen factors, four of each thread (<see cref="TensorCores"/>).</summary>
    /// <param name="row">Of row g.</param>
    /// <param name="rowBelow">Of row g + 8.</param>
    /// <param name="column">Of column g.</param>
    /// <param name="sum">Row g with columns 2 t and 2 t + 1, then row g + 8 with both.</param>
    static abstract Quad AddProducts(TSelf row, TSelf rowBelow, TSelf column, Quad sum);
}

/// <summary>Four numbers in tf32.</summary>
public struct Tf32Operand : IOperand<Tf32Operand>
{
    private int _x, _y, _z, _w;

    /// <inheritdoc/>
    public static Tf32Operand Of(Quad numbers) =>
        new() { _x = TensorCores.ToTf32(numbers.X), _y = TensorCores.ToTf32(numbers.Y), _z = TensorCores.ToTf32(numbers.Z), _w = TensorCores.ToTf32(numbers.W) };

    /// <inheritdoc/>
    public static Quad Round(Quad numbers)
    {
        var bits = Of(numbers);
        return new Quad(BitConverter.Int32BitsToSingle(bits._x), BitConverter.Int32BitsToSingle(bits._y), BitConverter.Int32BitsToSingle(bits._z), BitConverter.Int32BitsToSingle(bits._w));
    }

    /// <inheritdoc/>
    public static Quad AddProducts(Tf32Operand row, Tf32Operand rowBelow, Tf32Operand column, Quad sum) => TensorCores.MultiplyAddTf32(
        row._z, rowBelow._z, row._w, rowBelow._w, column._z, column._w,
        TensorCores.MultiplyAddTf32(row._x, rowBelow._x, row._y, rowBelow._y, column._x, column._y, sum));
}

/// <summary>Four numbers in bf16.</summary>
public struct Bf16Operand : IOperand<Bf16Operand>
{
    private int _xy, _zw;

    /// <inheritdoc/>
    public static Bf16Operand Of(Quad numbers) => new() { _xy = TensorCores.ToBf16(numbers.X, numbers.Y), _zw = TensorCores.ToBf16(numbers.Z, numbers.W) };

    /// <inheritdoc/>
    public static Quad Round(Quad numbers)
    {
        var bits = Of(numbers);
        return new Quad(BitConverter.Int32BitsToSingle(bits._xy << 16), BitConverter.Int32BitsToSingle(bits._xy & ~0xFFFF), BitConverter.Int32BitsToSingle(bits._zw << 16), BitConverter.Int32BitsToSingle(bits._zw & ~0xFFFF));
    }

    /// <inheritdoc/>
    public static Quad AddProducts(Bf16Operand row, Bf16Operand rowBelow, Bf16Operand column, Quad sum) =>
        TensorCores.MultiplyAddBf16(row._xy, rowBelow._xy, row._zw, rowBelow._zw, column._xy, column._zw, sum);
}

/// <summary>What a thread brings of two sub-RNNs' h, which are rows g and g + 8.</summary>
/// <typeparam name="TOperand">The number format.</typeparam>
public struct HiddenRows<TOperand>
    where TOperand : struct, IOperand<TOperand>
{
    /// <summary>Of row g.</summary>
    public TOperand Row;

    /// <summary>Of row g + 8.</summary>
    public TOperand RowBelow;

    /// <summary>Rounds h.</summary>
    public static HiddenRows<TOperand> Of(QuadPair hidden) => new() { Row = TOperand.Of(hidden.A), RowBelow = TOperand.Of(hidden.B) };
}

/// <summary>
/// What a thread brings of the recurrent weights of one state entry of each quad: column g is one gate of the entry of quad g / 2, so
/// that thread (g, t) gets all gates of entries of quad t.
/// </summary>
/// <typeparam name="TOperand">The number format.</typeparam>
public struct GateColumns<TOperand>
    where TOperand : struct, IOperand<TOperand>
{
    private TOperand _inputs, _others;

    /// <summary>Loads the weights.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="row">The row of the first quad's state entry, at the first of sixteen entries of h.</param>
    /// <param name="units">State entries with padding.</param>
    public static GateColumns<TOperand> Load(Worker worker, ArrayView<Quad> theta, int row, int units)
    {
        var (gate, from) = (worker.Lane / 4 % 2, row + 4 * (worker.Lane / 8) * units + 4 * (worker.Lane % 4));
        Quad x = theta[from], y = theta[from + 1], z = theta[from + 2], w = theta[from + 3];
        // Gates i and g, then f and o.
        return new GateColumns<TOperand>
        {
            _inputs = TOperand.Of(new Quad(Quad.At(x, gate), Quad.At(y, gate), Quad.At(z, gate), Quad.At(w, gate))),
            _others = TOperand.Of(new Quad(Quad.At(x, 2 + gate), Quad.At(y, 2 + gate), Quad.At(z, 2 + gate), Quad.At(w, 2 + gate))),
        };
    }

    /// <summary>gates + h W for a state entry of the thread's quad, of both sub-RNNs.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="hidden">h.</param>
    /// <param name="columns">W.</param>
    public static QuadPair AddState(QuadPair gates, HiddenRows<TOperand> hidden, GateColumns<TOperand> columns)
    {
        var inputs = TOperand.AddProducts(hidden.Row, hidden.RowBelow, columns._inputs, new Quad(gates.A.X, gates.A.Y, gates.B.X, gates.B.Y));
        var others = TOperand.AddProducts(hidden.Row, hidden.RowBelow, columns._others, new Quad(gates.A.Z, gates.A.W, gates.B.Z, gates.B.W));
        return new QuadPair(new Quad(inputs.X, inputs.Y, others.X, others.Y), new Quad(inputs.Z, inputs.W, others.Z, others.W));
    }
}
