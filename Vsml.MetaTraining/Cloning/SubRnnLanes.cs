using System.Runtime.Intrinsics;
using Vsml.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>
/// Eight sub-RNNs side by side, run through sweeps of two micro ticks, and the reverse pass of a few examples. Nothing is fused, so
/// that the bits are the same on every machine.
/// </summary>
internal sealed class SubRnnLanes
{
    /// <summary>Sub-RNNs side by side.</summary>
    public const int Width = 8;

    private const int MicroTicks = 2, TicksPerExample = 2 * MicroTicks;

    private readonly SubRnnLayout _layout;
    private readonly int _n;
    private readonly Lanes[] _tape, _gates, _hiddenGradient, _cellGradient, _next;
    private readonly int _tapeStep;

    /// <summary>Allocates the tape of a window.</summary>
    /// <param name="layout">Where the parameters lie.</param>
    /// <param name="window">Examples that are differentiated at once.</param>
    public SubRnnLanes(SubRnnLayout layout, int window)
    {
        (_layout, _n) = (layout, layout.StateSize);
        _tapeStep = 7 * _n;
        _tape = new Lanes[window * TicksPerExample * _tapeStep];
        (_gates, _hiddenGradient, _cellGradient, _next) = (new Lanes[4 * _n], new Lanes[_n], new Lanes[_n], new Lanes[_n]);
    }

    /// <summary>One sweep of two micro ticks under fixed messages.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="sweep">0 forward, 1 backward.</param>
    /// <param name="forward">The forward message.</param>
    /// <param name="backward">The backward message.</param>
    /// <param name="state">h [N], then c [N]; changed in place.</param>
    /// <param name="example">Where in the window it is kept for the reverse pass; -1 for nowhere.</param>
    /// <returns>The message sent.</returns>
    public Lanes Sweep(ReadOnlySpan<float> theta, int sweep, Lanes forward, Lanes backward, Span<Lanes> state, int example = -1)
    {
        var part = theta.Slice(sweep * _layout.SweepLength, _layout.SweepLength);
        for (var tick = 0; tick < MicroTicks; tick++)
            MicroTick(part, forward, backward, state, example < 0 ? [] : TapeOf(example, sweep, tick));
        var sent = Vector256.Create(part[^1]);
        for (var k = 0; k < _n; k++) sent += Vector256.Create(part[_layout.Sent + k]) * state[k];
        return sent;
    }

    /// <summary>Begins the reverse pass of a window: nothing after it counts.</summary>
    public void BeginReverse()
    {
        Array.Clear(_hiddenGradient);
        Array.Clear(_cellGradient);
    }

    /// <summary>Adds to the gradient of a cell entry as it is after the sweep that is reversed next.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="gradient">What to add.</param>
    public void AddCellGradient(int entry, Lanes gradient) => _cellGradient[entry] += gradient;

    /// <summary>The reverse of <see cref="Sweep"/>; h after it is in <paramref name="hidden"/>.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="sweep">0 forward, 1 backward.</param>
    /// <param name="forward">The forward message.</param>
    /// <param name="backward">The backward message.</param>
    /// <param name="example">Where in the window it was kept.</param>
    /// <param name="hidden">h after the sweep [N].</param>
    /// <param name="sentGradient">Gradient of the message sent.</param>
    /// <param name="gradient">Gradient of all parameters, lane by lane; added to.</param>
    public void Reverse(ReadOnlySpan<float> theta, int sweep, Lanes forward, Lanes backward, int example, ReadOnlySpan<Lanes> hidden, Lanes sentGradient, Span<Lanes> gradient)
    {
        var part = theta.Slice(sweep * _layout.SweepLength, _layout.SweepLength);
        var partGradient = gradient.Slice(sweep * _layout.SweepLength, _layout.SweepLength);
        partGradient[^1] += sentGradient;
        for (var k = 0; k < _n; k++)
        {
            partGradient[_layout.Sent + k] += sentGradient * hidden[k];
            _hiddenGradient[k] += sentGradient * Vector256.Create(part[_layout.Sent + k]);
        }
        for (var tick = MicroTicks - 1; tick >= 0; tick--) ReverseTick(part, forward, backward, TapeOf(example, sweep, tick), partGradient);
    }

