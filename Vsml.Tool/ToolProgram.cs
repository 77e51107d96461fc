namespace Vsml.Tool;

/// <summary>How this very tool is started again: by its own program, or by <c>dotnet</c> with its assembly.</summary>
internal static class ToolProgram
{
    /// <summary>The words before the tool's arguments.</summary>
    // A program in a single file has no assembly on disk; its own path is all there is.
    public static string[] Words =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "vsml" ? [path] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "vsml.dll")];
}
