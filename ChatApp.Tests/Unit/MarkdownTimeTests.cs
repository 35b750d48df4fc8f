using ChatApp.Bench;
using ChatApp.Web.Features.Chat.Markdown;

namespace ChatApp.Tests.Unit;

/// <summary>
/// No text takes much longer to render than plain words of its length. <c>MARKDOWN_TEXTS</c> is the number of random texts and <c>MARKDOWN_SEED</c> where they begin; for the slowest ones:
/// <c>dotnet run -c Release --project bench/ChatApp.Bench -- markdown</c>.
/// </summary>
[NonParallelizable]
internal sealed class MarkdownTimeTests
{
    private const int Length = 64 * 1024;

    // Lines of plain words take about 1 ms, so that this is the 100 ms that no text may exceed. Without a bound the slowest take several thousand times as long.
    private const double MostTimes = 100;

    [Test]
    public void ToHtml_AnyText_TakesAModestMultipleOfPlainLines() => Check(text => SafeMarkdown.ToHtml(text));

    [Test]
    public void ToText_AnyText_TakesAModestMultipleOfPlainLines() => Check(text => SafeMarkdown.ToText(text));

    private static void Check(Action<string> render)
    {
        var plain = MarkdownTexts.Plain(Length);
        ThreadTime.Of(() => SafeMarkdown.ToHtml(plain), 100); // compiles it
        var bound = ThreadTime.Of(() => SafeMarkdown.ToHtml(plain), 20) * MostTimes;
        foreach (var text in MarkdownTexts.Random(Length / 16, 0).Take(200))
        {
            render(text); // as well
        }
        foreach (var text in MarkdownTexts.Simple(Length).Concat(MarkdownTexts.Random(Length, Setting("MARKDOWN_SEED", 1)).Take(Setting("MARKDOWN_TEXTS", 60))))
        {
            var time = ThreadTime.Of(() => render(text));
            time = time > bound ? ThreadTime.Of(() => render(text), 3) : time; // a collection of garbage may have fallen into it

            Assert.That(time, Is.LessThan(bound), MarkdownTexts.Show(text));
        }
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : otherwise;
}
