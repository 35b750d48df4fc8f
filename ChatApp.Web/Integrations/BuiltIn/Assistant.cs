using System.Globalization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.BuiltIn.Recall;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Answers a question from what the user's own sessions contain. Found text is only ever quoted, never obeyed.</summary>
internal sealed class Assistant(RecallService recall, TimeProvider clock)
{
    private const int AskedShown = 4;

    /// <summary>Answers the last of the user's messages, in Markdown.</summary>
    /// <param name="caller">Who asks, and where; null: nobody known, so there is nothing to look into.</param>
    /// <param name="asked">The user's messages in this session, oldest first.</param>
    /// <param name="ct">Ends the search.</param>
    public async Task<string> AnswerAsync(ChatCaller? caller, IReadOnlyList<string> asked, CancellationToken ct)
    {
        var question = QuestionReader.Read(asked, clock.GetUtcNow());
        if (Say(question.Want) is { } text)
        {
            return text;
        }
        if (caller is null)
        {
            return Help.Self;
        }
        var scope = new RecallScope(caller.UserId, caller.SessionId)
        {
            Reach = question.Reach,
            From = question.Period?.From,
            Until = question.Period?.Until,
            ExcludedModel = ModelCatalog.BuiltInName,
        };
        return question.Want switch
        {
            Want.Count => await CountAsync(question, scope, ct),
            Want.Sessions => await SessionsAsync(question, scope, ct),
            Want.FirstAsked or Want.LastAsked => await AskedAsync(question, scope, ct),
            Want.Summary => await SummarizeAsync(question, scope, ct),
            _ => await PassagesAsync(question, scope, ct),
        };
    }

    private string? Say(Want want) => want switch
    {
        Want.Greeting => Help.Greeting,
        Want.Thanks => Help.Thanks,
        Want.Help => $"{Help.Self}\n\n{Help.Connect}",
        Want.Connect => Help.Connect,
        Want.Clock => Clock(),
        _ => null,
    };

    private string Clock()
    {
        var (utc, local) = (clock.GetUtcNow(), clock.GetLocalNow());
        var text = string.Create(CultureInfo.InvariantCulture, $"It is **{utc:HH:mm} UTC** on **{utc:dddd, d MMMM yyyy}**");
        return local.Offset == TimeSpan.Zero ? text + "." : text + string.Create(CultureInfo.InvariantCulture, $" ({local:HH:mm} where this server stands).");
    }

    private async Task<string> PassagesAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        if (question.Terms.Count == 0)
        {
            return question.Want == Want.LookUp ? Help.Greeting : Help.Self;
        }
        var found = await recall.SearchAsync(scope, question.Terms, ct);
        var passages = Passages.Rank(WithoutCommands(found.Messages), question, clock.GetUtcNow());
        if (question.Want == Want.LookUp)
        {
            // Nobody asked for a search: only what has most of the words, and of a statement nearly all, is worth showing.
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

    // What the user told this assistant to do is not what they said about a thing.
    private bool IsCommand(MessageRole role, string text) => role == MessageRole.User && QuestionReader.Read(text, clock.GetUtcNow()).Want != Want.LookUp;

    private async Task<string> SessionsAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var skip = question.Page * SessionText.PerPage;
        if (question.Terms.Count == 0)
        {
            var page = await recall.SessionsAsync(scope, [], skip, SessionText.PerPage, ct);
            return SessionText.Table(question, page.Sessions, page.Total);
        }
        var sessions = await AboutAsync(question, scope, ct);
        return SessionText.Table(question, [.. sessions.Skip(skip).Take(SessionText.PerPage)], sessions.Count);
    }

    // Those with the topic in their title come first, then those whose messages say most about it.
    private async Task<IReadOnlyList<RecalledSession>> AboutAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var titled = await recall.SessionsAsync(scope, question.Terms, 0, 50, ct);
        var found = await recall.SearchAsync(scope, question.Terms, ct);
        var passages = Passages.Rank(WithoutCommands(found.Messages), question, clock.GetUtcNow());
        var mostTerms = passages.Select(p => p.Terms).DefaultIfEmpty(0).Max();
        var ids = passages.Where(p => p.Terms == mostTerms).Select(p => p.Message.SessionId).Distinct();
        // A session that began with an order to this assistant bears it as its title.
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
        var messages = await recall.QuestionsAsync(scope, question.Want == Want.FirstAsked, AskedShown * (question.Page + 1), ct);
        var page = messages.Skip(AskedShown * question.Page).ToList();
        return question.Page > 0 && page.Count == 0 ? "That was all." : PassageText.Asked(question, page);
    }

    private async Task<string> SummarizeAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        var id = scope.SessionId;
        if (question.Terms.Count > 0)
        {
            var sessions = await AboutAsync(question, scope with { Reach = SessionReach.All }, ct);
            if (sessions.Count == 0)
            {
                return $"I found no session about {PassageText.Topic(question)}. *List my sessions* shows what there is.";
            }
            id = sessions[0].Id;
        }
        return await recall.SessionAsync(scope.UserId, id, ct) is { } session
            ? SessionText.Summarize(session, WithoutCommands(await recall.ReadAsync(scope with { Reach = SessionReach.All }, id, ct)))
            : Help.Self;
    }

    private async Task<string> CountAsync(Question question, RecallScope scope, CancellationToken ct)
    {
        if (question.Terms.Count > 0 && question.Counted != Counted.Tokens)
        {
            var matches = (await recall.MatchesAsync(scope, question.Terms, ct)).Where(m => !(m.IsToExcludedModel && IsCommand(m.Role, m.Beginning))).ToList();
            return AmountText.Mentions(question, matches.Count, matches.Select(m => m.SessionId).Distinct().Count());
        }
        if (question.Counted == Counted.Words)
        {
            var (words, count) = (0L, 0);
            await foreach (var text in recall.StreamOwnTexts(scope).WithCancellation(ct))
            {
                words += WordCount.Of(text);
                count++;
            }
            return AmountText.Words(question, words, count);
        }
        var totals = await recall.TotalsAsync(scope, ct);
        return question.Counted == Counted.Tokens ? AmountText.Tokens(question, totals) : AmountText.Amounts(question, totals);
    }
}
