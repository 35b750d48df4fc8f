using ChatApp.Domain;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Web.Integrations.BuiltIn.Recall;

/// <summary>
/// Searches the messages of a user's live sessions. It matches substrings, ignoring case, so that languages without spaces between words are searched too.
/// Temporary sessions are visible only from within themselves.
/// </summary>
internal sealed class RecallService(IChatDb db, TimeProvider clock)
{
    /// <summary>The number of newest messages that are searched, which takes about a second.</summary>
    public const int SearchedMessages = 5_000;

    /// <summary>The maximum length of a returned message, in UTF-16 code units.</summary>
    public const int TextMaxLength = 16_000;

    /// <summary>The length of the beginning that is returned of a counted message, in UTF-16 code units.</summary>
    public const int BeginningLength = 301;

    // How much of a longer message is returned before the first match.
    private const int LeadLength = 1_000;

    private const int Candidates = 60;
    private const int SummarizedMessages = 400;

    /// <summary>The messages that contain any of the terms.</summary>
    /// <param name="scope">The messages to search.</param>
    /// <param name="terms">Search terms in lower case.</param>
    /// <param name="ct">Cancels the search.</param>
    public async Task<RecallResult> SearchAsync(RecallScope scope, IReadOnlyList<string> terms, CancellationToken ct)
    {
        if (terms.Count == 0)
        {
            return new([], IsAll: true);
        }
        var (wanted, sessions, excluded) = (terms.ToArray(), Sessions(scope), Excluded(scope));
#pragma warning disable CA1304, CA1310, CA1311, CA1862 // translated to SQL's lower(), which is computed once per message, in the limited subquery
        var hits = Messages(scope).OrderByDescending(m => m.CreatedAt).Take(SearchedMessages)
            .Select(m => new { m.UserId, m.Id, m.SessionId, m.Role, m.Seq, m.CreatedAt, m.Content, Lower = m.Content.ToLower() })
            .Where(m => wanted.Any(t => m.Lower.Contains(t)));
        var found = await hits
            .OrderByDescending(m => wanted.Count(t => m.Lower.Contains(t))).ThenByDescending(m => m.CreatedAt).Take(Candidates)
            .Select(m => new
            {
                m.UserId,
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
                sessions.Where(s => s.UserId == m.UserId && s.Id == m.SessionId).Select(s => s.Title).First(),
                m.Role,
                m.CreatedAt,
                m.Content.Length <= TextMaxLength || m.First <= LeadLength
                    ? m.Content.Substring(0, TextMaxLength)
                    : m.Content.Substring(m.First - LeadLength, TextMaxLength),
                excluded.Any(a => a.UserId == m.UserId && a.SessionId == m.SessionId && a.Seq == m.Seq + 1)))
            .ToListAsync(ct);
#pragma warning restore CA1304, CA1310, CA1311, CA1862
        return new(found, found.Count < Candidates);
    }

    /// <summary>All messages that contain all of the terms, for counting.</summary>
    public async Task<IReadOnlyList<RecalledMatch>> MatchesAsync(RecallScope scope, IReadOnlyList<string> terms, CancellationToken ct)
    {
        var (wanted, excluded) = (terms.ToArray(), Excluded(scope));
#pragma warning disable CA1304, CA1311, CA1862
        return await Messages(scope).OrderByDescending(m => m.CreatedAt).Take(SearchedMessages)
            .Select(m => new { m.UserId, m.SessionId, m.Role, m.Seq, m.Content, Lower = m.Content.ToLower() })
            .Where(m => wanted.All(t => m.Lower.Contains(t)))
            .Select(m => new RecalledMatch(
                m.SessionId, m.Role, m.Content.Substring(0, BeginningLength), excluded.Any(a => a.UserId == m.UserId && a.SessionId == m.SessionId && a.Seq == m.Seq + 1)))
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

    /// <summary>One of the user's live sessions; null if there is no such session.</summary>
    public Task<RecalledSession?> SessionAsync(Guid userId, Guid sessionId, CancellationToken ct) =>
        db.LiveSessions(userId, clock.Now()).AsNoTracking().Where(s => s.Id == sessionId)
            .Select(s => new RecalledSession(s.Id, s.Title, s.MessageCount, s.LastActivityAt, !s.TitleIsAutomatic)).FirstOrDefaultAsync(ct);

    /// <summary>A session's messages, oldest first; of a long session, the first and the newest ones.</summary>
    public async Task<IReadOnlyList<RecalledMessage>> ReadAsync(RecallScope scope, Guid sessionId, CancellationToken ct)
    {
        var messages = Messages(scope).Where(m => m.SessionId == sessionId);
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
        var messages = Messages(scope with { ExcludedModel = null });
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

    /// <summary>Streams the user's own newest messages, for what the database cannot count.</summary>
    public IAsyncEnumerable<string> StreamOwnTexts(RecallScope scope) =>
        Messages(scope).Where(m => m.Role == MessageRole.User)
            .OrderByDescending(m => m.CreatedAt).Take(SearchedMessages).Select(m => m.Content).AsAsyncEnumerable();

    // The replies of the excluded model.
    private IQueryable<ChatMessage> Excluded(RecallScope scope) =>
        db.Messages.OwnedBy(scope.UserId).Where(m => m.Role == MessageRole.Assistant && m.Model == scope.ExcludedModel);

    private IQueryable<ChatSession> Sessions(RecallScope scope)
    {
        var sessions = db.LiveSessions(scope.UserId, clock.Now()).AsNoTracking().Where(s => !s.Temporary || s.Id == scope.SessionId);
        return scope.Selection switch
        {
            SessionSelection.All => sessions,
            SessionSelection.Current => sessions.Where(s => s.Id == scope.SessionId),
            SessionSelection.Others => sessions.Where(s => s.Id != scope.SessionId),
        };
    }

    private IQueryable<ChatMessage> Messages(RecallScope scope)
    {
        var sessions = Sessions(scope);
        // The question is the last of the user's messages in its session; neither it nor the reply to it is searched.
        var questions = db.Messages.OwnedBy(scope.UserId).Live().Where(m => m.SessionId == scope.SessionId && m.Role == MessageRole.User);
        var messages = db.Messages.AsNoTracking().OwnedBy(scope.UserId).Live()
            .Where(m => m.Role != MessageRole.System && m.Status != MessageStatus.Generating && m.Content != "")
            .Where(m => sessions.Any(s => s.UserId == m.UserId && s.Id == m.SessionId))
            .Where(m => m.SessionId != scope.SessionId || m.Seq < questions.Max(q => (long?)q.Seq));
        if (scope.ExcludedModel is { } model)
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
        var (sessions, excluded) = (Sessions(scope), Excluded(scope));
        return messages.Select(m => new RecalledMessage(
            m.Id,
            m.SessionId,
            sessions.Where(s => s.UserId == m.UserId && s.Id == m.SessionId).Select(s => s.Title).First(),
            m.Role,
            m.CreatedAt,
            m.Content.Substring(0, TextMaxLength),
            excluded.Any(a => a.UserId == m.UserId && a.SessionId == m.SessionId && a.Seq == m.Seq + 1)));
    }
}
