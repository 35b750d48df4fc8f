using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes lists and summaries of sessions.</summary>
internal static class SessionText
{
    public const int PerPage = 10;

    /// <summary>A table of sessions.</summary>
    /// <param name="question">The question, with the page to show.</param>
    /// <param name="sessions">The sessions of this page.</param>
    /// <param name="total">The number of sessions on all pages.</param>
    public static string Table(Question question, IReadOnlyList<RecalledSession> sessions, int total)
    {
        var about = (question.Topic.Length > 0 ? $" about {PassageText.Topic(question)}" : "")
            + (question.Period is { } period ? $" with messages {period.Text}" : "");
        if (sessions.Count == 0)
        {
            return question.Page > 0 ? "That was all." : $"You have no {(question.Selection == SessionSelection.Others ? "other " : "")}chats{about}.";
        }
        var rows = sessions.Select(s =>
            $"| {MarkdownText.Link(s.Title, s.Id)} | {MarkdownText.Number(s.MessageCount)} | {MarkdownText.Date(s.LastActivityAt)} |");
        List<string> parts =
        [
            question.Page > 0 ? "More chats:" : Lead(about, sessions.Count, total),
            string.Join('\n', rows.Prepend("| --- | ---: | --- |").Prepend("| Chat | Messages | Last activity |")),
        ];
        var left = total - question.Page * PerPage - sessions.Count;
        if (left > 0)
        {
            parts.Add($"Say *more* for the next {Math.Min(left, PerPage)}.");
        }
        return MarkdownText.Paragraphs(parts);
    }

    /// <summary>A summary of a session, quoted from its messages.</summary>
    public static string Summarize(RecalledSession session, IReadOnlyList<RecalledMessage> messages)
    {
        if (messages.Count == 0)
        {
            return $"There is nothing to summarize in {MarkdownText.Link(session.Title, session.Id)} apart from questions to me and my replies.";
        }
        var summary = Summary.Of(messages);
        var (first, last) = (MarkdownText.Date(messages[0].CreatedAt), MarkdownText.Date(messages[^1].CreatedAt));
        var days = first == last ? first : $"{first} to {last}";
        List<string> parts = [$"**{MarkdownText.Link(session.Title, session.Id)}**: {MarkdownText.Count(session.MessageCount, "message")}, {days}."];
        if (summary.First is { } question)
        {
            parts.AddRange(["It began with your message:", PassageText.Line(question)]);
        }
        if (summary.Terms.Count > 0)
        {
            parts.Add($"**Recurring topics:** {string.Join(", ", summary.Terms.Select(t => MarkdownText.Escape(t, false)))}.");
        }
        if (summary.Points.Count > 0)
        {
            parts.AddRange(["**Main points**, quoted:", MarkdownText.Bullets(summary.Points.Select(Point))]);
        }
        if (summary.Latest.Count > 0)
        {
            var latest = summary.Latest.Select(m => MarkdownText.Escape(PassageText.Short(m.Text, 140)));
            parts.AddRange(["**Your latest messages:**", MarkdownText.Bullets(latest)]);
        }
        return MarkdownText.Paragraphs(parts);

        static string Point((RecalledMessage Message, string Text) point)
        {
            var who = point.Message.Role == MessageRole.User ? "you" : "reply";
            return $"{MarkdownText.Escape(point.Text)} ({MarkdownText.Link(who, point.Message.SessionId, point.Message.Id)})";
        }
    }

    private static string Lead(string about, int shown, int total) =>
        total == 1 ? $"There is one chat{about}:"
        : about.Length > 0 ? $"There are {MarkdownText.Number(total)} chats{about}{(total > shown ? $". The first {shown}" : "")}:"
        : $"You have {MarkdownText.Number(total)} chats{(total > shown ? $". The {shown} most recent" : "")}:";
}
