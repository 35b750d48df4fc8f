using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Infrastructure;

/// <summary>One server-sent event.</summary>
/// <param name="Data">What is sent as JSON, in one line.</param>
/// <param name="Id">What a client gives back as <c>Last-Event-ID</c>; null for none.</param>
/// <param name="Type">Null for the default type, <c>message</c>.</param>
public sealed record ServerEvent(object Data, string? Id = null, string? Type = null)
{
    /// <summary>A line that is sent as it is, instead of all else: a comment, or data that is no JSON.</summary>
    public string? Line { get; private init; }

    public static ServerEvent Verbatim(string line) => new("") { Line = line };

    /// <summary>Says that the connection lives.</summary>
    public static ServerEvent Ping { get; } = new(new { type = "ping" }, Type: "ping");
}

/// <summary>
/// Answers with server-sent events (HTML standard, 9.2). A client that does not read is cut off after a while: until then it costs no more than the
/// server's write buffer.
/// </summary>
/// <param name="events">What is told.</param>
/// <param name="onFailure">The last event of a stream that fails, made of a text for people.</param>
public sealed class EventStreamResult(IAsyncEnumerable<ServerEvent> events, Func<string, ServerEvent>? onFailure = null) : IActionResult
{
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (http, response) = (context.HttpContext, context.HttpContext.Response);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy must not hold events back
        await response.StartAsync(http.RequestAborted);
        await FlushAsync(http, response.BodyWriter); // the client knows that it is heard before there is anything to tell
        var (open, log) = (http.RequestServices.GetRequiredService<OpenStreams>(), http.RequestServices.GetRequiredService<ILogger<EventStreamResult>>());
        await ReleaseServicesAsync(http);
        open.Add(http);
        using var json = new Utf8JsonWriter(response.BodyWriter, new() { Encoder = Json.Options.Encoder }); // one for all events
        try
        {
            await foreach (var e in events.WithCancellation(http.RequestAborted))
            {
                Write(response.BodyWriter, json, e);
                await FlushAsync(http, response.BodyWriter);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
#pragma warning disable CA1031 // the answer has begun: there is no other way left to tell it
        catch (Exception e)
#pragma warning restore CA1031
        {
            var status = ErrorHandling.StatusOf(e);
            log.LogError("The stream {Path} failed: {Exception}\n{StackTrace}", http.Request.Path, e.GetBaseException().GetType().Name, e.StackTrace);
            Write(response.BodyWriter, json, (onFailure ?? Failure)(ErrorHandling.Describe(status)));
            await FlushAsync(http, response.BodyWriter);
        }
        finally
        {
            open.Remove(http);
        }
    }

    // A stream may stay open for hours and thousands of them may: none keeps the services of its request, a database context above all.
    private static async Task ReleaseServicesAsync(HttpContext http)
    {
        if (http.Features.Get<IServiceProvidersFeature>() is IAsyncDisposable scope)
        {
            await scope.DisposeAsync();
        }
    }

    private static ServerEvent Failure(string text) => new(new { type = "error", content = text, code = Domain.Chat.ReplyErrorCode.Internal });

    private static async ValueTask FlushAsync(HttpContext http, PipeWriter writer)
    {
        var flush = writer.FlushAsync(http.RequestAborted);
        if (!flush.IsCompletedSuccessfully)
        {
            try
            {
                await flush.AsTask().WaitAsync(WriteTimeout, http.RequestAborted);
            }
            catch (TimeoutException)
            {
                http.Abort();
                throw new OperationCanceledException(http.RequestAborted);
            }
        }
    }

    private static void Write(PipeWriter writer, Utf8JsonWriter json, ServerEvent e)
    {
        if (e.Line is not null)
        {
            WriteLine(writer, ""u8, e.Line);
            writer.Write("\n"u8);
            return;
        }
        WriteLine(writer, "event: "u8, e.Type);
        WriteLine(writer, "id: "u8, e.Id);
        writer.Write("data: "u8);
        json.Reset();
        JsonSerializer.Serialize(json, e.Data, e.Data.GetType(), Json.Options);
        json.Flush();
        writer.Write("\n\n"u8);
    }

    private static void WriteLine(PipeWriter writer, ReadOnlySpan<byte> field, string? value)
    {
        if (value is not null)
        {
            writer.Write(field);
            Encoding.UTF8.GetBytes(value, writer);
            writer.Write("\n"u8);
        }
    }
}
