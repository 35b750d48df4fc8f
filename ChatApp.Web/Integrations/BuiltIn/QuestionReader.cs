using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>
/// Understands English questions about the user's own sessions by their form. What it does not understand is a <see cref="Want.LookUp"/>, so nothing
/// is lost by not understanding.
/// </summary>
internal static partial class QuestionReader
{
    // Longer texts are pasted matter or real questions to a real model; their form tells nothing.
    private const int LongestCommand = 300;

    private const int FollowUpDepth = 20;

    /// <summary>Reads the newest of a user's messages; short ones like "more" continue the ones before.</summary>
    /// <param name="asked">The user's messages in this session, oldest first, the question last.</param>
    /// <param name="now">The present, for "yesterday".</param>
    public static Question Read(IReadOnlyList<string> asked, DateTimeOffset now) => asked.Count == 0 ? new(Want.Help) : Read(asked, asked.Count - 1, now);

    /// <summary>Reads one message by itself.</summary>
    public static Question Read(string text, DateTimeOffset now) => Read([text], now);

    private static Question Read(IReadOnlyList<string> asked, int index, DateTimeOffset now)
    {
        var text = Spaces().Replace(asked[index].Length > 4000 ? asked[index][..4000] : asked[index], " ").Trim();
        if (text.Length > LongestCommand)
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
            return Read(asked, index - 1, now) with { Reach = SessionReach.Others, Page = 0 };
        }
        if (hasBase && Patterns.AndTopic.Match(text) is { Success: true } next
            && Read(asked, index - 1, now) is { Want: Want.Recall or Want.LookUp or Want.Sessions or Want.Count or Want.Summary } previous)
        {
            return WithTopic(previous with { Page = 0, Order = Order.Best, Period = null }, next.Groups["topic"].Value);
        }
        return ReadAlone(text, now);
    }

    private static Question ReadAlone(string text, DateTimeOffset now)
    {
        var rest = text.TrimEnd('?', '!', '.', ' ', '…');
        if (Simple(rest) is { } want)
        {
            return new(want);
        }
        var reach = TakeReach(ref rest);
        var period = Period.Take(ref rest, now);
        rest = Spaces().Replace(rest, " ").TrimEnd('?', '!', '.', ',', ' ');
        return Form(rest, period) is { } question ? question with { Reach = reach, Period = period } : LookUp(text);
    }

    private static Want? Simple(string text) =>
        Patterns.Greeting.IsMatch(text) ? Want.Greeting
        : Patterns.Thanks.IsMatch(text) ? Want.Thanks
        : Patterns.Clock.IsMatch(text) ? Want.Clock
        : Patterns.Help.IsMatch(text) ? Want.Help
        : Patterns.Connect.IsMatch(text) ? Want.Connect
        : null;

    private static Question? Form(string text, Period? period)
    {
        if (Patterns.Count.Match(text) is { Success: true } count)
        {
            return WithTopic(new(Want.Count) { Counted = CountedOf(count.Groups["unit"].Value) }, count.Groups["topic"].Value);
        }
        if (Patterns.Summary.Match(text) is { Success: true } summary)
        {
            return WithTopic(new(Want.Summary), summary.Groups["topic"].Value);
        }
        if (Patterns.Asked.Match(text) is { Success: true } asked)
        {
            return new(asked.Groups["first"].Success ? Want.FirstAsked : Want.LastAsked);
        }
        if (Patterns.When.Match(text) is { Success: true } when)
        {
            var order = when.Groups["first"].Success ? Order.Oldest : Order.Newest;
            return WithTopic(new(Want.Recall) { Mine = when.Groups["mine"].Success, Order = order }, when.Groups["topic"].Value);
        }
        if (Patterns.Sessions.Match(text) is { Success: true } sessions)
        {
            return WithTopic(new(Want.Sessions), sessions.Groups["topic"].Value);
        }
        if (Patterns.Recall.Match(text) is { Success: true } recall)
        {
            return WithTopic(new(Want.Recall) { Mine = recall.Groups["mine"].Success }, recall.Groups["topic"].Value);
        }
        // "What did I say yesterday?": everything of that time.
        return Patterns.RecallAll.IsMatch(text) ? new(period is null ? Want.LastAsked : Want.Sessions) : null;
    }

    private static Question WithTopic(Question question, string topic)
    {
        topic = topic.Trim(' ', '"', '“', '”', '\'', '‘', '’', '«', '»', '?', '.', ',', '!');
        if (Patterns.ThisSession.IsMatch(topic))
        {
            return question with { Topic = "", Terms = [], Reach = SessionReach.Current };
        }
        var terms = KeyWords.Of(topic);
        // A topic of stop words only, or of signs only, is searched as it stands.
        return question with { Topic = topic, Terms = terms.Count > 0 || topic.Length == 0 ? terms : [topic.ToLowerInvariant()] };
    }

    private static Question LookUp(string text) =>
        new(Want.LookUp) { Topic = text, Terms = KeyWords.Of(text), IsQuestion = text.AsSpan().ContainsAny('?', '？', '؟') || Patterns.Asking.IsMatch(text) };

    private static SessionReach TakeReach(ref string text)
    {
        (Regex, SessionReach)[] places =
        [
            (Patterns.InThis, SessionReach.Current), (Patterns.InOthers, SessionReach.Others), (Patterns.InAll, SessionReach.All),
        ];
        foreach (var (pattern, reach) in places)
        {
            if (pattern.IsMatch(text))
            {
                text = pattern.Replace(text, " ").Trim();
                return reach;
            }
        }
        return SessionReach.All;
    }

    private static Counted CountedOf(string word) => word.ToLowerInvariant() switch
    {
        ['w', 'o', ..] => Counted.Words,
        ['t', 'o', ..] => Counted.Tokens,
        ['s', ..] or ['c', ..] or ['t', 'h', ..] => Counted.Sessions,
        _ => Counted.Messages,
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
