namespace Vsml.MetaTraining;

/// <summary>What a look at everything in a configuration found.</summary>
internal sealed class ConfigurationWalk
{
    /// <summary>What is wrong, in the order of the fields.</summary>
    public List<ConfigurationProblem> Problems { get; } = [];

    /// <summary>The parts with their paths.</summary>
    public List<(string Path, object Part, PartFamily Family)> Parts { get; } = [];

    /// <summary>How many of the problems are values that are not there at all.</summary>
    public int Nulls { get; private set; }

    /// <summary>Looks at a record.</summary>
    /// <param name="record">A configuration or a part.</param>
    /// <param name="path">Its path, empty for the whole.</param>
    public static ConfigurationWalk Of(object record, string path = "")
    {
        var walk = new ConfigurationWalk();
        (PartFamily.Of(record.GetType())?.Shape ?? RecordShape.Of(record.GetType())).Check(record, path, walk);
        return walk;
    }

    /// <summary>Notes a value that is not there.</summary>
    /// <param name="path">Where.</param>
    public void AddNull(string path)
    {
        Nulls++;
        Add(path, "it must not be null.");
    }

    /// <summary>Notes something wrong.</summary>
    /// <param name="path">Where.</param>
    /// <param name="message">What.</param>
    public void Add(string path, string message) => Problems.Add(new ConfigurationProblem(path, message));
}
