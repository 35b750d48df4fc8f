using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Domain.Chat;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ChatApp.Web.Features.Chat;

/// <summary>Writes an answer's events as server-sent events. An event's id is the length of the answer up to it: what <c>Last-Event-ID</c> brings back.</summary>
public static class ReplyStream
{
    /// <summary>The position after which a client that comes back wants to go on; null if it has nothing yet.</summary>
    public static int? LastEventId(HttpRequest request) =>
        int.TryParse(request.Headers["Last-Event-ID"], out var position) && position >= 0 ? position : null;

    /// <param name="response">Gets the headers that keep proxies from holding events back.</param>
    /// <param name="start">What the stream begins with.</param>
    /// <param name="events">The answer's events.</param>
    /// <param name="greet">False for a client that comes back and has seen the start.</param>
    public static ServerSentEventsResult<string> ToResult(HttpResponse response, StartEvent start, IAsyncEnumerable<ReplyEvent> events, bool greet)
    {
        response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(ItemsAsync(start, events, greet, response.HttpContext.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        StartEvent start, IAsyncEnumerable<ReplyEvent> events, bool greet, [EnumeratorCancellation] CancellationToken ct)
    {
        if (greet)
        {
            yield return Item(start, "0");
        }
        var position = "0";
        await foreach (var e in events.WithCancellation(ct))
        {
            switch (e)
            {
                case ReplyText text:
                    position = text.End.ToString(System.Globalization.CultureInfo.InvariantCulture);
                    yield return Item(new TokenEvent(text.Content), position);
                    break;
                case ReplyEnd { Status: MessageStatus.Failed } end:
                    yield return Item(new ErrorEvent(end.Error ?? "", end.ErrorCode ?? ReplyErrorCode.Internal), position);
                    break;
                case ReplyEnd end:
                    yield return Item(new DoneEvent(start.ThreadId, start.SessionId, start.MessageId, end.Status, end.Usage?.ToResponse()), position);
                    break;
                default:
                    yield return new SseItem<string>("{\"type\":\"ping\"}", "ping");
                    break;
            }
        }
    }

    private static SseItem<string> Item<T>(T data, string id) => new(JsonSerializer.Serialize(data, Json.Options)) { EventId = id };

    /// <summary>The first event.</summary>
    public sealed record StartEvent(Guid SessionId, string ThreadId, Guid? UserMessageId, Guid MessageId)
    {
        [JsonPropertyOrder(-1)]
        public string Type => "start";
    }

    private sealed record TokenEvent(string Content)
    {
        [JsonPropertyOrder(-1)]
        public string Type => "token";
    }

    private sealed record DoneEvent(string ThreadId, Guid SessionId, Guid MessageId, MessageStatus Status, UsageResponse? Usage)
    {
        [JsonPropertyOrder(-1)]
        public string Type => "done";
    }

    private sealed record ErrorEvent(string Content, string Code)
    {
        [JsonPropertyOrder(-1)]
        public string Type => "error";
    }
}
