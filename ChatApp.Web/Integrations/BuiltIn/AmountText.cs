using ChatApp.Web.Integrations.BuiltIn.Recall;
using static ChatApp.Web.Integrations.BuiltIn.MarkdownText;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes answers to "how many".</summary>
internal static class AmountText
{
    /// <summary>An amount of messages or sessions.</summary>
    public static string Amounts(Question question, RecallTotals totals)
    {
        var (messages, during) = (Count(totals.Messages, "message"), During(question));
        var parts = $"{Number(totals.FromUser)} from you and {Count(totals.FromAssistant, "answer")}";
        if (question.Reach == SessionReach.Current)
        {
            return $"This session has **{messages}** so far{during}: {parts}.";
        }
        var others = question.Reach == SessionReach.Others;
        return question.Counted == Counted.Sessions
            ? $"You have **{Count(totals.Sessions, others ? "other session" : "session")}** with messages{during}; {messages} in all."
            : $"{(others ? "Your other sessions" : "Your sessions")} contain **{messages}**{during}: {parts}, in {Count(totals.Sessions, "session")}.";
    }

    public static string Tokens(Question question, RecallTotals totals)
    {
        var tokens = Count(totals.Tokens, "token");
        return $"The answers in {Where(question)}{During(question)} used **{tokens}**, prompts included. My own answers are counted with them, as estimates.";
    }

    /// <summary>How many words the user wrote.</summary>
    /// <param name="question">The question.</param>
    /// <param name="words">The words.</param>
    /// <param name="messages">The messages in which they were counted.</param>
    public static string Words(Question question, long words, int messages)
    {
        if (messages == 0)
        {
            return $"You have not written anything in {Where(question)}{During(question)} before.";
        }
        var counted = messages < RecallService.SearchedMessages ? Count(messages, "message") : $"your newest {Number(messages)} messages";
        var each = Count(Math.Max(1, words / messages), "word");
        return $"You wrote **{Count(words, "word")}** in {Where(question)}{During(question)}, in {counted}: about {each} each.";
    }

    /// <summary>How many messages, or sessions, mention something.</summary>
    public static string Mentions(Question question, int messages, int sessions)
    {
        if (messages == 0)
        {
            return PassageText.Nothing(question);
        }
        var (amount, what, rest) = question.Counted == Counted.Sessions
            ? (sessions, Count(sessions, "session"), $"{Count(messages, "message")} in all")
            : (messages, Count(messages, "message"), $"in {Count(sessions, "session")}");
        var mention = amount == 1 ? "mentions" : "mention";
        var read = $"*what did I say about {Escape(Cut(question.Topic, 80), beginsLine: false)}*";
        return $"**{what}** {mention} {PassageText.Topic(question)}{During(question)}, {rest}. Ask {read} to read them.";
    }

    private static string Where(Question question) => question.Reach switch
    {
        SessionReach.Current => "this session",
        SessionReach.Others => "your other sessions",
        _ => "your sessions",
    };

    private static string During(Question question) => question.Period is { } period ? $" {period.Text}" : "";
}
