using System.Runtime.CompilerServices;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat;

/// <summary>A session as it is at a moment.</summary>
/// <param name="Session">The session.</param>
/// <param name="Messages">Its newest messages, oldest first; the text of one that is being written is as long as it is now.</param>
public sealed record SessionState(ChatSession Session, IReadOnlyList<ChatMessage> Messages)
{
    public const int MaxMessages = 200;

    public bool IsProcessing => Messages.Any(m => m.Status == MessageStatus.Generating);
}

/// <summary>Shows a session's state now and after every change, on whichever instance the change was made.</summary>
public sealed class SessionWatcher(IServiceScopeFactory scopes, ReplyReader replies, UserSignals signals, TimeProvider clock)
{
    /// <summary>At most ten states a second.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    /// <summary>The state now.</summary>
    public async Task<SessionState> ReadAsync(ChatSession session, CancellationToken ct)
    {
        using var state = await scopes.UseAsync((IChatDb db) => LoadAsync(db, session.UserId, session.Id, ct));
        return state?.Show() ?? new(session, []);
    }

    /// <summary>The state now and after every change; null when nothing has changed for a while. Ends when the session is deleted.</summary>
    public async IAsyncEnumerable<SessionState?> WatchAsync(ChatSession session, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var changed = signals.Next(session.UserId);
            using var loaded = await scopes.UseAsync((IChatDb db) => LoadAsync(db, session.UserId, session.Id, ct));
            if (loaded is null)
            {
                yield break;
            }
            yield return loaded.Show();
            while (!changed.IsCompleted)
            {
                await Task.Delay(Interval, clock, ct);
                var grown = loaded.Live?.NextChange;
                if (loaded.Live?.Length != loaded.Shown)
                {
                    yield return loaded.Show();
                }
                else if (!await AnyAsync(changed, grown, ct))
                {
                    yield return null;
                }
            }
        }
    }

    private async Task<bool> AnyAsync(Task changed, Task? grown, CancellationToken ct)
    {
        try
        {
            await Task.WhenAny(changed, grown ?? changed).WaitAsync(PingInterval, clock, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<Loaded?> LoadAsync(IChatDb db, Guid userId, Guid sessionId, CancellationToken ct)
    {
        var session = await db.LiveSessions(userId, clock.Now()).AsNoTracking().FirstOrDefaultAsync(s => s.Id == sessionId, ct);
        if (session is null)
        {
            return null;
        }
        var messages = await db.Messages.AsNoTracking().InSession(userId, sessionId).Live().OrderByDescending(m => m.Seq).Take(SessionState.MaxMessages).ToListAsync(ct);
        messages.Reverse();
        var generating = messages.Find(m => m.Status == MessageStatus.Generating);
        return new(session, messages, generating, generating is null ? null : await replies.AttachAsync(generating, ct));
    }

    private sealed class Loaded(ChatSession session, List<ChatMessage> messages, ChatMessage? generating, ReplyFollower.Lease? lease) : IDisposable
    {
        public LiveReply? Live => lease?.Live;

        public int? Shown { get; private set; }

        public SessionState Show()
        {
            if (generating is not null && Live is { } live)
            {
                generating.Content = live.Text;
                Shown = generating.Content.Length;
            }
            return new(session, messages);
        }

        public void Dispose() => lease?.Dispose();
    }
}
