namespace VerifyTests;

/// <summary>Where snapshots of one test lie; the part of Verify's settings that our tests use.</summary>
public class VerifySettings
{
    internal string? Directory { get; private set; }

    /// <summary>Sets the folder of the snapshots.</summary>
    /// <param name="directory">Absolute, or relative to the test's source file.</param>
    public void UseDirectory(string directory) => Directory = directory;
}
