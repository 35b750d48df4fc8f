using System.Globalization;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;

namespace ChatApp.Tests.Unit.Domain;

internal sealed class SessionTitlesTests
{
    [TestCase("Hello", "Hello")]
    [TestCase("  Hello   there \t friend ", "Hello there friend")]
    [TestCase("\n\n\nSecond try", "Second try")]
    [TestCase("---\n***\nWords", "Words")]
    [TestCase("# A heading", "A heading")]
    [TestCase("> - 1. nested marks", "nested marks")]
    [TestCase("**Bold** and `code` and _more_", "Bold and code and more")]
    [TestCase("```csharp\nvar a = 1;\n```", "var a = 1;")]
    [TestCase("東京の旅行について教えてください", "東京の旅行について教えてください")]
    [TestCase("مرحبا بالعالم", "مرحبا بالعالم")]
    [TestCase("?!…", ChatSession.DefaultTitle)]
    [TestCase("🎉🎉", ChatSession.DefaultTitle)]
    [TestCase("```", ChatSession.DefaultTitle)]
    public void From_Message_IsItsFirstLineOfWords(string message, string title) => Assert.That(SessionTitles.From(message), Is.EqualTo(title));

    [TestCase("Trip to Tokyo", "Trip to Tokyo")]
    [TestCase("\"Trip to Tokyo.\"", "Trip to Tokyo")]
    [TestCase("**Title:** Trip to Tokyo", "Trip to Tokyo")]
    [TestCase("# Title: “Trip to Tokyo”\n\nI chose this because …", "Trip to Tokyo")]
    [TestCase("<think>The user wants\na title.</think>\n\nTrip to Tokyo", "Trip to Tokyo")]
    [TestCase("「東京の旅行」", "東京の旅行")]
    [TestCase("<think>The user wants", null)]
    [TestCase("…", null)]
    [TestCase("", null)]
    public void FromModel_Reply_IsItsTitleWithoutDecoration(string reply, string? title) => Assert.That(SessionTitles.FromModel(reply), Is.EqualTo(title));

    [Test]
    public void From_LongLine_IsCutBetweenWords()
    {
        var title = SessionTitles.From("Please explain to me, slowly and with examples, how garbage collection works in .NET");

        Assert.That(title, Is.EqualTo("Please explain to me, slowly and with examples, how garbage…"));
    }

    [TestCase("x")]
    [TestCase("字")]
    [TestCase("👩‍💻a")]
    [TestCase("e\u0301\u0302\u0303")]
    public void From_LongLineWithoutSpaces_IsCutBetweenCharactersAndFits(string piece)
    {
        var title = SessionTitles.From(string.Concat(Enumerable.Repeat(piece, 1000)));

        Assert.That(title.Length, Is.LessThanOrEqualTo(ChatSession.TitleMaxLength));
        Assert.That(StorableText.IsStorable(title), Is.True);
        Assert.That(title, Is.EqualTo(ChatSession.DefaultTitle).Or.EndsWith("…"));
        Assert.That(new StringInfo(title).LengthInTextElements, Is.LessThanOrEqualTo(61));
    }
}
