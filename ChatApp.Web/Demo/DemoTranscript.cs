using System.Globalization;
using System.Text.RegularExpressions;
using ChatApp.Domain.Chat;
using ChatApp.Web.Personas;

namespace ChatApp.Web.Demo;

/// <summary>
/// A demo session in a file: front matter with <c>title</c>, <c>persona</c>, <c>age</c> (of its last message: 35m, 4h, 9d) and optionally
/// <c>pinned</c>; then messages, each below a line <c>@@ user</c> or <c>@@ assistant</c>, optionally with a pause before it (<c>@@ user +2d</c>).
/// </summary>
internal sealed partial record DemoTranscript(string Title, string Persona, TimeSpan Age, bool Pinned, IReadOnlyList<DemoMessage> Messages)
{
    private static readonly string[] Known = ["title", "persona", "age", "pinned"];

    /// <summary>Parses a file.</summary>
    /// <exception cref="InvalidOperationException">It is malformed; the message says where.</exception>
    public static DemoTranscript Parse(string text, string file)
    {
        var content = FrontMatter.Parse(text, file, Known);
        var heads = Head().Matches(content.Body);
        var ends = heads.Skip(1).Select(h => h.Index).Append(content.Body.Length);
        var messages = heads.Zip(ends, (head, end) => new DemoMessage(
            head.Groups[1].Value == "user" ? MessageRole.User : MessageRole.Assistant,
            head.Groups[2].Success ? Duration(content, head.Groups[2].Value) : TimeSpan.Zero,
            content.Body[(head.Index + head.Length)..end].Trim())).ToList();
        if (heads is not [{ Index: 0 }, ..] || messages.Any(m => m.Text.Length == 0))
        {
            throw content.Error("after the front matter there must be messages, each with a text below a line '@@ user' or '@@ assistant'");
        }
        return new(
            content.Required("title"), content.Required("persona"), Duration(content, content.Required("age")),
            content.Fields.GetValueOrDefault("pinned") == "true", messages);
    }

    private static TimeSpan Duration(FrontMatter content, string text) =>
        text is [.. var digits, 'm' or 'h' or 'd'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? text[^1] switch { 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), _ => TimeSpan.FromDays(number) }
            : throw content.Error($"'{text}' is not a time like 35m, 4h or 9d");

    [GeneratedRegex(@"^@@ (user|assistant)(?: \+(\w+))?[ \t]*$", RegexOptions.Multiline)]
    private static partial Regex Head();
}

/// <summary>A message of a demo session.</summary>
/// <param name="Role">Who wrote it.</param>
/// <param name="Pause">The pause before it, in addition to reading and typing.</param>
/// <param name="Text">Its text.</param>
internal sealed record DemoMessage(MessageRole Role, TimeSpan Pause, string Text);
