using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Sessions;

/// <summary>The words that queries for sessions are made of. Each starts from the caller, so that nobody can reach another's.</summary>
public static class SessionQueries
{
    extension(IChatDb db)
    {
        /// <summary>Locks a session's row in the caller's transaction: whoever holds it gives out the next numbers.</summary>
        /// <exception cref="NotFoundException">The caller has no such live session.</exception>
        public async Task<ChatSession> LockSessionAsync(Guid userId, Guid sessionId, CancellationToken ct)
        {
            if (db.Sessions.Local.FindEntry(sessionId) is { } seen)
            {
                seen.State = EntityState.Detached; // a copy that this request has made or read before may be old by now
            }
            return (await db.Sessions.FromSql($"""
                SELECT *, xmin FROM chat_sessions WHERE id = {sessionId} AND user_id = {userId} AND deleted_at IS NULL FOR UPDATE
                """).ToListAsync(ct)).SingleOrDefault() ?? throw new NotFoundException("Session");
        }
    }

    extension(IQueryable<ChatSession> sessions)
    {
        public IQueryable<ChatSession> OwnedBy(Guid userId) => sessions.Where(s => s.UserId == userId);

        /// <summary>Those that are not in the trash.</summary>
        public IQueryable<ChatSession> Live() => sessions.Where(s => s.DeletedAt == null);

        public IQueryable<ChatSession> Trashed() => sessions.Where(s => s.DeletedAt != null);

        /// <summary>Those with this id or thread key. One session's id can be another's thread key: the id comes first, then the newest.</summary>
        public IQueryable<ChatSession> WithKey(SessionKey key)
        {
            if (!key.IsPossible)
            {
                return sessions.Where(_ => false);
            }
            var (id, thread) = (key.Id, key.Value);
            return id is null
                ? sessions.Where(s => s.ThreadId == thread).OrderByDescending(s => s.Id)
                : sessions.Where(s => s.Id == id || s.ThreadId == thread).OrderByDescending(s => s.Id == id).ThenByDescending(s => s.Id);
        }
    }
}
