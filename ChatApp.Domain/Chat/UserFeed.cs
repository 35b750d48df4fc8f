using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat.Tools;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat;

/// <summary>What happens in a user's sessions.</summary>
public abstract record UserEvent;

/// <summary>Something has changed: sessions, messages, or the end of an answer.</summary>
/// <param name="Generating">The answers that are being written now. One that is missing, and was there before, has ended.</param>
public sealed record SessionsChanged(IReadOnlyList<GeneratingAnswer> Generating) : UserEvent;

/// <summary>An answer that is being written.</summary>
public sealed record GeneratingAnswer(Guid SessionId, Guid MessageId);

/// <summary>An answer has grown.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="MessageId">The answer.</param>
/// <param name="Start">UTF-16 units before the text.</param>
/// <param name="Content">The text.</param>
public sealed record AnswerGrown(Guid SessionId, Guid MessageId, int Start, string Content) : UserEvent;

/// <summary>The calls of an answer's tools have got further.</summary>
public sealed record ToolsChanged(Guid SessionId, Guid MessageId) : UserEvent;

/// <summary>Nothing has happened for a while.</summary>
public sealed record Silence : UserEvent;

/// <summary>All that happens in a user's sessions, as one stream: what a browser's tabs share.</summary>
public sealed class UserFeed(IServiceScopeFactory scopes, ReplyReader replies, UserSignals signals, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    public async IAsyncEnumerable<UserEvent> WatchAsync(Guid userId, [EnumeratorCancellation] CancellationToken ct)
    {
        var watched = new Dictionary<Guid, Answer>();
        try
        {
            while (true)
            {
                var changed = signals.Next(userId);
                var ended = await UpdateAsync(userId, watched, ct);
                foreach (var rest in ended)
                {
                    yield return rest;
                }
                yield return new SessionsChanged([.. watched.Select(w => new GeneratingAnswer(w.Value.SessionId, w.Key))]);
                while (!changed.IsCompleted)
                {
                    var grown = watched.Values.Select(a => a.Lease.Live.NextChange).ToList();
                    foreach (var answer in watched.Values)
                    {
                        if (answer.TakeNew() is { } news)
                        {
                            yield return news;
                        }
                        if (answer.TakeNewTools() is { } tools)
                        {
                            yield return tools;
                        }
                    }
                    if (!await AnyAsync([changed, .. grown], ct))
                    {
                        yield return new Silence();
                    }
                    await Task.Delay(Interval, clock, ct); // what comes close together goes together
                }
            }
        }
        finally
        {
            foreach (var answer in watched.Values)
            {
                answer.Lease.Dispose();
            }
        }
    }

    // Joins the answers that have begun and leaves those that have ended, after their last text.
    private async Task<List<AnswerGrown>> UpdateAsync(Guid userId, Dictionary<Guid, Answer> watched, CancellationToken ct)
    {
        var rest = new List<AnswerGrown>();
        var generating = await scopes.UseAsync((IChatDb db) =>
            db.Messages.AsNoTracking().Where(m => m.Status == MessageStatus.Generating && m.UserId == userId).ToListAsync(ct));
        foreach (var (id, answer) in watched.Where(w => generating.TrueForAll(g => g.Id != w.Key)).ToList())
        {
            watched.Remove(id);
            if (answer.TakeNew() is { } last)
            {
                rest.Add(last);
            }
            answer.Lease.Dispose();
        }
        foreach (var reply in generating.Where(g => !watched.ContainsKey(g.Id)))
        {
            if (await replies.AttachAsync(reply, ct) is { } lease)
            {
                watched.Add(reply.Id, new(reply.SessionId, lease));
            }
        }
        return rest;
    }

    private async Task<bool> AnyAsync(List<Task> changes, CancellationToken ct)
    {
        try
        {
            await Task.WhenAny(changes).WaitAsync(PingInterval, clock, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private sealed class Answer(Guid sessionId, ReplyFollower.Lease lease)
    {
        private int _position;
        private IReadOnlyList<ToolCall> _tools = [];

        public Guid SessionId => sessionId;

        public ReplyFollower.Lease Lease => lease;

        public ToolsChanged? TakeNewTools()
        {
            var tools = lease.Live.ToolCalls;
            if (tools == _tools)
            {
                return null;
            }
            _tools = tools;
            return new(sessionId, lease.Live.Id);
        }

        public AnswerGrown? TakeNew()
        {
            var text = lease.Live.From(_position);
            if (text.Length == 0)
            {
                return null;
            }
            var grown = new AnswerGrown(sessionId, lease.Live.Id, _position, text);
            _position += text.Length;
            return grown;
        }
    }
}
