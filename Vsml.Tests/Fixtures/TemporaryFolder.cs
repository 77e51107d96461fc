namespace Vsml.Tests.Fixtures;

/// <summary>An empty folder that is removed with all it holds when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("vsml-tests-").FullName;

    /// <summary>A path in the folder.</summary>
    /// <param name="name">Name of a file or folder.</param>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Puts a file into the folder.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes.</param>
    /// <returns>Its path.</returns>
    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
