using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Sessions;

/// <summary>Creates, finds, lists and changes the caller's sessions.</summary>
public sealed class SessionService(IChatDb db, PersonaCatalog personas, ChangeSignals signals, TimeProvider clock, IOptions<SessionSettings> settings)
{
    // Reached only if so many requests of one user ask for the same name within a second.
    private const int MostAttempts = 100;

    /// <exception cref="ConflictException">The thread key is taken, or the client's key was used for something else.</exception>
    /// <exception cref="InvalidException">There is no such persona.</exception>
    public Task<ChatSession> CreateAsync(Guid userId, NewSession input, CancellationToken ct) => CreateAsync(userId, input, attempt: 1, ct);

    private async Task<ChatSession> CreateAsync(Guid userId, NewSession input, int attempt, CancellationToken ct)
    {
        var now = clock.Now();
        var request = RequestKey.Of(
            input.IdempotencyKey, "session", input.Title, input.Persona, input.Metadata?.GetRawText(), input.Temporary, input.ThreadId, input.ThreadPrefix);
        if (request is not null && await db.FindCreatedAsync(userId, request, now, ct) is { } before)
        {
            return await FindAsync(userId, SessionKey.Of(before), ct);
        }
        var id = Guid.CreateVersion7(now);
        var session = new ChatSession
        {
            Id = id,
            UserId = userId,
            ExpiresAt = input.Temporary ? now + settings.Value.TemporaryIdleTimeout : null,
            ThreadId = input.ThreadId ?? (input.ThreadPrefix is { } prefix ? ChatSession.TimedThreadId(prefix, now, attempt) : ChatSession.OwnThreadId(id)),
            Title = input.Title?.Trim() ?? ChatSession.DefaultTitle,
            TitleIsAutomatic = input.Title is null,
            Persona = personas.Require(input.Persona),
            Temporary = input.Temporary,
            Unlisted = input.Unlisted,
            CreatedAt = now,
            UpdatedAt = now,
            LastActivityAt = now,
        };
        if (input.Metadata is { } metadata)
        {
            session.Metadata = metadata;
        }
        db.Sessions.Add(session);
        if (request is not null)
        {
            db.IdempotencyKeys.Add(request.ToEntity(userId, id, now));
        }
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(ChatSession.ThreadIdIndex) || e.Violates(IdempotencyKey.PrimaryKey))
        {
            db.ForgetChanges();
            if (request is not null && await db.FindCreatedAsync(userId, request, now, ct) is { } winner)
            {
                return await FindAsync(userId, SessionKey.Of(winner), ct);
            }
            var mayRetry = input.ThreadPrefix is not null || e.Violates(IdempotencyKey.PrimaryKey); // with another number, or the key has just expired
            return mayRetry && attempt < MostAttempts
                ? await CreateAsync(userId, input, attempt + 1, ct)
                : throw new ConflictException("There is already a session with this thread_id.");
        }
        signals.Raise(userId, session.Id);
        return session;
    }

    /// <summary>The session with this key, or else the caller's most recent one with this title.</summary>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<ChatSession> FindByKeyOrTitleAsync(Guid userId, SessionKey key, CancellationToken ct) =>
        await db.LiveSessions(userId, clock.Now()).AsNoTracking().WithKeyOrTitle(key).FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Chat");

    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<ChatSession> FindAsync(Guid userId, SessionKey key, CancellationToken ct) =>
        await FindOrNullAsync(userId, key, ct) ?? throw new NotFoundException("Chat");

    /// <summary>The session with this key; the caller's default session, made when first needed, without one.</summary>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<ChatSession> OpenAsync(Guid userId, SessionKey? key, CancellationToken ct)
    {
        var thread = ChatSession.DefaultThreadId(userId);
        return key is { } named && named.Value != thread
            ? await FindAsync(userId, named, ct)
            : await GetOrCreateAsync(userId, thread, ct);
    }

    /// <summary>The session that a client names by an id or by any text; made if there is none, and if it names none.</summary>
    public Task<ChatSession> GetOrCreateNamedAsync(Guid userId, string? name, CancellationToken ct, string? idempotencyKey = null) =>
        name is null ? CreateAsync(userId, new NewSession { IdempotencyKey = RequestKey.ForPart(idempotencyKey, "session") }, ct) : GetOrCreateAsync(userId, name, ct);

    /// <summary>The session with this key, or null.</summary>
    public Task<ChatSession?> FindOrNullAsync(Guid userId, SessionKey key, CancellationToken ct) =>
        db.LiveSessions(userId, clock.Now()).AsNoTracking().WithKey(key).FirstOrDefaultAsync(ct);

    /// <summary>The session with this thread key, made if there is none; callers that race get the same one.</summary>
    public async Task<ChatSession> GetOrCreateAsync(Guid userId, string threadId, CancellationToken ct)
    {
        var key = new SessionKey(threadId);
        if (await FindOrNullAsync(userId, key, ct) is { } found)
        {
            return found;
        }
        var now = clock.Now();
        await db.Sessions.Where(s => s.UserId == userId && s.ThreadId == threadId && s.ExpiresAt <= now).ExecuteDeleteAsync(ct); // expired, but not removed yet
        try
        {
            return await CreateAsync(userId, new NewSession { ThreadId = threadId }, ct);
        }
        catch (ConflictException)
        {
            return await FindAsync(userId, key, ct);
        }
    }

    /// <summary>The caller's sessions, newest activity first.</summary>
    public async Task<Page<SessionListItem, TimeCursor>> ListAsync(
        Guid userId, SessionFilter filter, int limit, TimeCursor? after, CancellationToken ct)
    {
        var now = clock.Now();
        var sessions = (filter.Deleted ? db.TrashedSessions(userId, now) : db.LiveSessions(userId, now)).AsNoTracking().Listed();
        if (filter.Pinned is { } pinned)
        {
            sessions = sessions.Where(s => s.Pinned == pinned);
        }
        if (filter.Archived is { } archived)
        {
            sessions = sessions.Where(s => s.Archived == archived);
        }
        if (filter.TitleContains is { } text)
        {
            var lower = text.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // translated to SQL's lower()
            sessions = sessions.Where(s => s.Title.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }
        if (after is { } cursor)
        {
            var (time, id) = cursor;
            sessions = sessions.Where(s => s.LastActivityAt <= time && (s.LastActivityAt < time || s.Id < id));
        }
        return await sessions
            .OrderByDescending(s => s.LastActivityAt).ThenByDescending(s => s.Id)
            .Select(s => new SessionListItem(
                s,
                db.Messages.Where(m => m.UserId == userId && m.SessionId == s.Id && m.DeletedAt == null && m.Content != "")
                    .OrderByDescending(m => m.Seq).Select(m => m.Content.Substring(0, SessionListItem.PreviewLength)).FirstOrDefault() ?? "",
                db.Messages.Any(m => m.UserId == userId && m.SessionId == s.Id && m.Status == MessageStatus.Generating)))
            .ToPageAsync(limit, i => new TimeCursor(i.Session.LastActivityAt, i.Session.Id), ct);
    }

    /// <summary>The caller's live sessions and tokens, summed up.</summary>
    public async Task<SessionTotals> TotalsAsync(Guid userId, CancellationToken ct)
    {
        var now = clock.Now();
        var messages = db.LiveMessages(userId, now);
        var sessions = db.LiveSessions(userId, now).GroupBy(_ => 1).Select(all => new
        {
            Messages = all.Sum(s => (long)s.MessageCount),
            Tokens = 0L,
            First = messages.OrderBy(m => m.CreatedAt).Select(m => (DateTimeOffset?)m.CreatedAt).FirstOrDefault(),
            Last = all.Max(s => s.LastMessageAt),
        });
        var usage = db.UserUsage.Where(u => u.UserId == userId).Select(u => new
        {
            Messages = 0L,
            Tokens = u.TotalTokens,
            First = (DateTimeOffset?)null,
            Last = (DateTimeOffset?)null,
        });
        var rows = await sessions.Concat(usage).ToListAsync(ct); // each is missing for a user who has none
        return new(rows.Sum(r => r.Messages), rows.Sum(r => r.Tokens), rows.Max(r => r.First), rows.Max(r => r.Last));
    }

    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="StaleException">It has changed since the caller saw it.</exception>
    /// <exception cref="InvalidException">There is no such persona.</exception>
    public async Task<ChatSession> UpdateAsync(Guid userId, SessionKey key, SessionChanges changes, CancellationToken ct)
    {
        var now = clock.Now();
        var session = await db.LiveSessions(userId, now).WithKey(key).FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Chat");
        if (changes.IfVersions is { } accepted && !accepted.Contains(session.Version))
        {
            throw new StaleException();
        }
        Apply(session, changes);
        session.UpdatedAt = now;
        session.KeepAlive(now, settings.Value.TemporaryIdleTimeout);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException) when (changes.IfVersions is null)
        {
            // Another request, such as a new message, has updated the row; the change does not depend on it.
            await db.Sessions.Entry(session).ReloadAsync(ct);
            return await UpdateAsync(userId, SessionKey.Of(session.Id), changes, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new StaleException();
        }
        signals.Raise(userId, session.Id);
        return session;
    }

    private void Apply(ChatSession session, SessionChanges changes)
    {
        if (changes.Title is { } title)
        {
            session.Title = title.Trim();
            session.TitleIsAutomatic = false;
        }
        session.Persona = changes.Persona is { } persona ? personas.Require(persona) : session.Persona;
        session.Metadata = changes.Metadata ?? session.Metadata;
        session.Pinned = changes.Pinned ?? session.Pinned;
        session.Archived = changes.Archived ?? session.Archived;
    }
}
