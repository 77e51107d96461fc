using Vsml.Files;

namespace Vsml.Samples.Pictures;

/// <summary>The pictures of docs/model.md, drawn from what the reference network computes.</summary>
internal static class ModelPictures
{
    /// <summary>The drawings by the names of their files.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["messages.svg"] = MessagesPicture.Draw,
        ["states.svg"] = StatesPicture.Draw,
        ["ticks.svg"] = TicksPicture.Draw,
    };

    /// <summary>Writes all of them.</summary>
    /// <param name="folder">A folder that exists; files of these names are replaced.</param>
    /// <exception cref="VsmlException">A file cannot be written.</exception>
    public static void Write(string folder)
    {
        foreach (var (name, draw) in All) AtomicFile.WriteAllText(Path.Combine(folder, name), draw());
    }
}
