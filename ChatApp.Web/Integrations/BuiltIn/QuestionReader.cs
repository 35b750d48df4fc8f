using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>
/// Parses English questions about the user's own sessions by their form. Anything that it does not recognise is a <see cref="Intent.LookUp"/>, a search
/// for its keywords.
/// </summary>
internal static partial class QuestionReader
{
    // Longer texts are pasted content or questions for a language model.
    private const int CommandMaxLength = 300;

    private const int FollowUpDepth = 20;

    /// <summary>Parses the last of the user's messages. Follow-ups like "more" refer to the messages before it.</summary>
    /// <param name="asked">The user's messages in this session, oldest first, the question last.</param>
    /// <param name="now">The current time, for "yesterday".</param>
    public static Question Read(IReadOnlyList<string> asked, DateTimeOffset now) => asked.Count == 0 ? new(Intent.Help) : Read(asked, asked.Count - 1, now);

    /// <summary>Parses one message by itself.</summary>
    public static Question Read(string text, DateTimeOffset now) => Read([text], now);

    private static Question Read(IReadOnlyList<string> asked, int index, DateTimeOffset now)
    {
        var text = Spaces().Replace(asked[index].Length > 4000 ? asked[index][..4000] : asked[index], " ").Trim();
        if (text.Length > CommandMaxLength)
        {
            return LookUp(text);
        }
        var hasBase = index > 0 && index > asked.Count - FollowUpDepth;
        if (hasBase && Patterns.More.IsMatch(text))
        {
            var before = Read(asked, index - 1, now);
            return before with { Page = before.Page + 1 };
        }
        if (hasBase && Patterns.OthersOnly.IsMatch(text))
        {
            return Read(asked, index - 1, now) with { Selection = SessionSelection.Others, Page = 0 };
        }
        if (hasBase && Patterns.AndTopic.Match(text) is { Success: true } next
            && Read(asked, index - 1, now) is { Intent: Intent.Recall or Intent.LookUp or Intent.Sessions or Intent.Count or Intent.Summary } previous)
        {
            return WithTopic(previous with { Page = 0, Order = Order.Best, Period = null }, next.Groups["topic"].Value);
        }
        return ReadAlone(text, now);
    }

    private static Question ReadAlone(string text, DateTimeOffset now)
    {
        var rest = text.TrimEnd('?', '!', '.', ' ', '…');
        if (Simple(rest) is { } intent)
        {
            return new(intent);
        }
        var selection = TakeSelection(ref rest);
        var period = Period.Take(ref rest, now);
        rest = Spaces().Replace(rest, " ").TrimEnd('?', '!', '.', ',', ' ');
        return Form(rest, period) is { } question ? question with { Selection = selection, Period = period } : LookUp(text);
    }

    private static Intent? Simple(string text) =>
        Patterns.Greeting.IsMatch(text) ? Intent.Greeting
        : Patterns.Thanks.IsMatch(text) ? Intent.Thanks
        : Patterns.Clock.IsMatch(text) ? Intent.Clock
        : Patterns.Help.IsMatch(text) ? Intent.Help
        : Patterns.Connect.IsMatch(text) ? Intent.Connect
        : null;

    private static Question? Form(string text, Period? period)
    {
        if (Patterns.Count.Match(text) is { Success: true } count)
        {
            return WithTopic(new(Intent.Count) { CountUnit = CountUnitOf(count.Groups["unit"].Value) }, count.Groups["topic"].Value);
        }
        if (Patterns.Summary.Match(text) is { Success: true } summary)
        {
            return WithTopic(new(Intent.Summary), summary.Groups["topic"].Value);
        }
        if (Patterns.Asked.Match(text) is { Success: true } asked)
        {
            return new(asked.Groups["first"].Success ? Intent.FirstAsked : Intent.LastAsked);
        }
        if (Patterns.When.Match(text) is { Success: true } when)
        {
            var order = when.Groups["first"].Success ? Order.Oldest : Order.Newest;
            return WithTopic(new(Intent.Recall) { PrefersOwnMessages = when.Groups["mine"].Success, Order = order }, when.Groups["topic"].Value);
        }
        if (Patterns.Sessions.Match(text) is { Success: true } sessions)
        {
            return WithTopic(new(Intent.Sessions), sessions.Groups["topic"].Value);
        }
        if (Patterns.Recall.Match(text) is { Success: true } recall)
        {
            return WithTopic(new(Intent.Recall) { PrefersOwnMessages = recall.Groups["mine"].Success }, recall.Groups["topic"].Value);
        }
        // "What did I say yesterday?" lists the sessions of that period.
        return Patterns.RecallAll.IsMatch(text) ? new(period is null ? Intent.LastAsked : Intent.Sessions) : null;
    }

    private static Question WithTopic(Question question, string topic)
    {
        topic = topic.Trim(' ', '"', '“', '”', '\'', '‘', '’', '«', '»', '?', '.', ',', '!');
        if (Patterns.ThisSession.IsMatch(topic))
        {
            return question with { Topic = "", Terms = [], Selection = SessionSelection.Current };
        }
        var terms = Keywords.Of(topic);
        // A topic of only stop words or symbols is searched literally.
        return question with { Topic = topic, Terms = terms.Count > 0 || topic.Length == 0 ? terms : [topic.ToLowerInvariant()] };
    }

    private static Question LookUp(string text) =>
        new(Intent.LookUp) { Topic = text, Terms = Keywords.Of(text), IsQuestion = text.AsSpan().ContainsAny('?', '？', '؟') || Patterns.Asking.IsMatch(text) };

    private static SessionSelection TakeSelection(ref string text)
    {
        (Regex, SessionSelection)[] places =
        [
            (Patterns.InThis, SessionSelection.Current), (Patterns.InOthers, SessionSelection.Others), (Patterns.InAll, SessionSelection.All),
        ];
        foreach (var (pattern, selection) in places)
        {
            if (pattern.IsMatch(text))
            {
                text = pattern.Replace(text, " ").Trim();
                return selection;
            }
        }
        return SessionSelection.All;
    }

    private static CountUnit CountUnitOf(string word) => word.ToLowerInvariant() switch
    {
        ['w', 'o', ..] => CountUnit.Words,
        ['t', 'o', ..] => CountUnit.Tokens,
        ['s', ..] or ['c', ..] or ['t', 'h', ..] => CountUnit.Sessions,
        _ => CountUnit.Messages,
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
