using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes replies that quote passages.</summary>
internal static class PassageText
{
    public const int PerPage = 4;

    private const int ListedLength = 200;

    /// <summary>The passages found for a question.</summary>
    /// <param name="question">The question, with the page to show.</param>
    /// <param name="passages">The passages in order, at least one.</param>
    /// <param name="isAll">Whether these are all passages.</param>
    public static string Found(Question question, IReadOnlyList<Passage> passages, bool isAll)
    {
        var page = passages.Skip(question.Page * PerPage).Take(PerPage).ToList();
        if (page.Count == 0)
        {
            return $"That was all. {Help.OnlySessions}";
        }
        List<string> parts = [question.Page > 0 ? "More results:" : Lead(question, passages, isAll)];
        foreach (var passage in page)
        {
            parts.Add($"{Who(passage.Message)} on {MarkdownText.Date(passage.Message.CreatedAt)} in {MarkdownText.Link(passage.Message)}:");
            parts.Add(passage.IsCode ? MarkdownText.QuoteCode(passage.Lines) : MarkdownText.Quote(passage.Lines, question.Terms));
        }
        var left = passages.Count - (question.Page + 1) * PerPage;
        if (left > 0)
        {
            parts.Add($"There {(left == 1 ? "is 1 more passage" : $"are {left} more passages")}. Say *more* to see {(left == 1 ? "it" : "them")}.");
        }
        return MarkdownText.Paragraphs(parts);
    }

    /// <summary>The reply when nothing was found.</summary>
    public static string Nothing(Question question)
    {
        var where = question.Selection switch
        {
            SessionSelection.Current => "in this chat",
            SessionSelection.Others => "in your other chats",
            _ => "in your chats",
        };
        var when = question.Period is { } period ? $" {period.Text}" : "";
        if (question.Intent == Intent.LookUp)
        {
            return question.IsQuestion
                ? $"I found nothing about this {where}. {Help.Unknown}\n\n{Help.Connect}"
                : "I have nothing to add, but your message is saved and I can find it later. *help* shows what I can do.";
        }
        var searched = string.Join(", ", question.Terms.Take(4).Select(t => $"“{MarkdownText.Escape(t)}”"));
        return $"I found nothing about {Topic(question)} {where}{when}. I searched for {searched}. {Help.OnlySessions}";
    }

    /// <summary>The user's own first or last messages.</summary>
    public static string Asked(Question question, IReadOnlyList<RecalledMessage> messages)
    {
        var where = question.Selection switch { SessionSelection.Current => " in this chat", SessionSelection.Others => " in your other chats", _ => "" };
        if (messages.Count == 0)
        {
            return $"You haven't asked anything{where} before{(question.Period is { } p ? $" ({p.Text})" : "")}.";
        }
        var first = question.Intent == Intent.FirstAsked;
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

    /// <summary>The beginning of a message, as a quote.</summary>
    public static string Line(RecalledMessage message) => MarkdownText.Quote([Short(message.Text, ListedLength)], []);

    /// <summary>The beginning of a message without Markdown, and without code unless there is nothing else.</summary>
    public static string Short(string text, int length)
    {
        var segments = TextSegments.Of(text.Length > 4000 ? text[..4000] : text).Where(p => p.Text.Length > 0).ToList();
        var prose = segments.Where(p => !p.IsCode).ToList();
        var line = (prose.Count > 0 ? prose : segments).Aggregate("", (all, p) => TextSegments.Join(all, p.Text.Trim()));
        return line.Length > 0 ? MarkdownText.Cut(line, length) : "…";
    }

    public static string Topic(Question question) => question.Topic.Length == 0 ? "this" : $"“{MarkdownText.Escape(MarkdownText.Cut(question.Topic, 80))}”";

    private static string Lead(Question question, IReadOnlyList<Passage> passages, bool isAll)
    {
        var sessions = passages.Select(p => p.Message.SessionId).Distinct().Count();
        var amount = $"{(isAll ? "" : "at least ")}{MarkdownText.Count(passages.Count, "message")} in {MarkdownText.Count(sessions, "chat")}";
        var partly = question.Terms.Count > 1 && passages.All(p => p.Terms < question.Terms.Count) ? " None contains all of the words. The closest:" : "";
        if (question.Intent == Intent.LookUp)
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
        return $"{Topic(question)}{(question.Period is { } period ? $" {period.Text}" : "")}: found in {amount}.{(partly.Length > 0 ? partly : order)}";
    }

    private static string Who(RecalledMessage message) => message.Role == MessageRole.User ? "**You**" : "**The assistant**";
}
