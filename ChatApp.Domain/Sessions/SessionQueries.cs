using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Sessions;

/// <summary>The words that queries for sessions are made of. Each starts from the caller, so that nobody can reach another's.</summary>
public static class SessionQueries
{
    extension(IChatDb db)
    {
        /// <summary>The caller's sessions that are neither in the trash nor expired.</summary>
        public IQueryable<ChatSession> LiveSessions(Guid userId, DateTimeOffset now) => db.SessionsOf(userId, now).Where(s => s.DeletedAt == null);

        /// <summary>The caller's sessions in the trash.</summary>
        public IQueryable<ChatSession> TrashedSessions(Guid userId, DateTimeOffset now) => db.SessionsOf(userId, now).Where(s => s.DeletedAt != null);

        /// <summary>Locks a session's row in the caller's transaction: whoever holds it gives out the next numbers.</summary>
        /// <exception cref="NotFoundException">The caller has no such live session.</exception>
        public async Task<ChatSession> LockSessionAsync(Guid userId, Guid sessionId, DateTimeOffset now, CancellationToken ct)
        {
            if (db.Sessions.Local.FindEntry(sessionId) is { } seen)
            {
                seen.State = EntityState.Detached; // a copy that this request has made or read before may be old by now
            }
            return (await db.Sessions.FromSql($"""
                SELECT *, xmin FROM chat_sessions s WHERE id = {sessionId} AND user_id = {userId} AND deleted_at IS NULL
                    AND (expires_at IS NULL OR expires_at > {now} OR EXISTS (SELECT FROM messages m WHERE m.session_id = s.id AND m.status = 'generating'))
                FOR UPDATE OF s
                """).ToListAsync(ct)).SingleOrDefault() ?? throw new NotFoundException("Session");
        }

        // An expired one is gone for everybody, also before it is removed; but nobody's answer is taken away while it is being written.
        private IQueryable<ChatSession> SessionsOf(Guid userId, DateTimeOffset now) => db.Sessions.Where(s => s.UserId == userId
            && (s.ExpiresAt == null || s.ExpiresAt > now || db.Messages.Any(m => m.SessionId == s.Id && m.Status == MessageStatus.Generating)));
    }

    extension(IQueryable<ChatSession> sessions)
    {
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

        /// <summary>Those with this id, thread key or title, in this order; of several with the same title, the one that was used last comes first.</summary>
        public IQueryable<ChatSession> WithKeyOrTitle(SessionKey key)
        {
            if (!key.IsPossible)
            {
                return sessions.Where(_ => false);
            }
            var (id, text) = (key.Id, key.Value);
            return sessions.Where(s => s.Id == id || s.ThreadId == text || (s.Title == text && !s.Unlisted))
                .OrderByDescending(s => s.Id == id).ThenByDescending(s => s.ThreadId == text).ThenByDescending(s => s.LastActivityAt).ThenByDescending(s => s.Id);
        }
    }
}
