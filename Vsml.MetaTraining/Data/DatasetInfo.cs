namespace Vsml.Data;

/// <summary>What the catalogue knows about a name.</summary>
/// <param name="Name">The name on the command line and in configurations.</param>
/// <param name="Description">What it is, in one line.</param>
/// <param name="Licence">Under which terms the data may be used; empty for generated tasks.</param>
/// <param name="Source">Where the data come from.</param>
public sealed record DatasetInfo(string Name, string Description, string Licence, DatasetSource Source);

/// <summary>Where a data set's bytes come from.</summary>
public enum DatasetSource
{
    /// <summary>Embedded in the runtime.</summary>
    Embedded,

    /// <summary>Made up anew for every episode.</summary>
    Generated,

    /// <summary>Installed on the machine or downloaded into the cache folder.</summary>
    Download,

    /// <summary>Given by the program itself (<see cref="DatasetCatalogue.Register"/>).</summary>
    Registered,
}
