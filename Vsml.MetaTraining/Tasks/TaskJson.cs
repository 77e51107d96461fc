using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// Task descriptions as JSON objects: <c>type</c> is a registered name (<see cref="Parts"/>), such as images, random, sum-sign, omniglot
/// or mixed, the other fields are the description's properties, and <c>transforms</c> lists changes made to every episode.
/// </summary>
public static class TaskJson
{
    private static readonly TaskShape Shape = new(typeof(TaskDescription));

    /// <summary>Reads a description from text.</summary>
    /// <param name="json">The text of one object.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <exception cref="VsmlException">The text is not JSON, or a field is unknown, missing or wrong; the message names it.</exception>
    public static TaskDescription Parse(string json, string source)
    {
        var task = StrictJson.Parse(json, source, element => (TaskDescription)Shape.Read(element, source, ""));
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(task).Problems, source);
        return task;
    }

    /// <summary>Writes a description as one object, so that <see cref="Parse"/> gives an equal one.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="task">The description.</param>
    /// <exception cref="ArgumentException">The type of the task or of a transform is not registered.</exception>
    public static void Write(Utf8JsonWriter writer, TaskDescription task) => Shape.Write(writer, task);
}
