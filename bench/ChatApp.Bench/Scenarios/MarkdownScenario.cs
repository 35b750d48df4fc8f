using ChatApp.Web.Features.Chat.Markdown;

namespace ChatApp.Bench.Scenarios;

/// <summary>Rendering of texts that are made to take long.</summary>
internal static class MarkdownScenario
{
    private const int Length = 64 * 1024;
    private const int Shown = 15;

    public static Task<Report> RunAsync(Options options)
    {
        var (texts, seed) = (options.Number("texts", 2000), options.Number("seed", 1));
        var plain = MarkdownTexts.Plain(Length);
        ThreadTime.Of(() => SafeMarkdown.ToHtml(plain), 200); // compiles it
        var bound = ThreadTime.Of(() => SafeMarkdown.ToHtml(plain), 20).TotalMilliseconds;
        var slowest = MarkdownTexts.Simple(Length).Concat(MarkdownTexts.Random(Length, seed).Take(texts))
            .Select(text => (Time: ThreadTime.Of(() => SafeMarkdown.ToHtml(text), 2).TotalMilliseconds, Text: MarkdownTexts.Show(text)))
            .OrderByDescending(t => t.Time).Take(Shown);
        var report = new Report("markdown", $"{texts:N0} random texts of {Length:N0} characters, seed {seed}, processor time");
        foreach (var (time, text) in slowest)
        {
            report.Add(text[..Math.Min(text.Length, 44)], "ms", time, bound, "< 100");
        }
        return Task.FromResult(report);
    }
}
