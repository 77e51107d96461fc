namespace Vsml.Reference;

/// <summary>Makes one outgoing message of a hidden state: h W + b, and with message layer norm its normalisation.</summary>
/// <remarks>Holds what <see cref="Adjoint"/> needs of the latest <see cref="Send"/>.</remarks>
internal sealed class Messenger(int stateSize, int messageSize)
{
    private const double Epsilon = 1e-5;
    private readonly double[] _normalised = new double[messageSize];
    private double _inverseDeviation;

    /// <summary>The message, [M].</summary>
    public double[] Message { get; } = new double[messageSize];

    /// <summary>Computes the message.</summary>
    /// <param name="theta">All meta-parameters.</param>
    /// <param name="place">Where this messenger's are.</param>
    /// <param name="hidden">h, [N].</param>
    public void Send(ReadOnlySpan<double> theta, MessengerParameters place, ReadOnlySpan<double> hidden)
    {
        for (var m = 0; m < messageSize; m++)
        {
            var sum = theta[place.Biases + m];
            for (var n = 0; n < stateSize; n++) sum += hidden[n] * theta[place.Weights + n * messageSize + m];
            Message[m] = sum;
        }
        if (place.Scale < 0) return;

        var mean = Mean(Message);
        var variance = 0.0;
        foreach (var value in Message) variance += (value - mean) * (value - mean);
        variance /= messageSize;
        _inverseDeviation = 1 / Math.Sqrt(variance + Epsilon);
        for (var m = 0; m < messageSize; m++)
        {
            _normalised[m] = (Message[m] - mean) * _inverseDeviation;
            Message[m] = _normalised[m] * theta[place.Scale + m] + theta[place.Offset + m];
        }
    }

    /// <summary>The reverse of the latest <see cref="Send"/>.</summary>
    /// <param name="theta">All meta-parameters.</param>
    /// <param name="place">Where this messenger's are.</param>
    /// <param name="hidden">The h that was sent.</param>
    /// <param name="messageGradient">Gradient of the message, [M]; used up.</param>
    /// <param name="hiddenGradient">Gradient of h, [N]; added to.</param>
    /// <param name="thetaGradient">Gradient of theta; added to.</param>
    public void Adjoint(
        ReadOnlySpan<double> theta, MessengerParameters place, ReadOnlySpan<double> hidden,
        Span<double> messageGradient, Span<double> hiddenGradient, Span<double> thetaGradient)
    {
        if (place.Scale >= 0) NormAdjoint(theta, place, messageGradient, thetaGradient);
        for (var m = 0; m < messageSize; m++) thetaGradient[place.Biases + m] += messageGradient[m];
        for (var n = 0; n < stateSize; n++)
        {
            var row = place.Weights + n * messageSize;
            for (var m = 0; m < messageSize; m++)
            {
                thetaGradient[row + m] += hidden[n] * messageGradient[m];
                hiddenGradient[n] += theta[row + m] * messageGradient[m];
            }
        }
    }

    // With y = s x' + o and x' = (x - mean) / deviation: dx = (dx' - mean(dx') - x' mean(dx' x')) / deviation.
    private void NormAdjoint(ReadOnlySpan<double> theta, MessengerParameters place, Span<double> gradient, Span<double> thetaGradient)
    {
        var along = 0.0;
        for (var m = 0; m < messageSize; m++)
        {
            thetaGradient[place.Scale + m] += gradient[m] * _normalised[m];
            thetaGradient[place.Offset + m] += gradient[m];
            gradient[m] *= theta[place.Scale + m];
            along += gradient[m] * _normalised[m];
        }
        along /= messageSize;
        var mean = Mean(gradient);
        for (var m = 0; m < messageSize; m++) gradient[m] = (gradient[m] - mean - _normalised[m] * along) * _inverseDeviation;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}
