using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat.Generation.Tools;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>An event of a user's sessions.</summary>
public abstract record UserEvent;

/// <summary>Sessions, their messages or the status of a reply have changed.</summary>
/// <param name="Sessions">The sessions that have changed; null if any of them may have.</param>
/// <param name="Generating">The replies that are being generated now. One that is missing from the list has ended.</param>
public sealed record SessionsChanged(IReadOnlyCollection<Guid>? Sessions, IReadOnlyList<(Guid SessionId, Guid MessageId)> Generating) : UserEvent;

/// <summary>A reply has new text, or its tool calls have progressed.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="MessageId">The reply.</param>
/// <param name="Text">The new text; null if only its tool calls have progressed.</param>
public sealed record ReplyProgress(Guid SessionId, Guid MessageId, ReplyText? Text) : UserEvent;

/// <summary>All changes of a user's sessions as one stream, which a browser's tabs share.</summary>
public sealed class UserFeed(IServiceScopeFactory scopes, RunningReplies running, ChangeSignals signals, TimeProvider clock)
{
    // Changes that come close together are reported together.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public async IAsyncEnumerable<UserEvent> WatchAsync(Guid userId, [EnumeratorCancellation] CancellationToken ct)
    {
        using var watcher = signals.Watch(userId);
        var watched = new Dictionary<Guid, WatchedReply>();
        IReadOnlyCollection<Guid>? changed = null;
        try
        {
            while (true)
            {
                foreach (var rest in await UpdateAsync(userId, watched, ct))
                {
                    yield return rest;
                }
                yield return new SessionsChanged(changed, [.. watched.Select(w => (w.Value.SessionId, w.Key))]);
                while (!watcher.Changed.IsCompleted)
                {
                    var grown = watched.Values.Select(r => r.Lease.Reply.NextChange).ToList();
                    foreach (var e in watched.Values.SelectMany(r => r.TakeNew()))
                    {
                        yield return e;
                    }
                    await Task.WhenAny([watcher.Changed, .. grown]).WaitAsync(ct);
                    await Task.Delay(Interval, clock, ct);
                }
                changed = watcher.Take();
            }
        }
        finally
        {
            foreach (var reply in watched.Values)
            {
                reply.Lease.Dispose();
            }
        }
    }

    // Subscribes to new replies, and unsubscribes from those that have ended, after their last events.
    private async Task<List<UserEvent>> UpdateAsync(Guid userId, Dictionary<Guid, WatchedReply> watched, CancellationToken ct)
    {
        var rest = new List<UserEvent>();
        var generating = await scopes.UseAsync((IChatDb db) =>
            db.Messages.AsNoTracking().OwnedBy(userId).Where(m => m.Status == MessageStatus.Generating).ToListAsync(ct));
        foreach (var (id, reply) in watched.Where(w => generating.TrueForAll(g => g.Id != w.Key)).ToList())
        {
            watched.Remove(id);
            rest.AddRange(reply.TakeNew());
            reply.Lease.Dispose();
        }
        foreach (var reply in generating.Where(g => !watched.ContainsKey(g.Id)))
        {
            if (await running.FindAsync(reply, ct) is { } lease)
            {
                watched.Add(reply.Id, new(reply.SessionId, lease));
            }
        }
        return rest;
    }

    private sealed class WatchedReply(Guid sessionId, RunningReplies.Lease lease)
    {
        private int _position;
        private IReadOnlyList<ToolCall> _tools = [];

        public Guid SessionId => sessionId;

        public RunningReplies.Lease Lease => lease;

        public IEnumerable<UserEvent> TakeNew()
        {
            var reply = lease.Reply;
            if (reply.From(_position) is { Length: > 0 } text)
            {
                _position += text.Length;
                yield return new ReplyProgress(sessionId, reply.Id, new(text, _position));
            }
            if (reply.ToolCalls is var tools && !tools.SequenceEqual(_tools, ToolCall.ByProgress))
            {
                _tools = tools;
                yield return new ReplyProgress(sessionId, reply.Id, null);
            }
        }
    }
}
