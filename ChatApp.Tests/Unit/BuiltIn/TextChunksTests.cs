using ChatApp.Web.Integrations.BuiltIn;

namespace ChatApp.Tests.Unit.BuiltIn;

internal sealed class TextChunksTests
{
    private static readonly string[] Texts =
    [
        "", " ", "word", "two words", "  spaces  around  ", "line\n\nbreaks\r\n", "| a | b |\n| --- | --- |", "日本語の文章には空白がありません。", "👩‍💻👩‍💻🎉", "\ud83d lone",
        new string('x', 5000), string.Concat(Enumerable.Repeat("word ", 5000)), string.Concat(Enumerable.Repeat("🎉", 3000)), new string('\n', 3000),
    ];

    [TestCaseSource(nameof(Texts))]
    public void Of_AnyText_AreAFewChunksThatMakeUpTheText(string text)
    {
        var chunks = TextChunks.Of(text).ToList();

        Assert.That(string.Concat(chunks), Is.EqualTo(text));
        Assert.That(chunks, Has.Count.LessThanOrEqualTo(TextChunks.Max));
        Assert.That(chunks.SkipLast(1).Where(c => char.IsHighSurrogate(c[^1]) && c != "\ud83d "), Is.Empty);
    }

    [Test]
    public void Of_Sentence_AreItsWords() => Assert.That(TextChunks.Of("Here it is."), Is.EqualTo(new[] { "Here ", "it ", "is." }));
}
