namespace Vsml.Playground.Web;

/// <summary>The page and what it loads: resources of this assembly.</summary>
internal static class PageFiles
{
    private const string Script = "text/javascript; charset=utf-8", Style = "text/css; charset=utf-8";

    private static readonly Dictionary<string, (string Resource, string Type)> s_files = new(StringComparer.Ordinal)
    {
        ["/"] = ("play.html", "text/html; charset=utf-8"),
        ["/play.css"] = ("play.css", Style),
        ["/uPlot.css"] = ("uPlot.min.css", Style),
        ["/uPlot.js"] = ("uPlot.iife.min.js", Script),
        ["/play.js"] = ("play.js", Script),
        ["/draw.js"] = ("draw.js", Script),
        ["/plane.js"] = ("plane.js", Script),
        ["/views.js"] = ("views.js", Script),
    };

    /// <summary>A file; null where there is none at a path.</summary>
    public static (Stream Content, string Type)? Find(string path) =>
        s_files.TryGetValue(path, out var file) ? (typeof(PageFiles).Assembly.GetManifestResourceStream(file.Resource)!, file.Type) : null;
}
