using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Search;

/// <summary>
/// Looks up what a user's own live sessions contain. It finds substrings, whatever the case, so that text without spaces between its words is found too.
/// Temporary sessions are seen only from within: they are meant to leave no trace.
/// </summary>
public sealed class RecallService(IChatDb db, TimeProvider clock)
{
    /// <summary>Searches look at this many of the newest messages: about a second's work.</summary>
    public const int SearchedMessages = 5_000;

    /// <summary>The longest part of a message that is handed out, in UTF-16 units.</summary>
    public const int TextMaxLength = 16_000;

    /// <summary>How much of a message is handed out for counting, in UTF-16 units.</summary>
    public const int BeginningLength = 301;

    // How much of a longer message is handed out before the first match.
    private const int LeadLength = 1_000;

    private const int Candidates = 60;
    private const int SummarizedMessages = 400;

    /// <summary>The messages that contain any of the terms.</summary>
    /// <param name="scope">Whose, and which.</param>
    /// <param name="terms">Lower-case texts.</param>
    /// <param name="ct">Ends the search.</param>
    public async Task<Recall> SearchAsync(RecallScope scope, IReadOnlyList<string> terms, CancellationToken ct)
    {
        if (terms.Count == 0)
        {
            return new([], IsAll: true);
        }
        var (wanted, sessions, excepted) = (terms.ToArray(), Sessions(scope), Excepted(scope));
#pragma warning disable CA1304, CA1310, CA1311, CA1862 // translated to SQL's lower(), once for each message: below the limit nothing is computed twice
        var hits = Messages(scope).OrderByDescending(m => m.CreatedAt).Take(SearchedMessages)
            .Select(m => new { m.Id, m.SessionId, m.Role, m.Seq, m.CreatedAt, m.Content, Lower = m.Content.ToLower() })
            .Where(m => wanted.Any(t => m.Lower.Contains(t)));
        var found = await hits
            .OrderByDescending(m => wanted.Count(t => m.Lower.Contains(t))).ThenByDescending(m => m.CreatedAt).Take(Candidates)
            .Select(m => new
            {
                m.Id,
                m.SessionId,
                m.Role,
                m.Seq,
                m.CreatedAt,
                m.Content,
                First = wanted.Where(t => m.Lower.Contains(t)).Min(t => m.Lower.IndexOf(t)),
            })
            .Select(m => new RecalledMessage(
                m.Id,
                m.SessionId,
                sessions.Where(s => s.Id == m.SessionId).Select(s => s.Title).First(),
                m.Role,
                m.CreatedAt,
                m.Content.Length <= TextMaxLength || m.First <= LeadLength
                    ? m.Content.Substring(0, TextMaxLength)
                    : m.Content.Substring(m.First - LeadLength, TextMaxLength),
                excepted.Any(a => a.SessionId == m.SessionId && a.Seq == m.Seq + 1)))
            .ToListAsync(ct);
#pragma warning restore CA1304, CA1310, CA1311, CA1862
        return new(found, found.Count < Candidates);
    }

    /// <summary>All messages that contain all of the terms, for counting.</summary>
    public async Task<IReadOnlyList<RecalledMatch>> MatchesAsync(RecallScope scope, IReadOnlyList<string> terms, CancellationToken ct)
    {
        var (wanted, excepted) = (terms.ToArray(), Excepted(scope));
#pragma warning disable CA1304, CA1311, CA1862
        return await Messages(scope).OrderByDescending(m => m.CreatedAt).Take(SearchedMessages)
            .Select(m => new { m.SessionId, m.Role, m.Seq, m.Content, Lower = m.Content.ToLower() })
            .Where(m => wanted.All(t => m.Lower.Contains(t)))
            .Select(m => new RecalledMatch(
                m.SessionId, m.Role, m.Content.Substring(0, BeginningLength), excepted.Any(a => a.SessionId == m.SessionId && a.Seq == m.Seq + 1)))
            .ToListAsync(ct);
#pragma warning restore CA1304, CA1311, CA1862
    }

