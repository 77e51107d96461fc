using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Vsml.Playground.Web;

/// <summary>
/// Lets in what this machine's own page asks. Other pages in the same browser could send requests to loopback too, and a name that
/// somebody else owns can lead to it; both give themselves away by Host, Origin or Sec-Fetch-Site.
/// </summary>
/// <param name="port">The port that is listened on.</param>
internal sealed class LocalGuard(int port)
{
    private readonly string[] _hosts = [$"127.0.0.1:{port}", $"localhost:{port}"];

    /// <summary>Why a request is refused; null where it is let in.</summary>
    public string? Refusal(HttpRequest request)
    {
        var host = request.Host.Value ?? "";
        if (!_hosts.Contains(host, StringComparer.OrdinalIgnoreCase)) return $"This playground answers to {_hosts[0]} alone, not to '{host}'.";
        var origins = request.Headers.Origin;
        if (origins.Count > 0 && !_hosts.Any(known => string.Equals(origins.ToString(), $"http://{known}", StringComparison.OrdinalIgnoreCase)))
            return $"This playground takes nothing from pages of '{origins}'.";
        // The page itself may be reached by a link; nothing else is asked for by others.
        if (request.Path != "/" && request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
            return "This playground takes nothing from other pages.";
        return null;
    }

    /// <summary>Tells the browser to load nothing from elsewhere, to keep nothing, and to show the page in no other.</summary>
    public static void Protect(IHeaderDictionary headers)
    {
        headers[HeaderNames.ContentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers[HeaderNames.CacheControl] = "no-store";
    }
}
