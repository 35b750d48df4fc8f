using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;

namespace ChatApp.Tests.Support;

/// <summary>Inserts conversations directly into the database, for tests that need many messages or special ones.</summary>
internal static class StoredChats
{
    private static readonly DateTimeOffset Began = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static int _ids;

    extension(TestApp app)
    {
        /// <summary>A session with these messages, alternately the user's and replies, a minute apart.</summary>
        public Task<(ChatSession Session, IReadOnlyList<ChatMessage> Messages)> StoreAsync(TestUser user, string title, params IEnumerable<string> contents) => app.WithDb(async db =>
        {
            var id = NewId();
            var session = new ChatSession
            {
                Id = id,
                UserId = user.Id,
                ThreadId = ChatSession.OwnThreadId(id),
                Title = title,
                CreatedAt = Began,
                UpdatedAt = Began,
                LastActivityAt = Began,
            };
            var messages = contents.Select((content, i) =>
                session.Append(i % 2 == 0 ? MessageRole.User : MessageRole.Assistant, content, Began.AddMinutes(i), NewId())).ToList();
            db.Sessions.Add(session);
            db.Messages.AddRange(messages);
            await db.SaveChangesAsync();
            return (session, (IReadOnlyList<ChatMessage>)messages);
        });
    }

    // Ascending even within a millisecond.
    private static Guid NewId() => Guid.CreateVersion7(Began.AddMilliseconds(Interlocked.Increment(ref _ids)));
}
