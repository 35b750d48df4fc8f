using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;

namespace ChatApp.Web.Demo;

/// <summary>The times of a demo session's messages, at the pace of a person who reads, thinks and types.</summary>
internal static class DemoTimes
{
    private const double TokensPerSecond = 45;
    private const double ReadCharactersPerSecond = 40;
    private const double TypedCharactersPerSecond = 4;

    /// <summary>
    /// Begin and end of each message. A reply begins with the user's message and ends when it is complete. The last one ends as long ago as the transcript says.
    /// </summary>
    public static IReadOnlyList<(DateTimeOffset Begin, DateTimeOffset End)> Of(DemoTranscript chat, DateTimeOffset now)
    {
        var times = new List<(TimeSpan Begin, TimeSpan End)>();
        var at = TimeSpan.Zero;
        foreach (var (index, message) in chat.Messages.Index())
        {
            if (message.Role == MessageRole.Assistant)
            {
                var end = at + TimeSpan.FromMilliseconds(Math.Round(700 + 1000 * TokenEstimator.Count(message.Text) / TokensPerSecond));
                times.Add((at, end));
                at = end;
                continue;
            }
            if (index > 0)
            {
                var reading = chat.Messages[index - 1].Text.Length / ReadCharactersPerSecond;
                at += message.Pause + TimeSpan.FromSeconds(Math.Round(5 + reading + Math.Min(120, message.Text.Length / TypedCharactersPerSecond)));
            }
            times.Add((at, at));
        }
        var start = now - chat.Age - at;
        return [.. times.Select(t => (start + t.Begin, start + t.End))];
    }
}
