using System.Text;
using System.Text.Json;
using Vsml.MetaTraining;

namespace Vsml.Tests.Parts;

/// <summary>What is written of tasks.</summary>
internal static class Written
{
    /// <summary>The JSON of a task.</summary>
    public static string Of(TaskDescription task)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) TaskJson.Write(writer, task);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
