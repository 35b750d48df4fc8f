namespace ChatApp.Domain.Sessions;

/// <summary>The words that queries for sessions are made of. Each starts from the caller, so that nobody can reach another's.</summary>
public static class SessionQueries
{
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
