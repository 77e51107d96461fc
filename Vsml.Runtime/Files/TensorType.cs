namespace Vsml.Files;

/// <summary>Element types of tensors in files; the names are those of the safetensors header.</summary>
public enum TensorType
{
    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>64-bit floating point.</summary>
    F64,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>Unsigned byte.</summary>
    U8,
}
