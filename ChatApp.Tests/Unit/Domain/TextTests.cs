using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Text;

namespace ChatApp.Tests.Unit.Domain;

/// <summary>What text may be, and how it is made so.</summary>
internal sealed class TextTests
{
    private const string Mixed = "aé字🎉👩‍💻\u0301 end";

    // Attributes are stored as UTF-8, which has no lone surrogates: texts with those come from methods.
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
    public void DeltaReader_TextCutAtEveryIndex_GivesTheText()
    {
        for (var i = 0; i <= Mixed.Length; i++)
        {
            var reader = new DeltaReader();
            string[] deltas = [reader.Read(Mixed[..i]), reader.Read(Mixed[i..]), reader.ReadRest()];

            Assert.That(string.Concat(deltas), Is.EqualTo(Mixed), $"cut at {i}");
            Assert.That(deltas, Has.All.Matches<string>(d => StorableText.IsStorable(d)), $"cut at {i}");
        }
    }

    [Test]
    public void DeltaReader_OneUnitAtATime_GivesTheText()
    {
        var reader = new DeltaReader();

        var text = string.Concat(Mixed.Select(c => reader.Read(c.ToString()))) + reader.ReadRest();

        Assert.That(text, Is.EqualTo(Mixed));
    }

    [Test]
    public void DeltaReader_HalfACharacterAtTheEnd_IsReplaced()
    {
        var reader = new DeltaReader();

        Assert.That(reader.Read("a\ud83d") + reader.Read("") + reader.ReadRest(), Is.EqualTo("a\ufffd"));
    }

    [TestCaseSource(nameof(Broken))]
    public void DeltaReader_BrokenText_IsMadeStorable(string first, string second)
    {
        var reader = new DeltaReader();

        var text = reader.Read(first) + reader.Read(second) + reader.ReadRest();

        Assert.That(StorableText.IsStorable(text), Is.True);
        Assert.That(text, Does.Contain("\ufffd"));
    }

    [TestCaseSource(nameof(Problems))]
    public void MessageRules_Text_AreExplained(string text, string? problem)
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