    /// <summary>The first or the last messages that the user wrote, in that order.</summary>
    public async Task<IReadOnlyList<RecalledMessage>> QuestionsAsync(RecallScope scope, bool first, int take, CancellationToken ct)
    {
        var messages = Messages(scope).Where(m => m.Role == MessageRole.User);
        messages = first
            ? messages.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id)
            : messages.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id);
        return await Recalled(scope, messages.Take(take)).ToListAsync(ct);
    }

    /// <summary>The user's sessions, newest activity first; with terms, those whose title contains one, most terms first.</summary>
    public async Task<RecalledSessions> SessionsAsync(RecallScope scope, IReadOnlyList<string> terms, int skip, int take, CancellationToken ct)
    {
        var sessions = Sessions(scope).Where(s => s.MessageCount > 0);
        if (scope.From is not null || scope.Until is not null)
        {
            var messages = Messages(scope);
            sessions = sessions.Where(s => messages.Any(m => m.UserId == s.UserId && m.SessionId == s.Id));
        }
        if (terms.Count > 0)
        {
            var wanted = terms.ToArray();
#pragma warning disable CA1304, CA1311, CA1862
            sessions = sessions.Where(s => wanted.Any(t => s.Title.ToLower().Contains(t)))
                .OrderByDescending(s => wanted.Count(t => s.Title.ToLower().Contains(t))).ThenByDescending(s => s.LastActivityAt).ThenByDescending(s => s.Id);
#pragma warning restore CA1304, CA1311, CA1862
        }
        else
        {
            sessions = sessions.OrderByDescending(s => s.LastActivityAt).ThenByDescending(s => s.Id);
        }
        var page = await sessions.Skip(skip).Take(take)
            .Select(s => new RecalledSession(s.Id, s.Title, s.MessageCount, s.LastActivityAt, !s.TitleIsAutomatic)).ToListAsync(ct);
        return new(page, await sessions.CountAsync(ct));
    }

    /// <summary>One of the user's live sessions; null if there is no such one.</summary>
    public Task<RecalledSession?> SessionAsync(Guid userId, Guid sessionId, CancellationToken ct) =>
        db.LiveSessions(userId, clock.Now()).AsNoTracking().Where(s => s.Id == sessionId)
            .Select(s => new RecalledSession(s.Id, s.Title, s.MessageCount, s.LastActivityAt, !s.TitleIsAutomatic)).FirstOrDefaultAsync(ct);

    /// <summary>A session's messages, oldest first: the beginning and the newest ones if there are very many.</summary>
    public async Task<IReadOnlyList<RecalledMessage>> ReadAsync(RecallScope scope, Guid sessionId, CancellationToken ct)
    {
        var messages = Messages(scope).InSession(scope.UserId, sessionId);
        var newest = await Recalled(scope, messages.OrderByDescending(m => m.Seq).Take(SummarizedMessages)).ToListAsync(ct);
        newest.Reverse();
        if (newest.Count < SummarizedMessages)
        {
            return newest;
        }
        var first = await Recalled(scope, messages.OrderBy(m => m.Seq).Take(1)).ToListAsync(ct);
        return [.. first, .. newest];
    }

    /// <summary>Counts messages, sessions and tokens.</summary>
    public async Task<RecallTotals> TotalsAsync(RecallScope scope, CancellationToken ct)
    {
        var messages = Messages(scope with { ExceptModel = null });
        var roles = await messages.GroupBy(m => m.Role).Select(g => new
        {
            Role = g.Key,
            Count = g.Count(),
            Tokens = g.Sum(m => (m.PromptTokens ?? 0) + (m.CompletionTokens ?? 0)),
        }).ToListAsync(ct);
        return new(
            await messages.Select(m => m.SessionId).Distinct().CountAsync(ct),
            roles.Where(r => r.Role == MessageRole.User).Sum(r => r.Count),
            roles.Where(r => r.Role == MessageRole.Assistant).Sum(r => r.Count),
            roles.Sum(r => r.Tokens));
    }

    /// <summary>The user's own newest messages one by one, for what the database cannot count.</summary>
    public IAsyncEnumerable<string> OwnTexts(RecallScope scope) =>
        Messages(scope).Where(m => m.Role == MessageRole.User)
            .OrderByDescending(m => m.CreatedAt).Take(SearchedMessages).Select(m => m.Content).AsAsyncEnumerable();

    // What the model that is left out has answered.
    private IQueryable<ChatMessage> Excepted(RecallScope scope) =>
        db.Messages.OwnedBy(scope.UserId).Where(m => m.Role == MessageRole.Assistant && m.Model == scope.ExceptModel);

    private IQueryable<ChatSession> Sessions(RecallScope scope)
    {
        var sessions = db.LiveSessions(scope.UserId, clock.Now()).AsNoTracking().Where(s => !s.Temporary || s.Id == scope.SessionId);
        return scope.Reach switch
        {
            SessionReach.All => sessions,
            SessionReach.Current => sessions.Where(s => s.Id == scope.SessionId),
            SessionReach.Others => sessions.Where(s => s.Id != scope.SessionId),
        };
    }

    private IQueryable<ChatMessage> Messages(RecallScope scope)
    {
        var sessions = Sessions(scope);
        // The question that is being answered is the last one in its session; neither it nor what follows is part of what was said before.
        var asked = db.Messages.InSession(scope.UserId, scope.SessionId).Live().Where(m => m.Role == MessageRole.User);
        var messages = db.Messages.AsNoTracking().OwnedBy(scope.UserId).Live()
            .Where(m => m.Role != MessageRole.System && m.Status != MessageStatus.Generating && m.Content != "")
            .Where(m => sessions.Any(s => s.UserId == m.UserId && s.Id == m.SessionId))
            .Where(m => m.SessionId != scope.SessionId || m.Seq < asked.Max(q => (long?)q.Seq));
        if (scope.ExceptModel is { } model)
        {
            messages = messages.Where(m => m.Role == MessageRole.User || m.Model != model);
        }
        if (scope.From is { } from)
        {
            messages = messages.Where(m => m.CreatedAt >= from);
        }
        return scope.Until is { } until ? messages.Where(m => m.CreatedAt < until) : messages;
    }

    private IQueryable<RecalledMessage> Recalled(RecallScope scope, IQueryable<ChatMessage> messages)
    {
        var (sessions, excepted) = (Sessions(scope), Excepted(scope));
        return messages.Select(m => new RecalledMessage(
            m.Id,
            m.SessionId,
            sessions.Where(s => s.UserId == m.UserId && s.Id == m.SessionId).Select(s => s.Title).First(),
            m.Role,
            m.CreatedAt,
            m.Content.Substring(0, TextMaxLength),
            excepted.Any(a => a.SessionId == m.SessionId && a.Seq == m.Seq + 1)));
    }
}
