using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Vsml.Playground.Web;

namespace Vsml.Playground;

/// <summary>Serves the playground's page on loopback: no other machine reaches it, no other page may use it, and it asks for nothing from outside.</summary>
public sealed class PlaygroundServer : IAsyncDisposable
{
    /// <summary>The port that is taken unless another is asked for.</summary>
    public const int UsualPort = 8765;

    // The largest thing that is sent is a CSV file or a saved classifier.
    internal const int MostBodyBytes = 16 << 20;

    private const int MostConnections = 32, MostHeaderBytes = 16 << 10;
    private readonly WebApplication _application;
    private readonly PlaygroundApi _api;

    private PlaygroundServer(WebApplication application, PlaygroundApi api, int port)
    {
        (_application, _api) = (application, api);
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="port">The port; 0 for any that is free.</param>
    /// <exception cref="VsmlException">The port cannot be had.</exception>
    public static async Task<PlaygroundServer> Start(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, port));
        var application = builder.Build();
        var api = new PlaygroundApi();
        LocalGuard? guard = null;
        application.Run(context => guard is null ? Task.CompletedTask : api.Answer(context, guard));
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            api.Dispose();
            throw new VsmlException($"Port {port} of 127.0.0.1 cannot be had: {exception.Message.TrimEnd('.')}. Give another with --port, or 0 for any that is free.", exception);
        }
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var server = new PlaygroundServer(application, api, new Uri(address).Port);
        guard = new LocalGuard(server.Address.Port);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _api.Dispose();
    }

    private static void Configure(KestrelServerOptions options, int port)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MostBodyBytes;
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
