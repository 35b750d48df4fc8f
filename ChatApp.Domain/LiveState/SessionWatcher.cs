using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.LiveState;

/// <summary>A session at one moment.</summary>
/// <param name="Session">The session.</param>
/// <param name="Messages">Its newest messages, oldest first; one that is being generated has its text so far.</param>
public sealed record SessionState(ChatSession Session, IReadOnlyList<ChatMessage> Messages)
{
    public const int MaxMessages = 200;

    public bool IsProcessing => Messages.Any(m => m.Status == MessageStatus.Generating);
}

/// <summary>Reads a session's state now and after every change, whichever instance makes it.</summary>
public sealed class SessionWatcher(IServiceScopeFactory scopes, RunningReplies running, ChangeSignals signals, TimeProvider clock)
{
    /// <summary>At most ten states a second.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The state now.</summary>
    public async Task<SessionState> ReadAsync(ChatSession session, CancellationToken ct)
    {
        using var state = await LoadAsync(session, ct);
        return state?.Show() ?? new(session, []);
    }

    /// <summary>The state now and after every change. Ends when the session is deleted.</summary>
    public async IAsyncEnumerable<SessionState> WatchAsync(ChatSession session, [EnumeratorCancellation] CancellationToken ct)
    {
        using var watcher = signals.Watch(session.UserId);
        while (true)
        {
            watcher.Take();
            using var loaded = await LoadAsync(session, ct);
            if (loaded is null)
            {
                yield break;
            }
            yield return loaded.Show();
            while (!watcher.Changed.IsCompleted)
            {
                await Task.Delay(Interval, clock, ct);
                var grown = loaded.Reply?.NextChange;
                if (loaded.Reply?.Length != loaded.ShownLength)
                {
                    yield return loaded.Show();
                }
                else
                {
                    await Task.WhenAny(watcher.Changed, grown ?? watcher.Changed).WaitAsync(ct);
                }
            }
        }
    }

    private async Task<LoadedState?> LoadAsync(ChatSession session, CancellationToken ct)
    {
        var (found, messages) = await scopes.UseAsync(async (IChatDb db) => (
            await db.LiveSessions(session.UserId, clock.Now()).AsNoTracking().FirstOrDefaultAsync(s => s.Id == session.Id, ct),
            await db.Messages.AsNoTracking().InSession(session.UserId, session.Id).Live().OrderByDescending(m => m.Seq).Take(SessionState.MaxMessages).ToListAsync(ct)));
        if (found is null)
        {
            return null;
        }
        messages.Reverse();
        var generating = messages.Find(m => m.Status == MessageStatus.Generating);
        return new(found, messages, generating, generating is null ? null : await running.FindAsync(generating, ct));
    }

    private sealed class LoadedState(ChatSession session, List<ChatMessage> messages, ChatMessage? generating, RunningReplies.Lease? lease) : IDisposable
    {
        public RunningReply? Reply => lease?.Reply;

        public int? ShownLength { get; private set; }

        public SessionState Show()
        {
            if (generating is not null && Reply is { } reply)
            {
                generating.Content = reply.Text;
                ShownLength = generating.Content.Length;
            }
            return new(session, messages);
        }

        public void Dispose() => lease?.Dispose();
    }
}
