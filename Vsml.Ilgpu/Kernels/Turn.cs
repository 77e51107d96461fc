namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// The turn of a layer in an example, as kernels read it from memory: sizes, and where everything lies. States and messages are counted
/// in quads from the beginning of an example's state, theta from that of a member's packed theta, scratch from that of an episode's.
/// <para>
/// Sub-RNNs of a dense layer stand at places of two axes, inputs and outputs. Neighbouring threads take neighbouring places of one
/// axis, the lanes; the other axis are the loops. Quad q of the state of sub-RNN (lane, loop) lies at
/// (loop StateQuads + q) PaddedLanes + lane. In a convolution lanes stand for inputs and loops for outputs where messages are
/// concerned; its sub-RNNs' states lie one after another.
/// </para>
/// </summary>
public struct Turn
{
    /// <summary>No message comes in along the lanes.</summary>
    public const int NoMessage = 0;

    /// <summary>One of a single entry does.</summary>
    public const int OneEntry = 1;

    /// <summary>It is projected before the pass over the states.</summary>
    public const int ProjectedMessage = 2;

    /// <summary>1 for a convolution, 0 for a dense layer.</summary>
    public int IsConvolution;

    /// <summary>1 if a sweep begins with this turn.</summary>
    public int BeginsSweep;

    /// <summary>1 if the example's output is read after this turn.</summary>
    public int EndsPrediction;

    /// <summary>Number of LSTM steps.</summary>
    public int MicroTicks;

    /// <summary>The layer's h, in the state; in half quads where it is stored as float16.</summary>
    public int Hidden;

    /// <summary>The layer's c, in the state.</summary>
    public int Cell;

    /// <summary>Places along the lanes; 1 in a convolution.</summary>
    public int Lanes;

    /// <summary>The same, padded to blocks of 32.</summary>
    public int PaddedLanes;

    /// <summary>Places along the loops; sub-RNNs of a convolution.</summary>
    public int Loops;

    /// <summary>The same, padded to the sub-RNNs that a thread steps side by side.</summary>
    public int PaddedLoops;

    /// <summary>Rows of own h, in theta: [unit][k].</summary>
    public int Recurrent;

    /// <summary>The bias, in theta: [unit].</summary>
    public int Bias;

    /// <summary>What sub-RNNs are told of their place.</summary>
    public PositionSteps Position;

    /// <summary>How threads learn what messages along the lanes add to the gates.</summary>
    public int LaneInput;

    /// <summary>Messages that come in along the lanes.</summary>
    public Received FromLanes;

    /// <summary>Messages that come in along the loops.</summary>
    public Received FromLoops;

    /// <summary>Messages to the places of the lanes, sums over the loops.</summary>
    public Sent ToLanes;

    /// <summary>Messages to the places of the loops, sums over the lanes.</summary>
    public Sent ToLoops;

    /// <summary>Windows of a convolution.</summary>
    public Windows Windows;

    /// <summary>In scratch, what the gates start from at each place of the loops, bias and all: [loop][unit]; in a convolution [channel][unit][position].</summary>
    public int LoopGates;

    /// <summary>In scratch, what messages along the lanes add to the gates: [unit][lane]; in a convolution [channel][unit][row][column].</summary>
    public int LaneGates;

    /// <summary>In scratch, what the gates of a convolution's sub-RNNs start from at all positions: [sub-RNN][unit].</summary>
    public int StateGates;

    /// <summary>In scratch, what sub-RNNs send to the lanes: [loop][quad][lane]; in a convolution [sub-RNN][quad][position].</summary>
    public int SentToLanes;

    /// <summary>In scratch, what they send to the loops, likewise; where it is the output, [block of lanes][loop].</summary>
    public int SentToLoops;

    /// <summary>
    /// In scratch, the new h of each thread's sub-RNN where it is too long for registers: [quad][thread]; in a convolution the sums of h and
    /// of c follow.
    /// </summary>
    public int NewHidden;
}

