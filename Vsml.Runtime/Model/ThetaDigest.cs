using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Vsml;

/// <summary>What tells one theta from another.</summary>
internal static class ThetaDigest
{
    /// <summary>SHA-256 of the flat vector, little-endian floats in the order of <see cref="ParameterLayout"/>, as lower-case hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));
}
