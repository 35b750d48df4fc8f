namespace ChatApp.Domain.Chat;

/// <summary>The words that queries for messages are made of.</summary>
public static class MessageQueries
{
    extension(IQueryable<ChatMessage> messages)
    {
        public IQueryable<ChatMessage> OwnedBy(Guid userId) => messages.Where(m => m.UserId == userId);

        public IQueryable<ChatMessage> InSession(Guid sessionId) => messages.Where(m => m.SessionId == sessionId);

        /// <summary>Those that are not deleted themselves; whether their session is, is the session's matter.</summary>
        public IQueryable<ChatMessage> Live() => messages.Where(m => m.DeletedAt == null);
    }
}