    private Span<Lanes> TapeOf(int example, int sweep, int tick) =>
        _tape.AsSpan(((example * 2 + sweep) * MicroTicks + tick) * _tapeStep, _tapeStep);

    // On tape: i, g, f, o, c before, tanh(c after), h before.
    private void MicroTick(ReadOnlySpan<float> part, Lanes forward, Lanes backward, Span<Lanes> state, Span<Lanes> tape)
    {
        var n = _n;
        var hidden = state[..n];
        var cell = state.Slice(n, n);
        var five = Vector256.Create(5f);
        if (!tape.IsEmpty)
        {
            cell.CopyTo(tape[(4 * n)..]);
            hidden.CopyTo(tape[(6 * n)..]);
        }
        for (var unit = 0; unit < n; unit++)
        {
            var z0 = Start(part, unit, forward, backward);
            var z1 = Start(part, unit + n, forward, backward);
            var z2 = Start(part, unit + 2 * n, forward, backward);
            var z3 = Start(part, unit + 3 * n, forward, backward);
            var w0 = part.Slice(_layout.Own + unit * n, n);
            var w1 = part.Slice(_layout.Own + (unit + n) * n, n);
            var w2 = part.Slice(_layout.Own + (unit + 2 * n) * n, n);
            var w3 = part.Slice(_layout.Own + (unit + 3 * n) * n, n);
            for (var k = 0; k < hidden.Length; k++)
            {
                var h = hidden[k];
                z0 += Vector256.Create(w0[k]) * h;
                z1 += Vector256.Create(w1[k]) * h;
                z2 += Vector256.Create(w2[k]) * h;
                z3 += Vector256.Create(w3[k]) * h;
            }
            var (i, g, f, o) = (Sigmoid(z0 - five), DeterministicMath.Tanh(z1), Sigmoid(z2 + five), Sigmoid(z3));
            cell[unit] = f * cell[unit] + i * g;
            var tanh = DeterministicMath.Tanh(cell[unit]);
            _next[unit] = o * tanh;
            if (tape.IsEmpty) continue;
            (tape[unit], tape[unit + n], tape[unit + 2 * n], tape[unit + 3 * n], tape[unit + 5 * n]) = (i, g, f, o, tanh);
        }
        _next.CopyTo(hidden);
    }

    private void ReverseTick(ReadOnlySpan<float> part, Lanes forward, Lanes backward, ReadOnlySpan<Lanes> tape, Span<Lanes> gradient)
    {
        var n = _n;
        for (var unit = 0; unit < n; unit++)
        {
            var (i, g, f, o, before, tanh) = (tape[unit], tape[unit + n], tape[unit + 2 * n], tape[unit + 3 * n], tape[unit + 4 * n], tape[unit + 5 * n]);
            var h = _hiddenGradient[unit];
            var c = _cellGradient[unit] + h * o * (Lanes.One - tanh * tanh);
            _gates[unit] = c * g * i * (Lanes.One - i);
            _gates[unit + n] = c * i * (Lanes.One - g * g);
            _gates[unit + 2 * n] = c * before * f * (Lanes.One - f);
            _gates[unit + 3 * n] = h * tanh * o * (Lanes.One - o);
            _cellGradient[unit] = c * f;
        }
        var hidden = tape.Slice(6 * n, n);
        Array.Clear(_hiddenGradient);
        var below = _hiddenGradient.AsSpan();
        for (var row = 0; row < 4 * n; row++)
        {
            var z = _gates[row];
            gradient[_layout.Forward + row] += z * forward;
            gradient[_layout.Backward + row] += z * backward;
            gradient[_layout.Bias + row] += z;
            var own = gradient.Slice(_layout.Own + row * n, n);
            var weights = part.Slice(_layout.Own + row * n, n);
            for (var k = 0; k < own.Length; k++)
            {
                own[k] += z * hidden[k];
                below[k] += z * Vector256.Create(weights[k]);
            }
        }
    }

    private Lanes Start(ReadOnlySpan<float> part, int row, Lanes forward, Lanes backward) =>
        Vector256.Create(part[_layout.Bias + row]) + Vector256.Create(part[_layout.Forward + row]) * forward + Vector256.Create(part[_layout.Backward + row]) * backward;

    private static Lanes Sigmoid(Lanes x) => Lanes.One / (Lanes.One + DeterministicMath.Exp(-x));
}
