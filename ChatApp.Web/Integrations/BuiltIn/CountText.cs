using ChatApp.Web.Integrations.BuiltIn.Recall;
using static ChatApp.Web.Integrations.BuiltIn.MarkdownText;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes replies to "how many" questions.</summary>
internal static class CountText
{
    /// <summary>The number of messages or sessions.</summary>
    public static string Totals(Question question, RecallTotals totals)
    {
        var (messages, during) = (Count(totals.Messages, "message"), During(question));
        var parts = $"{Number(totals.FromUser)} from you and {Number(totals.FromAssistant)} from the assistant";
        if (question.Selection == SessionSelection.Current)
        {
            return $"This chat has **{messages}** so far{during}: {parts}.";
        }
        var others = question.Selection == SessionSelection.Others;
        return question.CountUnit == CountUnit.Sessions
            ? $"You have **{Count(totals.Sessions, others ? "other chat" : "chat")}** with messages{during}; {messages} in total."
            : $"{(others ? "Your other chats" : "Your chats")} contain **{messages}**{during}: {parts}, in {Count(totals.Sessions, "chat")}.";
    }

    public static string Tokens(Question question, RecallTotals totals)
    {
        var tokens = Count(totals.Tokens, "token");
        return $"The replies in {Where(question)}{During(question)} used **{tokens}**, including prompts. My own replies are included as estimates.";
    }

    /// <summary>The number of words the user wrote.</summary>
    /// <param name="question">The question.</param>
    /// <param name="words">The number of words.</param>
    /// <param name="messages">The number of messages they were counted in.</param>
    public static string Words(Question question, long words, int messages)
    {
        if (messages == 0)
        {
            return $"You haven't written anything in {Where(question)}{During(question)} yet.";
        }
        var counted = messages < RecallService.SearchedMessages ? Count(messages, "message") : $"your latest {Number(messages)} messages";
        var each = Count(Math.Max(1, words / messages), "word");
        return $"You wrote **{Count(words, "word")}** in {Where(question)}{During(question)}, in {counted}: about {each} each.";
    }

    /// <summary>The number of messages, or sessions, that mention something.</summary>
    public static string Mentions(Question question, int messages, int sessions)
    {
        if (messages == 0)
        {
            return PassageText.Nothing(question);
        }
        var (amount, what, rest) = question.CountUnit == CountUnit.Sessions
            ? (sessions, Count(sessions, "chat"), $"{Count(messages, "message")} in total")
            : (messages, Count(messages, "message"), $"in {Count(sessions, "chat")}");
        var mention = amount == 1 ? "mentions" : "mention";
        var read = $"*what did I say about {Escape(Cut(question.Topic, 80), beginsLine: false)}*";
        return $"**{what}** {mention} {PassageText.Topic(question)}{During(question)}, {rest}. Ask {read} to read them.";
    }

    private static string Where(Question question) => question.Selection switch
    {
        SessionSelection.Current => "this chat",
        SessionSelection.Others => "your other chats",
        _ => "your chats",
    };

    private static string During(Question question) => question.Period is { } period ? $" {period.Text}" : "";
}
