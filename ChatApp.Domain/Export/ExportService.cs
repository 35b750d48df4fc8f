using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Export;

/// <summary>A session to be exported.</summary>
/// <param name="Session">The session.</param>
/// <param name="Messages">Its messages in order; read page by page, at each enumeration. Without deleted ones, unless everything is exported.</param>
/// <param name="ExportedAt">The time of the export.</param>
public sealed record SessionExport(ChatSession Session, IAsyncEnumerable<ChatMessage> Messages, DateTimeOffset ExportedAt);

/// <summary>
/// Reads sessions for export. Nothing is read ahead of what is written, and no database connection is held for a slow client: memory and connections do not
/// depend on the amount of data.
/// </summary>
public sealed class ExportService(IChatDb db, SessionService sessions, TimeProvider clock)
{
    /// <summary>The number of messages in memory at once.</summary>
    public const int PageLength = 50;

    /// <summary>One session.</summary>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<SessionExport> SessionAsync(Guid userId, SessionKey key, CancellationToken ct) => Of(await sessions.FindAsync(userId, key, ct));

    /// <summary>All live sessions, oldest first.</summary>
    public IAsyncEnumerable<SessionExport> AllAsync(Guid userId, CancellationToken ct) =>
        ReadAsync(() => db.LiveSessions(userId, clock.Now()).Listed(), Of, ct);

    /// <summary>All sessions that are stored, oldest first, also those in the trash, with deleted messages.</summary>
    public IAsyncEnumerable<SessionExport> EverythingAsync(Guid userId, CancellationToken ct) =>
        ReadAsync(() => db.Sessions.Where(s => s.UserId == userId), s => new(s, MessagesAsync(s, withDeleted: true), clock.Now()), ct);

    private static async IAsyncEnumerable<SessionExport> ReadAsync(
        Func<IQueryable<ChatSession>> sessions, Func<ChatSession, SessionExport> export, [EnumeratorCancellation] CancellationToken ct)
    {
        List<ChatSession> page;
        var last = Guid.Empty;
        do
        {
            page = await sessions().AsNoTracking().Where(s => s.Id > last).OrderBy(s => s.Id).Take(PageLength).ToListAsync(ct);
            foreach (var session in page)
            {
                yield return export(session);
                last = session.Id;
            }
        }
        while (page.Count == PageLength);
    }

    private SessionExport Of(ChatSession session) => new(session, MessagesAsync(session, withDeleted: false), clock.Now());

    private async IAsyncEnumerable<ChatMessage> MessagesAsync(ChatSession session, bool withDeleted, [EnumeratorCancellation] CancellationToken ct = default)
    {
        List<ChatMessage> page;
        long last = 0;
        do
        {
            page = await db.Messages.AsNoTracking().InSession(session.UserId, session.Id).Where(m => m.Seq > last && (withDeleted || m.DeletedAt == null)).OrderBy(m => m.Seq).Take(PageLength).ToListAsync(ct);
            foreach (var message in page)
            {
                yield return message;
                last = message.Seq;
            }
        }
        while (page.Count == PageLength);
    }
}
