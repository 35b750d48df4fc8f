using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Web.Infrastructure;

namespace ChatApp.Web.Features.Chat;

/// <summary>A reply's events as server-sent events. An event's id is the length of the reply up to it, which clients return as <c>Last-Event-ID</c>.</summary>
public static class ReplyStream
{
    /// <summary>The position from which a client resumes; null if it has received nothing, or sends what no event has as its id. A number beyond all replies is a position that no text reaches.</summary>
    public static int? LastEventId(HttpRequest request) =>
        request.Headers["Last-Event-ID"].ToString() is not { Length: > 0 } id || id.AsSpan().ContainsAnyExceptInRange('0', '9') ? null
        : int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : int.MaxValue;

    /// <param name="start">The first event.</param>
    /// <param name="events">The reply's events.</param>
    /// <param name="resumedAt">The position of a client that resumes and has received the first event.</param>
    public static EventStreamResult ToResult(StartEvent start, IAsyncEnumerable<ReplyEvent> events, int? resumedAt) => new(ConvertAsync(start, events, resumedAt));

    private static async IAsyncEnumerable<ServerEvent> ConvertAsync(
        StartEvent start, IAsyncEnumerable<ReplyEvent> events, int? resumedAt, [EnumeratorCancellation] CancellationToken ct = default)
    {
        if (resumedAt is null)
        {
            yield return new(start, "0");
        }
        var position = (resumedAt ?? 0).ToString(CultureInfo.InvariantCulture); // events without text must not send the client back
        await foreach (var e in events.WithCancellation(ct))
        {
            position = e is ReplyText text ? text.End.ToString(CultureInfo.InvariantCulture) : position;
            yield return e switch
            {
                ReplyText token => new(new TokenEvent(WithoutHalf(token.Content)), position),
                ReplyTool { Call: { Status: ToolCallStatus.Asking } call } => new(new ApprovalEvent(call.Id, call.Name, call.Source, call.Arguments), position),
                ReplyTool { Call: var call } => new(new StatusEvent(call.Doing, call.Name), position),
                ReplyEnd { Status: MessageStatus.Failed } end => new(new ErrorEvent(end.Error ?? "", end.ErrorCode ?? ReplyErrorCode.Internal), position),
                ReplyEnd end => new(new DoneEvent(start.ThreadId, start.SessionId, start.MessageId, end.Status, end.Usage?.ToResponse()), position),
                _ => throw new InvalidOperationException($"No event for {e.GetType().Name}."),
            };
        }
    }

    // A position between the halves of a surrogate pair is no event's id, and half a pair cannot be sent: the text continues after it.
    private static string WithoutHalf(string content) => char.IsLowSurrogate(content[0]) ? content[1..] : content;

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

    /// <summary>A tool is running.</summary>
    private sealed record StatusEvent(string Content, string Tool)
    {
        [JsonPropertyOrder(-1)]
        public string Type => "status";
    }

    /// <summary>A tool call waits for the user's decision.</summary>
    private sealed record ApprovalEvent(string CallId, string Tool, string Source, JsonElement Arguments)
    {
        [JsonPropertyOrder(-1)]
        public string Type => "approval";
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
