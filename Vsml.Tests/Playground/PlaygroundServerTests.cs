using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vsml.Playground;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Playground;

/// <summary>What the playground answers, to its page and to others.</summary>
public sealed class PlaygroundServerTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private PlaygroundServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await PlaygroundServer.Start(0);
        _client.BaseAddress = _server.Address;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "127.0.0.1:1")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Nobody_else_may_use_it(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/draw");
        request.Headers.Add(header, value);
        (await Refused(await _client.SendAsync(request), HttpStatusCode.Forbidden)).ShouldStartWith("This playground");
    }

    [Fact]
    public async Task Its_own_page_may()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/draw/class") { Content = JsonContent.Create(new { label = "one" }) };
        request.Headers.Add("Origin", _server.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        (await _client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_browser_is_told_to_load_nothing_from_elsewhere_and_gets_no_cookie()
    {
        foreach (var path in (string[])["", "play.css", "play.js", "draw.js", "plane.js", "views.js", "uPlot.js", "uPlot.css", "api/draw"])
        {
            var answer = await _client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self'");
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        }
    }

    [Fact]
    public void Other_machines_do_not_reach_it()
    {
        foreach (var address in Dns.GetHostAddresses(Dns.GetHostName()).Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)).Append(IPAddress.Parse("127.0.0.2")))
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Should.Throw<SocketException>(() => socket.Connect(address, _server.Address.Port));
        }
    }

    [Theory]
    [InlineData("draw/learn", """{ "label": "one" }""", "no features")]
    [InlineData("plane/learn", """{ "features": [1], "label": "one" }""", "There are 1 features, but this takes 2.")]
    [InlineData("plane/learn", """{ "features": [1, 1e39], "label": "one" }""", "not a finite number")]
    [InlineData("plane/learn", """{ "features": [1, 1], "label": "  " }""", "Name a class first")]
    [InlineData("plane/class", """{ "label": "a name that goes on and on and on and on" }""", "1 to 32 characters")]
    [InlineData("plane/learn", "{", "no JSON")]
    [InlineData("plane/learn", """{ "features": "all" }""", "no JSON")]
    [InlineData("plane/forget", """{ "label": "one" }""", "no class 'one'")]
    [InlineData("plane/step", """{ "count": 1 }""", "no stream yet")]
    [InlineData("plane/stream", """{ "source": "digits" }""", "no stream 'digits' here")]
    [InlineData("plane/undo", "", "nothing to undo")]
    [InlineData("plane/choose", "{}", "names no theta")]
    [InlineData("plane/choose", """{ "theta": "none" }""", "no theta of the name 'none'")]
    [InlineData("plane/load", "nonsense", "")]
    [InlineData("table/csv", "a,b\n1,2\n", "table.csv")]
    [InlineData("table/csv?name=x.csv&label=none", "1,2,a\n2,3,b\n", "none")]
    public async Task What_cannot_be_done_is_said_in_a_line(string action, string body, string mention)
    {
        var room = action.Split('/')[0];
        var before = await _client.GetStringAsync($"api/{room}");
        var message = await Refused(await _client.PostAsync($"api/{action}", new StringContent(body, Encoding.UTF8)), HttpStatusCode.BadRequest);
        message.ShouldContain(mention);
        message.ShouldNotContain("\n");
        (await _client.GetStringAsync($"api/{room}")).ShouldBe(before);
    }

    [Fact]
    public async Task Too_large_a_body_is_refused_unread()
    {
        using var content = new ByteArrayContent(new byte[PlaygroundServer.MostBodyBytes + 1]);
        // Asks before it sends; the server would close the connection otherwise.
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/table/csv") { Content = content };
        request.Headers.ExpectContinue = true;
        (await Refused(await _client.SendAsync(request), HttpStatusCode.RequestEntityTooLarge)).ShouldContain("16 MB");
    }

    [Theory]
    [InlineData("GET", "nothing")]
    [InlineData("GET", "api")]
    [InlineData("GET", "api/cellar")]
    [InlineData("GET", "api/draw/regions")]
    [InlineData("GET", "api/draw/undo")]
    [InlineData("POST", "api/draw/dance")]
    [InlineData("DELETE", "api/draw")]
    public async Task What_is_not_there_is_not_found(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST") request.Content = JsonContent.Create(new { });
        await Refused(await _client.SendAsync(request), HttpStatusCode.NotFound);
    }

    [Fact]
    public void A_port_in_use_is_said() =>
        ToolRun.InProcess("play", "--port", $"{_server.Address.Port}").ShouldBeRefused($"Port {_server.Address.Port}", "--port", "0 for any that is free");

    [Fact]
    public void Without_a_browser_the_address_is_there_all_the_same()
    {
        using var process = ToolRun.Start("dotnet", [ToolRun.Assembly, "play", "--port", "0", "--open"], ("PATH", ""));
        try
        {
            process.StandardOutput.ReadLine()!.ShouldMatch(@"^http://127\.0\.0\.1:\d+/ \(Ctrl-C ends it\)$");
            process.StandardError.ReadLine()!.ShouldMatch(@"^No browser could be started \(.+\); open http://127\.0\.0\.1:\d+/ yourself\.$");
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task A_stop_ends_it()
    {
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => ToolRun.InProcess(stop.Token, ["play", "--port", "0"]));
        stop.Cancel();
        (await run.WaitAsync(TimeSpan.FromSeconds(30))).Code.ShouldBe(130);
    }

    private static async Task<string> Refused(HttpResponseMessage answer, HttpStatusCode code)
    {
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(code, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("error").GetString()!;
    }
}
