using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>A period named in a question, in UTC days.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="Until">Its end, exclusive.</param>
/// <param name="Text">Its text in a sentence, e.g. "last week" or "in the last 7 days".</param>
internal sealed partial record Period(DateTimeOffset From, DateTimeOffset Until, string Text)
{
    /// <summary>Finds a period in a question and removes it from the text.</summary>
    /// <param name="text">The question; afterwards without the period.</param>
    /// <param name="now">The current time.</param>
    public static Period? Take(ref string text, DateTimeOffset now)
    {
        if (Pattern().Match(text) is not { Success: true } match || Of(match, Midnight(now)) is not { } period)
        {
            return null;
        }
        text = (text[..match.Index] + " " + text[(match.Index + match.Length)..]).Trim();
        return period;
    }

    private static Period? Of(Match match, DateTimeOffset today)
    {
        var name = match.Groups["name"].Value.ToLowerInvariant();
        var tomorrow = today.AddDays(1);
        if (match.Groups["unit"] is { Success: true, Value: var unit })
        {
            var count = match.Groups["count"].Success ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 1;
            var back = unit.ToLowerInvariant() switch { "day" => count, "week" => 7 * count, "month" => 30 * count, _ => 365 * count };
            return new(today.AddDays(1 - back), tomorrow, "in the " + name);
        }
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var month = today.AddDays(1 - today.Day);
        return name switch
        {
            "today" => new(today, tomorrow, name),
            "yesterday" => new(today.AddDays(-1), today, name),
            "this week" => new(monday, tomorrow, name),
            "last week" => new(monday.AddDays(-7), monday, name),
            "this month" => new(month, tomorrow, name),
            "last month" => new(month.AddMonths(-1), month, name),
            "this year" => new(new(today.Year, 1, 1, 0, 0, 0, TimeSpan.Zero), tomorrow, name),
            "last year" => new(new(today.Year - 1, 1, 1, 0, 0, 0, TimeSpan.Zero), new(today.Year, 1, 1, 0, 0, 0, TimeSpan.Zero), name),
            _ => OfWeekday(name, today),
        };
    }

    // "On Monday" means the most recent one before today.
    private static Period? OfWeekday(string name, DateTimeOffset today)
    {
        if (!Enum.TryParse<DayOfWeek>(name, ignoreCase: true, out var day))
        {
            return null;
        }
        var back = ((int)today.DayOfWeek - (int)day + 7) % 7;
        var start = today.AddDays(back == 0 ? -7 : -back);
        return new(start, start.AddDays(1), "on " + day);
    }

    private static DateTimeOffset Midnight(DateTimeOffset now) => new(now.UtcDateTime.Date, TimeSpan.Zero);

    [GeneratedRegex(
        """
        \b(?:from\s+|since\s+|on\s+|during\s+|in\s+|over\s+|within\s+)?(?:the\s+)?
        (?<name>today|yesterday|(?:this|last)\s(?:week|month|year)
        |(?:last|past|previous)\s(?<count>\d{1,3})\s(?<unit>day|week|month|year)s?
        |past\s(?<unit>day|week|month|year)
        |(?<=\bon\s)(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Pattern();
}
