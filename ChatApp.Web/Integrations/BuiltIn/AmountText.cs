using ChatApp.Domain.Search;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes answers to "how many".</summary>
internal static class AmountText
{
    /// <summary>An amount of messages or sessions.</summary>
    public static string Amounts(Question question, RecallTotals totals)
    {
        if (question.Reach == SessionReach.Current)
        {
            return $"This session has **{MarkdownText.Count(totals.Messages, "message")}** so far{During(question)}: {totals.FromUser} from you and {MarkdownText.Count(totals.FromAssistant, "answer")}.";
        }
        var subject = question.Reach == SessionReach.Others ? "Your other sessions" : "Your sessions";
        return question.Counted == Counted.Sessions
            ? $"You have **{MarkdownText.Count(totals.Sessions, question.Reach == SessionReach.Others ? "other session" : "session")}** with messages{During(question)}; {MarkdownText.Count(totals.Messages, "message")} in all."
            : $"{subject} contain **{MarkdownText.Count(totals.Messages, "message")}**{During(question)}: {MarkdownText.Number(totals.FromUser)} from you and {MarkdownText.Count(totals.FromAssistant, "answer")}, in {MarkdownText.Count(totals.Sessions, "session")}.";
    }

    public static string Tokens(Question question, RecallTotals totals) =>
        $"The answers in {Where(question)}{During(question)} used **{MarkdownText.Count(totals.Tokens, "token")}**, prompts included. My own answers are counted with them, as estimates.";

    public static string Words(Question question, long words, int messages)
    {
        var most = messages >= RecallService.SearchedMessages ? $" in your newest {MarkdownText.Number(messages)} messages" : $" in {MarkdownText.Count(messages, "message")}";
        return messages == 0
            ? $"You have not written anything in {Where(question)}{During(question)} before."
            : $"You wrote **{MarkdownText.Count(words, "word")}** in {Where(question)}{During(question)},{most}: about {MarkdownText.Count(Math.Max(1, words / messages), "word")} each.";
    }

    /// <summary>How many messages, or sessions, mention something.</summary>
    public static string Mentions(Question question, int messages, int sessions)
    {
        if (messages == 0)
        {
            return PassageText.Nothing(question);
        }
        var (what, rest) = question.Counted == Counted.Sessions
            ? (MarkdownText.Count(sessions, "session"), $"{MarkdownText.Count(messages, "message")} in all")
            : (MarkdownText.Count(messages, "message"), $"in {MarkdownText.Count(sessions, "session")}");
        var one = question.Counted == Counted.Sessions ? sessions == 1 : messages == 1;
        return $"**{what}** {(one ? "mentions" : "mention")} {PassageText.Topic(question)}{During(question)}, {rest}. Ask *what did I say about {MarkdownText.Escape(MarkdownText.Cut(question.Topic, 80))}* to read them.";
    }

    private static string Where(Question question) => question.Reach switch
    {
        SessionReach.Current => "this session",
        SessionReach.Others => "your other sessions",
        _ => "your sessions",
    };

    private static string During(Question question) => question.Period is { } period ? $" {period.Text}" : "";
}
