using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using ChatApp.Web.Demo;
using ChatApp.Web.Personas;

namespace ChatApp.Tests.Unit.Models;

internal sealed class DemoTranscriptTests
{
    private const string Head = "---\ntitle: T: t\npersona: default\nage: 2h\n---\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Parse_File_HasItsMessages()
    {
        var chat = DemoTranscript.Parse(Head + "@@ user\nHi\n\n@@ assistant\nHello.\n\n- a list\n\n@@ user +2d\nBye @@ user", "a.md");

        Assert.That((chat.Title, chat.Persona, chat.Age, chat.Pinned), Is.EqualTo(("T: t", "default", TimeSpan.FromHours(2), false)));
        Assert.That(chat.Messages, Is.EqualTo(new[]
        {
            new DemoMessage(MessageRole.User, TimeSpan.Zero, "Hi"),
            new DemoMessage(MessageRole.Assistant, TimeSpan.Zero, "Hello.\n\n- a list"),
            new DemoMessage(MessageRole.User, TimeSpan.FromDays(2), "Bye @@ user"),
        }));
    }

    [TestCase("")]
    [TestCase("no head\n@@ user\nHi")]
    [TestCase("@@ user\n\n@@ assistant\nHello")]
    [TestCase("@@ robot\nHi")]
    [TestCase("@@ user +soon\nHi")]
    public void Parse_MalformedFile_IsAnError(string body) =>
        Assert.That(() => DemoTranscript.Parse(Head + body, "a.md"), Throws.InvalidOperationException.With.Message.Contains("a.md"));

    [Test]
    public void Times_Transcript_AscendAndEndAtItsAge()
    {
        var chat = DemoTranscript.Parse(Head + "@@ user\nHi\n@@ assistant\nHello.\n@@ user +2d\nBye\n@@ assistant\nBye.", "a.md");

        var times = DemoTimes.Of(chat, Now);

        Assert.That(times[^1].End, Is.EqualTo(Now.AddHours(-2)));
        Assert.That(times.SelectMany(t => new[] { t.Begin, t.End }), Is.Ordered);
        Assert.That(times[1].Begin, Is.EqualTo(times[0].Begin), "a reply starts after its message");
        Assert.That(times[2].Begin - times[1].End, Is.GreaterThan(TimeSpan.FromDays(2)));
    }

    [TestCaseSource(nameof(Files))]
    public void Parse_ShippedFile_IsUsable(string file)
    {
        var chat = DemoTranscript.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Demo", file)), file);

        Assert.That(chat.Title, Has.Length.LessThanOrEqualTo(ChatSession.TitleMaxLength));
        Assert.That(() => PersonaFiles.Load(Path.Combine(AppContext.BaseDirectory, PersonaFiles.Folder)).Require(chat.Persona), Throws.Nothing);
        Assert.That(chat.Messages[0].Role, Is.EqualTo(MessageRole.User));
        Assert.That(chat.Messages.Select(m => m.Text), Has.All.Matches<string>(t => StorableText.IsStorable(t)));
        Assert.That(DemoTimes.Of(chat, Now).Select(t => t.End), Has.All.LessThan(Now));
    }

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Demo"), "*.md", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "Demo"), f)).Order(StringComparer.Ordinal);
}
