using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Text;
using Microsoft.Extensions.AI;
using ChatMessage = ChatApp.Domain.Chat.ChatMessage;

namespace ChatApp.Tests.Unit.Domain;

/// <summary>Which text can be stored, and how other text is cleaned.</summary>
internal sealed class TextTests
{
    private const string Mixed = "aé字🎉👩‍💻\u0301 end";

    // Attributes are stored as UTF-8, which has no lone surrogates, so texts with those come from methods.
    private static object[][] Storability() =>
    [
        ["", true], [Mixed, true], ["\u0001\u001f\u007f\ufffe\uffff", true],
        ["a\0b", false], ["\ud83d", false], ["a\udc00b", false], ["\udc00\ud83d", false],
    ];

    private static string[][] Cleaned() => [[Mixed, Mixed], ["a\0b", "a\ufffdb"], ["a\ud83db", "a\ufffdb"], ["\udc00\ud83d", "\ufffd\ufffd"]];

    private static string[][] Broken() => [["\ud83d", "b"], ["\ud83d", "\ud83d\ude00"], ["\0", "\udc00"]];

    private static string?[][] Problems() =>
    [
        ["Hello", null], ["1234567890", null], ["", "empty"], [" \t\n\u3000", "empty"],
        ["12345678901", "11 characters"], ["a\0", "cannot be stored"], ["a\ud800", "cannot be stored"],
    ];

    [TestCaseSource(nameof(Storability))]
    public void IsStorable_Text_IsWhatPostgresCanHold(string text, bool storable)
    {
        Assert.That(StorableText.IsStorable(text), Is.EqualTo(storable));
        Assert.That(StorableText.IsStorable(StorableText.Clean(text)), Is.True);
    }

    [TestCaseSource(nameof(Cleaned))]
    public void Clean_Text_ReplacesOnlyWhatCannotBeStored(string text, string clean) => Assert.That(StorableText.Clean(text), Is.EqualTo(clean));

    [TestCase("""{"a": [1, -2.5e10, "x", null, true]}""", true)]
    [TestCase("""{"a": "\u0000"}""", false)]
    [TestCase("""{"\u0000": 1}""", false)]
    [TestCase("""["\ud800"]""", false)]
    [TestCase("""{"\ud800": 1}""", false)]
    [TestCase("1e400", false)]
    [TestCase("1e-400", false)]
    public void IsStorable_Json_IsWhatJsonbCanHold(string json, bool storable) =>
        Assert.That(StorableText.IsStorable(JsonElement.Parse(json)), Is.EqualTo(storable));

    [TestCase(StorableText.MaxJsonDepth, true)]
    [TestCase(StorableText.MaxJsonDepth + 1, false)]
    public void IsStorable_DeepJson_HasALimit(int depth, bool storable)
    {
        var json = JsonElement.Parse(new string('[', depth) + "1" + new string(']', depth));

        Assert.That(StorableText.IsStorable(json), Is.EqualTo(storable));
    }

    [Test]
    public void ReplyRun_TextCutAtEveryIndex_IsTheText()
    {
        for (var i = 0; i <= Mixed.Length; i++)
        {
            Assert.That(Generate(Mixed[..i], Mixed[i..]), Is.EqualTo(Mixed), $"cut at {i}");
        }
    }

    [Test]
    public void ReplyRun_OneUnitAtATime_IsTheText() => Assert.That(Generate([.. Mixed.Select(c => c.ToString())]), Is.EqualTo(Mixed));

    [Test]
    public void ReplyRun_HalfACharacterAtTheEnd_IsReplaced() => Assert.That(Generate("a\ud83d", ""), Is.EqualTo("a\ufffd"));

    [TestCaseSource(nameof(Broken))]
    public void ReplyRun_BrokenText_IsMadeStorable(string first, string second) => Assert.That(Generate(first, second), Does.Contain("\ufffd"));

    // The text of a reply with these deltas, which must be storable after each of them.
    private static string Generate(params string[] deltas)
    {
        var running = new RunningReply(Guid.Empty, Guid.Empty);
        var reply = new ChatMessage { Id = Guid.Empty, UserId = Guid.Empty, SessionId = Guid.Empty, Seq = 1, Role = MessageRole.Assistant, CreatedAt = default };
        var run = new ReplyRun(reply, "default", running);
        foreach (var delta in deltas)
        {
            run.Add(new(ChatRole.Assistant, delta));
            Assert.That(StorableText.IsStorable(running.Text), Is.True);
        }
        run.Complete();
        return running.Text;
    }

    [TestCaseSource(nameof(Problems))]
    public void MessageRules_InvalidText_IsExplained(string text, string? problem)
    {
        Assert.That(MessageRules.Problem(text, maxLength: 10), problem is null ? Is.Null : Does.Contain(problem));
        Assert.That(() => MessageRules.Check(text, 10, "content"),
            problem is null ? Throws.Nothing : Throws.TypeOf<InvalidException>().With.Property(nameof(InvalidException.Field)).EqualTo("content"));
    }

    [Test]
    public void MessageRules_NoText_IsEmpty() => Assert.That(MessageRules.Problem(null, 10), Does.Contain("empty"));

    [TestCase("", 0)]
    [TestCase("a", 1)]
    [TestCase("four", 1)]
    [TestCase("fours", 2)]
    [TestCase("Здравствуйте", 3)]
    [TestCase("東京", 2)]
    [TestCase("東京 is big", 4)]
    [TestCase("🎉", 1)]
    public void TokenEstimator_Text_IsAQuarterOfTheLettersOrEachSign(string text, int tokens) => Assert.That(TokenEstimator.Count(text), Is.EqualTo(tokens));
}
