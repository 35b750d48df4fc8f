using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Sessions;

/// <summary>The building blocks of queries for sessions. Each starts from the caller, so that no query reaches another user's rows.</summary>
public static class SessionQueries
{
    extension(IChatDb db)
    {
        /// <summary>The caller's sessions that are neither in the trash nor expired.</summary>
        public IQueryable<ChatSession> LiveSessions(Guid userId, DateTimeOffset now) => db.SessionsOf(userId, now).Where(s => s.DeletedAt == null);

        /// <summary>The caller's sessions in the trash.</summary>
        public IQueryable<ChatSession> TrashedSessions(Guid userId, DateTimeOffset now) => db.SessionsOf(userId, now).Where(s => s.DeletedAt != null);

        /// <summary>Locks a session's row in the caller's transaction, which serialises the numbering of its messages.</summary>
        /// <exception cref="NotFoundException">The caller has no such live session.</exception>
        public async Task<ChatSession> LockSessionAsync(Guid userId, Guid sessionId, DateTimeOffset now, CancellationToken ct)
        {
            // An update is a lock that LINQ can express; every caller changes the row anyway.
            if (await db.LiveSessions(userId, now).Where(s => s.Id == sessionId).ExecuteUpdateAsync(s => s.SetProperty(x => x.NextSeq, x => x.NextSeq), ct) == 0)
            {
                throw new NotFoundException("Chat");
            }
            if (db.Sessions.Local.FirstOrDefault(s => s.Id == sessionId) is { } stale)
            {
                db.Sessions.Entry(stale).State = EntityState.Detached;
            }
            return await db.Sessions.SingleAsync(s => s.UserId == userId && s.Id == sessionId, ct);
        }

        // An expired session does not exist for anybody, even before it is removed. While a reply is being generated there is no expiry.
        private IQueryable<ChatSession> SessionsOf(Guid userId, DateTimeOffset now) =>
            db.Sessions.Where(s => s.UserId == userId && (s.ExpiresAt == null || s.ExpiresAt > now));
    }

    extension(IQueryable<ChatSession> sessions)
    {
        /// <summary>Sessions that are shown in lists.</summary>
        public IQueryable<ChatSession> Listed() => sessions.Where(s => !s.Unlisted);

        /// <summary>Sessions with this id or thread key. One session's id can be another's thread key: the id comes first, then the newest.</summary>
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

        /// <summary>Sessions with this id, thread key or title, in this order; of several with the same title, the most recently used comes first.</summary>
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
