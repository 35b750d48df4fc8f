using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Infrastructure;

/// <summary>One server-sent event.</summary>
/// <param name="Data">Sent as JSON, in one line.</param>
/// <param name="Id">What a client returns as <c>Last-Event-ID</c>; null for none.</param>
/// <param name="Type">Null for the default type, <c>message</c>.</param>
public sealed record ServerEvent(object Data, string? Id = null, string? Type = null)
{
    /// <summary>A line that is sent verbatim instead of all else: a comment, or data that is not JSON.</summary>
    public string? Line { get; private init; }

    public static ServerEvent Verbatim(string line) => new("") { Line = line };

    /// <summary>The default heartbeat: clients that read every <c>data:</c> line as JSON skip its type.</summary>
    public static ServerEvent Ping { get; } = new(new { type = "ping" }, Type: "ping");
}

/// <summary>Responds with server-sent events.</summary>
/// <param name="events">The events.</param>
public sealed class EventStreamResult(IAsyncEnumerable<ServerEvent> events) : IActionResult
{
    /// <summary>The last event of a stream that fails, made of a text for people.</summary>
    public Func<string, ServerEvent> OnFailure { get; init; } = text => new(new { type = "error", content = text, code = ReplyErrorCode.Internal });

    /// <summary>Sent when there were no events for a while.</summary>
    public ServerEvent Heartbeat { get; init; } = ServerEvent.Ping;

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (http, response) = (context.HttpContext, context.HttpContext.Response);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy must not hold events back
        await response.StartAsync(http.RequestAborted);
        var services = http.RequestServices;
        var (open, log, clock) = (
            services.GetRequiredService<OpenStreams>(), services.GetRequiredService<ILogger<EventStreamResult>>(), services.GetRequiredService<TimeProvider>());
        await using var writer = new EventStreamWriter(http, Heartbeat, clock);
        await writer.FlushAsync(); // the client gets the headers before there is any event
        await ReleaseServicesAsync(http);
        open.Add(http);
        try
        {
            await foreach (var e in events.WithCancellation(http.RequestAborted))
            {
                await writer.WriteAsync(e);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (Exception e) when (e.IsDatabaseUnavailable)
        {
            // Nothing has ended but the reading: a client that loses the connection resumes, as it would not after a last event.
            log.LogWarning("The stream {Path} is cut, the database is unavailable: {Exception}", http.Request.Path, e.GetBaseException().GetType().Name);
            http.Abort();
        }
#pragma warning disable CA1031 // the response has begun: an event is the only way left to report it
        catch (Exception e)
#pragma warning restore CA1031
        {
            var status = ErrorHandling.StatusOf(e);
            log.LogError("The stream {Path} failed: {Exception}\n{StackTrace}", http.Request.Path, e.GetBaseException().GetType().Name, e.StackTrace);
            await writer.WriteAsync(OnFailure(ErrorHandling.Describe(status)));
        }
        finally
        {
            open.Remove(http);
        }
    }

    // A stream may stay open for hours, and thousands of them: none keeps the services of its request, above all a database context.
    private static async Task ReleaseServicesAsync(HttpContext http)
    {
        if (http.Features.Get<IServiceProvidersFeature>() is IAsyncDisposable scope)
        {
            await scope.DisposeAsync();
        }
    }
}
