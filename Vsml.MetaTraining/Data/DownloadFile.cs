namespace Vsml.Data;

/// <summary>One file to download.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Addresses">Where it can be had, tried in order.</param>
/// <param name="Checksum">Hexadecimal MD5 (32 digits) or SHA-256 (64 digits) of its content, as its publisher gives it.</param>
/// <param name="MostBytes">More than this is refused.</param>
public sealed record DownloadFile(string Name, EquatableArray<string> Addresses, string Checksum, long MostBytes);

/// <summary>How far a download is.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Received">Bytes that are here, those of an earlier attempt included.</param>
/// <param name="Total">Bytes in all, where the server tells.</param>
public readonly record struct DownloadProgress(string File, long Received, long? Total);
