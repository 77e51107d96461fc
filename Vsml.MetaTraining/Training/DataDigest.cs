namespace Vsml.MetaTraining;

/// <summary>Data that a run draws from, and what tells them from others.</summary>
/// <param name="Name">A name of <see cref="Data.DatasetCatalogue.Entries"/>, or the full path of a file.</param>
/// <param name="Sha256">SHA-256 of the content (<see cref="Data.DatasetCatalogue.Digest"/>), in hexadecimal digits.</param>
public sealed record DataDigest(string Name, string Sha256);
