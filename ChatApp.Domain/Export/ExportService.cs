using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Export;

/// <summary>A session to be written down.</summary>
/// <param name="Session">The session.</param>
/// <param name="Messages">Those that are not deleted, in their order. They are read page by page, each time that they are enumerated.</param>
/// <param name="ExportedAt">Now.</param>
public sealed record SessionExport(ChatSession Session, IAsyncEnumerable<ChatMessage> Messages, DateTimeOffset ExportedAt);

/// <summary>
/// Reads what the caller takes home. Nothing is read ahead of what is written, and no connection waits for a slow reader: memory and connections do not
/// depend on how much there is.
/// </summary>
public sealed class ExportService(IChatDb db, SessionService sessions, TimeProvider clock)
{
    /// <summary>Messages that are in memory at once.</summary>
    public const int PageLength = 50;

    /// <summary>One session.</summary>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<SessionExport> SessionAsync(Guid userId, SessionKey key, CancellationToken ct) => Of(await sessions.FindAsync(userId, key, ct));

    /// <summary>All live sessions, oldest first.</summary>
    public async IAsyncEnumerable<SessionExport> AllAsync(Guid userId, [EnumeratorCancellation] CancellationToken ct)
    {
        List<ChatSession> page;
        var last = Guid.Empty;
        do
        {
            page = await db.LiveSessions(userId, clock.Now()).AsNoTracking().Where(s => !s.Unlisted && s.Id > last).OrderBy(s => s.Id).Take(PageLength).ToListAsync(ct);
            foreach (var session in page)
            {
                yield return Of(session);
                last = session.Id;
            }
        }
        while (page.Count == PageLength);
    }

    private SessionExport Of(ChatSession session) => new(session, MessagesAsync(session.Id), clock.Now());

    private async IAsyncEnumerable<ChatMessage> MessagesAsync(Guid sessionId, [EnumeratorCancellation] CancellationToken ct = default)
    {
        List<ChatMessage> page;
        long last = 0;
        do
        {
            page = await db.Messages.AsNoTracking().InSession(sessionId).Live().Where(m => m.Seq > last).OrderBy(m => m.Seq).Take(PageLength).ToListAsync(ct);
            foreach (var message in page)
            {
                yield return message;
                last = message.Seq;
            }
        }
        while (page.Count == PageLength);
    }
}
