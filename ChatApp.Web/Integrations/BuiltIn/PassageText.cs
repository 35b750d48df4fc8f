using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes answers that quote passages.</summary>
internal static class PassageText
{
    public const int PerPage = 4;

    private const int ListedLength = 200;

    /// <summary>Passages found for a question.</summary>
    /// <param name="question">The question, with its page.</param>
    /// <param name="passages">The passages in their order, at least one.</param>
    /// <param name="isAll">Whether there are no more than these.</param>
    public static string Found(Question question, IReadOnlyList<Passage> passages, bool isAll)
    {
        var page = passages.Skip(question.Page * PerPage).Take(PerPage).ToList();
        if (page.Count == 0)
        {
            return $"That was all I found. {Help.OnlySessions}";
        }
        List<string> parts = [question.Page > 0 ? "More of what I found:" : Lead(question, passages, isAll)];
        foreach (var passage in page)
        {
            parts.Add($"{Who(passage.Message)} on {MarkdownText.Date(passage.Message.CreatedAt)} in {MarkdownText.Link(passage.Message)}:");
            parts.Add(passage.IsCode ? MarkdownText.QuoteCode(passage.Lines) : MarkdownText.Quote(passage.Lines, question.Terms));
        }
        var left = passages.Count - (question.Page + 1) * PerPage;
        if (left > 0)
        {
            parts.Add($"There {(left == 1 ? "is 1 more passage" : $"are {left} more passages")}: say *more*.");
        }
        return MarkdownText.Paragraphs(parts);
    }

    /// <summary>Nothing was found.</summary>
    public static string Nothing(Question question)
    {
        var where = question.Reach switch
        {
            SessionReach.Current => "in this session",
            SessionReach.Others => "in your other sessions",
            _ => "in your sessions",
        };
        var when = question.Period is { } period ? $" {period.Text}" : "";
        if (question.Want == Want.LookUp)
        {
            return question.IsQuestion
                ? $"I found nothing about this {where}. {Help.Unknown}\n\n{Help.Connect}"
                : "I have nothing to add to that, but it is kept, and I will find it again when you ask for it. *help* shows what I can do.";
        }
        var searched = string.Join(", ", question.Terms.Take(4).Select(t => $"“{MarkdownText.Escape(t)}”"));
        return $"I found nothing about {Topic(question)} {where}{when}. I looked for {searched}. {Help.OnlySessions}";
    }

    /// <summary>The user's own first or last messages.</summary>
    public static string Asked(Question question, IReadOnlyList<RecalledMessage> messages)
    {
        var where = question.Reach switch { SessionReach.Current => " in this session", SessionReach.Others => " in your other sessions", _ => "" };
        if (messages.Count == 0)
        {
            return $"You have not asked anything{where} before{(question.Period is { } p ? $" ({p.Text})" : "")}.";
        }
        var first = question.Want == Want.FirstAsked;
        var one = messages[0];
        var when = question.Period is { } period ? $" {period.Text}" : "";
        List<string> parts =
        [
            $"The {(first ? "first" : "last")} thing you wrote{where}{when} was, on {MarkdownText.Date(one.CreatedAt)} in {MarkdownText.Link(one)}:",
            Line(one),
        ];
        if (messages.Count > 1)
        {
            parts.Add(first ? "Then:" : "Before that:");
            parts.Add(MarkdownText.Bullets(messages.Skip(1).Select(m =>
                $"{MarkdownText.Date(m.CreatedAt)}, {MarkdownText.Link(m)}: {MarkdownText.Escape(Short(m.Text, 100))}")));
        }
        return MarkdownText.Paragraphs(parts);
    }

    /// <summary>The beginning of a message as a quote.</summary>
    public static string Line(RecalledMessage message) => MarkdownText.Quote([Short(message.Text, ListedLength)], []);

    /// <summary>The beginning of a message without Markdown, and without code if there is anything else.</summary>
    public static string Short(string text, int length)
    {
        var pieces = TextPieces.Of(text.Length > 4000 ? text[..4000] : text).Where(p => p.Text.Length > 0).ToList();
        var prose = pieces.Where(p => !p.IsCode).ToList();
        var line = (prose.Count > 0 ? prose : pieces).Aggregate("", (all, p) => TextPieces.Join(all, p.Text.Trim()));
        return line.Length > 0 ? MarkdownText.Cut(line, length) : "…";
    }

    public static string Topic(Question question) => question.Topic.Length == 0 ? "this" : $"“{MarkdownText.Escape(MarkdownText.Cut(question.Topic, 80))}”";

    private static string Lead(Question question, IReadOnlyList<Passage> passages, bool isAll)
    {
        var sessions = passages.Select(p => p.Message.SessionId).Distinct().Count();
        var amount = $"{(isAll ? "" : "at least ")}{MarkdownText.Count(passages.Count, "message")} in {MarkdownText.Count(sessions, "session")}";
        var partly = question.Terms.Count > 1 && passages.All(p => p.Terms < question.Terms.Count) ? " None has all of the words; these come closest:" : "";
        if (question.Want == Want.LookUp)
        {
            var touch = passages.Count == 1 ? "one message touches" : $"{amount} touch";
            return $"I have no knowledge of my own, but {touch} on this{(partly.Length > 0 ? "." + partly : ":")}";
        }
        var order = question.Order switch
        {
            Order.Newest => " The latest first:",
            Order.Oldest => " The earliest first:",
            _ => passages.Count > 1 ? " The best passages:" : " It says:",
        };
        return $"{Topic(question)}{(question.Period is { } period ? $" {period.Text}" : "")}: I found it in {amount}.{(partly.Length > 0 ? partly : order)}";
    }

    private static string Who(RecalledMessage message) => message.Role == MessageRole.User ? "**You**" : "**The assistant**";
}
