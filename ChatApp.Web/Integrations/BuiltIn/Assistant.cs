using System.Globalization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.BuiltIn.Recall;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Replies to questions from the user's own sessions. Found text is only quoted, never interpreted as instructions.</summary>
internal sealed class Assistant(RecallService recall, TimeProvider clock)
{
    private const int MessagesPerPage = 4;

    /// <summary>Replies to the user's last message, in Markdown.</summary>
    /// <param name="caller">The user and session; null if unknown, so that there is nothing to search.</param>
    /// <param name="messages">The user's messages in this session, oldest first.</param>
    /// <param name="ct">Cancels the search.</param>
    public async Task<string> ReplyAsync(ChatCaller? caller, IReadOnlyList<string> messages, CancellationToken ct)
    {
        var question = QuestionReader.Read(messages, clock.GetUtcNow());
        if (FixedReply(question.Intent) is { } text)
        {
            return text;
        }
        if (caller is null)
        {
            return Help.Self;
        }
        var scope = new RecallScope(caller.UserId, caller.SessionId)
        {
            Selection = question.Selection,
            From = question.Period?.From,
            Until = question.Period?.Until,
            ExcludedModel = ModelCatalog.BuiltInName,
        };
        return question.Intent switch
        {
            Intent.Count => await CountAsync(question, scope, ct),
            Intent.Sessions => await SessionsAsync(question, scope, ct),
            Intent.FirstAsked or Intent.LastAsked => await AskedAsync(question, scope, ct),
            Intent.Summary => await SummarizeAsync(question, scope, ct),
            _ => await PassagesAsync(question, scope, ct),
        };
    }

    private string? FixedReply(Intent intent) => intent switch
    {
        Intent.Greeting => Help.Greeting,
        Intent.Thanks => Help.Thanks,
        Intent.Help => $"{Help.Self}\n\n{Help.Connect}",
        Intent.Connect => Help.Connect,
        Intent.Clock => Clock(),
        _ => null,
    };

    private string Clock()
    {
        var (utc, local) = (clock.GetUtcNow(), clock.GetLocalNow());
        var text = string.Create(CultureInfo.InvariantCulture, $"It is **{utc:HH:mm} UTC** on **{utc:dddd, d MMMM yyyy}**");
        return local.Offset == TimeSpan.Zero ? text + "." : text + string.Create(CultureInfo.InvariantCulture, $" ({local:HH:mm} on this server).");
    }

    private async Task<string> PassagesAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        if (question.Terms.Count == 0)
        {
            return question.Intent == Intent.LookUp ? Help.Greeting : Help.Self;
        }
        var found = await recall.SearchAsync(scope, question.Terms, ct);
        var passages = Passages.Rank(WithoutCommands(found.Messages), question, clock.GetUtcNow());
        if (question.Intent == Intent.LookUp)
        {
            // The user did not ask for a search, so only messages with most of a question's words, or nearly all of a statement's, are shown.
            var needed = question.IsQuestion ? (question.Terms.Count + 1) / 2 : question.Terms.Count / 2 + 1;
            passages = [.. passages.Where(p => p.Terms >= needed)];
        }
        if (passages.Count == 0)
        {
            return PassageText.Nothing(question);
        }
        passages = question.Order switch
        {
            Order.Newest => [.. passages.OrderByDescending(p => p.Terms).ThenByDescending(p => p.Message.CreatedAt)],
            Order.Oldest => [.. passages.OrderByDescending(p => p.Terms).ThenBy(p => p.Message.CreatedAt)],
            _ => passages,
        };
        return PassageText.Found(question, passages, found.IsAll);
    }

    private List<RecalledMessage> WithoutCommands(IEnumerable<RecalledMessage> messages) =>
        [.. messages.Where(m => !(m.IsToExcludedModel && IsCommand(m.Role, m.Text)))];

    // A command to this assistant is not a statement about a topic.
    private bool IsCommand(MessageRole role, string text) => role == MessageRole.User && QuestionReader.Read(text, clock.GetUtcNow()).Intent != Intent.LookUp;

    private async Task<string> SessionsAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var skip = question.Page * SessionText.PerPage;
        if (question.Terms.Count == 0)
        {
            var page = await recall.SessionsAsync(scope, [], skip, SessionText.PerPage, ct);
            return SessionText.Table(question, page.Sessions, page.Total);
        }
        var sessions = await FindSessionsAsync(question, scope, ct);
        return SessionText.Table(question, [.. sessions.Skip(skip).Take(SessionText.PerPage)], sessions.Count);
    }

    // Sessions with the topic in their title come first, then those whose messages match best.
    private async Task<IReadOnlyList<RecalledSession>> FindSessionsAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var titled = await recall.SessionsAsync(scope, question.Terms, 0, 50, ct);
        var found = await recall.SearchAsync(scope, question.Terms, ct);
        var passages = Passages.Rank(WithoutCommands(found.Messages), question, clock.GetUtcNow());
        var mostTerms = passages.Select(p => p.Terms).DefaultIfEmpty(0).Max();
        var ids = passages.Where(p => p.Terms == mostTerms).Select(p => p.Message.SessionId).Distinct();
        // A session's automatic title can be a command to this assistant.
        var sessions = titled.Sessions.Where(s => s.IsNamed || !IsCommand(MessageRole.User, s.Title)).ToList();
        foreach (var id in ids.Where(id => sessions.All(s => s.Id != id)).ToList())
        {
            if (await recall.SessionAsync(scope.UserId, id, ct) is { } session)
            {
                sessions.Add(session);
            }
        }
        return sessions;
    }

    private async Task<string> AskedAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var messages = await recall.QuestionsAsync(scope, question.Intent == Intent.FirstAsked, MessagesPerPage * (question.Page + 1), ct);
        var page = messages.Skip(MessagesPerPage * question.Page).ToList();
        return question.Page > 0 && page.Count == 0 ? "That was all." : PassageText.Asked(question, page);
    }

    private async Task<string> SummarizeAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var id = scope.SessionId;
        if (question.Terms.Count > 0)
        {
            var sessions = await FindSessionsAsync(question, scope with { Selection = SessionSelection.All }, ct);
            if (sessions.Count == 0)
            {
                return $"I found no chat about {PassageText.Topic(question)}. *List my chats* shows all of them.";
            }
            id = sessions[0].Id;
        }
        return await recall.SessionAsync(scope.UserId, id, ct) is { } session
            ? SessionText.Summarize(session, WithoutCommands(await recall.ReadAsync(scope with { Selection = SessionSelection.All }, id, ct)))
            : Help.Self;
    }

    private async Task<string> CountAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        if (question.Terms.Count > 0 && question.CountUnit != CountUnit.Tokens)
        {
            var matches = (await recall.MatchesAsync(scope, question.Terms, ct)).Where(m => !(m.IsToExcludedModel && IsCommand(m.Role, m.Beginning))).ToList();
            return CountText.Mentions(question, matches.Count, matches.Select(m => m.SessionId).Distinct().Count());
        }
        if (question.CountUnit == CountUnit.Words)
        {
            var (words, count) = (0L, 0);
            await foreach (var text in recall.StreamOwnTexts(scope).WithCancellation(ct))
            {
                words += WordCount.Of(text);
                count++;
            }
            return CountText.Words(question, words, count);
        }
        var totals = await recall.TotalsAsync(scope, ct);
        return question.CountUnit == CountUnit.Tokens ? CountText.Tokens(question, totals) : CountText.Totals(question, totals);
    }
}
