using ChatApp.Domain.Sessions;

namespace ChatApp.Domain.Chat;

/// <summary>The building blocks of queries for messages.</summary>
public static class MessageQueries
{
    extension(IChatDb db)
    {
        /// <summary>The caller's messages that are neither deleted nor in a session that is.</summary>
        public IQueryable<ChatMessage> LiveMessages(Guid userId, DateTimeOffset now)
        {
            var sessions = db.LiveSessions(userId, now);
            return db.Messages.OwnedBy(userId).Live().Where(m => sessions.Any(s => s.UserId == m.UserId && s.Id == m.SessionId));
        }
    }

    extension(IQueryable<ChatMessage> messages)
    {
        public IQueryable<ChatMessage> OwnedBy(Guid userId) => messages.Where(m => m.UserId == userId);

        public IQueryable<ChatMessage> InSession(Guid userId, Guid sessionId) => messages.Where(m => m.UserId == userId && m.SessionId == sessionId);

        /// <summary>Those that are not deleted themselves; their session may be.</summary>
        public IQueryable<ChatMessage> Live() => messages.Where(m => m.DeletedAt == null);
    }
}
