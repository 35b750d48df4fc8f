using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Support;

/// <summary>A request that a <see cref="RecordedServer"/> received.</summary>
internal sealed record RecordedRequest(string Method, string PathAndQuery, IHeaderDictionary Headers, string Body);

/// <summary>A real HTTP server on a loopback address that sends recorded responses and records the requests.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _responses = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly WebApplication _app;
    private int _connections;

    private RecordedServer(WebApplication app) => _app = app;

    /// <summary>Its root, without a trailing slash.</summary>
    public string Address => _app.Urls.Single();

    public int Port => new Uri(Address).Port;

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>The number of connections, including those without a request.</summary>
    public int Connections => _connections;

    /// <param name="address">The loopback address to listen on.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    public static async Task<RecordedServer> StartAsync(string address = "127.0.0.1", int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        RecordedServer? server = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Parse(address), port, listen => listen.Use(next => connection =>
        {
            Interlocked.Increment(ref server!._connections);
            return next(connection);
        })));
        server = new RecordedServer(builder.Build());
        server._app.Run(server.RespondAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Sets the response for a path, with or without a query; one with the query takes precedence.</summary>
    public RecordedServer On(string path, Func<HttpContext, Task> respond)
    {
        _responses[path] = respond;
        return this;
    }

    public RecordedServer On(string path, string body, string contentType = "application/json", int status = 200) => On(path, context =>
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, contentType);
        return context.Response.WriteAsync(body);
    });

    public RecordedServer Redirect(string path, string location, int status = 302) => On(path, context =>
    {
        (context.Response.StatusCode, context.Response.Headers.Location) = (status, location);
        return Task.CompletedTask;
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task RespondAsync(HttpContext context)
    {
        context.Request.EnableBuffering(); // so that a response can depend on the body
        using var body = new StreamReader(context.Request.Body, leaveOpen: true);
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        _requests.Enqueue(new(context.Request.Method, target, new HeaderDictionary(context.Request.Headers.ToDictionary()), await body.ReadToEndAsync()));
        context.Request.Body.Position = 0;
        var respond = _responses.GetValueOrDefault(target) ?? _responses.GetValueOrDefault(target.Split('?')[0]);
        if (respond is null)
        {
            context.Response.StatusCode = 404;
            return;
        }
        await respond(context);
    }
}