/// <summary>Messages that a turn reads.</summary>
public struct Received
{
    /// <summary>All zeros.</summary>
    public const int Zero = 0;

    /// <summary>The example's input.</summary>
    public const int Input = 1;

    /// <summary>From the state before the sweep.</summary>
    public const int Source = 2;

    /// <summary>Sent in this sweep.</summary>
    public const int Target = 3;

    /// <summary>Where they come from.</summary>
    public int Origin;

    /// <summary>The message of place 0, in the state.</summary>
    public int Offset;

    /// <summary>Quads of a message.</summary>
    public int Quads;

    /// <summary>Rows of the gates' weights, in theta: [entry][unit].</summary>
    public int Rows;
}

/// <summary>Messages that a turn sends: sums of what its sub-RNNs say, divided.</summary>
public struct Sent
{
    /// <summary>Nobody reads them.</summary>
    public const int Nothing = 0;

    /// <summary>All entries are read.</summary>
    public const int Everything = 1;

    /// <summary>The output entry alone is read.</summary>
    public const int Output = 2;

    /// <summary>How much of them is read.</summary>
    public int Extent;

    /// <summary>The message of place 0, in the state.</summary>
    public int Offset;

    /// <summary>Quads of a message.</summary>
    public int Quads;

    /// <summary>What the sum is multiplied by: 1 / divisor.</summary>
    public float Factor;

    /// <summary>What bias, or layer norm's offset, is multiplied by: terms / divisor.</summary>
    public float Share;

    /// <summary>The messenger's weights, in theta: [state entry][quad].</summary>
    public int Weights;

    /// <summary>Its bias, in theta.</summary>
    public int Bias;

    /// <summary>Layer norm's scale, in theta; -1 without it.</summary>
    public int Scale;

    /// <summary>Layer norm's offset, in theta.</summary>
    public int NormOffset;
}

/// <summary>With position features: what is added to the gates for each step along an axis.</summary>
public struct PositionSteps
{
    /// <summary>Rows of the three features, in theta; -1 without them.</summary>
    public int Rows;

    /// <summary>Index of the feature of the lanes' axis, 0 or 1; the other is that of the loops.</summary>
    public int LaneFeature;

    /// <summary>The feature of lane 1.</summary>
    public float LaneStep;

    /// <summary>The feature of loop 1.</summary>
    public float LoopStep;

    /// <summary>The feature of the layer.</summary>
    public float Layer;
}

/// <summary>Windows of a convolution with SAME padding: window row ky of output row r lies in input row r Stride + ky - Border.</summary>
public struct Windows
{
    /// <summary>Rows of the input.</summary>
    public int Height;

    /// <summary>Columns of the input.</summary>
    public int Width;

    /// <summary>Channels in.</summary>
    public int Channels;

    /// <summary>Channels out.</summary>
    public int OutputChannels;

    /// <summary>Size of a window along both axes.</summary>
    public int Kernel;

    /// <summary>Step from window to window.</summary>
    public int Stride;

    /// <summary>Zeros on every side.</summary>
    public int Border;

    /// <summary>Rows of the output.</summary>
    public int Rows;

    /// <summary>Columns of the output.</summary>
    public int Columns;

    /// <summary>Output positions.</summary>
    public int Positions => Rows * Columns;

    /// <summary>The output position at which a place of the window falls on an input position, or -1.</summary>
    /// <param name="input">The input position.</param>
    /// <param name="tap">The place of the window.</param>
    public int Reader(int input, int tap)
    {
        var (y, x) = (input / Width + Border - tap / Kernel, input % Width + Border - tap % Kernel);
        if (y < 0 || x < 0 || y % Stride != 0 || x % Stride != 0) return -1;
        return y / Stride < Rows && x / Stride < Columns ? y / Stride * Columns + x / Stride : -1;
    }
}
