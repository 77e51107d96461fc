namespace Vsml.MetaTraining;

/// <summary>A checkpoint file is not what was written: torn, cut or changed. An older one may still be good.</summary>
/// <param name="message">One line that names the file.</param>
/// <param name="inner">What was found.</param>
public sealed class CheckpointDamagedException(string message, Exception? inner = null) : Exception(message, inner);
