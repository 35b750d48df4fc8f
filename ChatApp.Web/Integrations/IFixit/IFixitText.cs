using System.Globalization;
using System.Text;

namespace ChatApp.Web.Integrations.IFixit;

/// <summary>Formats iFixit's data as text for models, with its source.</summary>
internal static class IFixitText
{
    /// <summary>The maximum length of a guide's text, in UTF-16 code units. It is cut between steps and says so.</summary>
    public const int MaxLength = 12_000;

    private const int MaxGuides = 60;
    private const int IntroductionMaxLength = 1500;
    private const int ItemMaxLength = 120;

    private const string Licence = "From iFixit, licensed under CC BY-NC-SA: name iFixit and give the link when you use it.";

    public static string Devices(string query, IReadOnlyList<IFixitSearchResult> devices) => devices.Count == 0
        ? $"iFixit knows no device for “{ToolText.Line(query, ItemMaxLength)}”. Try fewer words, or a model number without hyphens."
        : string.Join('\n', devices.Select(Device).Append(Licence));

    public static string Guides(IFixitDevice device)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Name(device.DisplayTitle ?? device.Title)}: {HtmlText.Line(device.Description)}\n");
        if (device.RepairabilityScore is { } score)
        {
            text.Append(CultureInfo.InvariantCulture, $"Repairability: {score} of 10\n");
        }
        var guides = (device.Guides ?? []).OrderBy(IsUnfinished).Where(g => g.GuideId is not null).ToList();
        text.AppendLine(guides.Count == 0 ? "iFixit has no guides for it." : "Guides:");
        guides.Take(MaxGuides).ToList().ForEach(g => text.AppendLine(Guide(g)));
        if (guides.Count > MaxGuides)
        {
            text.Append(CultureInfo.InvariantCulture, $"[Truncated: {guides.Count - MaxGuides} more guides are not listed.]\n");
        }
        return text.Append(Licence).ToString();
    }

    /// <param name="guide">The guide.</param>
    /// <param name="firstStep">The first step, from 1.</param>
    public static string Guide(IFixitGuide guide, int firstStep)
    {
        var steps = guide.Steps ?? [];
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Name(guide.Title)}\n{Link(guide.Url)}\n{Licence}\n");
        if (firstStep <= 1)
        {
            AppendPreparation(text, guide, steps.Count);
        }
        var first = Math.Max(firstStep - 1, 0);
        for (var i = first; i < steps.Count; i++)
        {
            var step = Step(steps[i], i + 1);
            if (i > first && text.Length + step.Length > MaxLength)
            {
                return text.Append(CultureInfo.InvariantCulture, $"[Truncated: steps {i + 1} to {steps.Count} follow. Continue with firstStep {i + 1}.]").ToString();
            }
            text.Append(ToolText.Cut(step, MaxLength));
        }
        return text.Append(HtmlText.Line(guide.ConclusionRendered)).ToString().TrimEnd();
    }

    private static void AppendPreparation(StringBuilder text, IFixitGuide guide, int steps)
    {
        text.Append(CultureInfo.InvariantCulture, $"Device: {Name(guide.Category)}. Difficulty: {Name(guide.Difficulty)}. Time: {Name(guide.TimeRequired)}. Steps: {steps}.\n");
        AppendItems(text, "Tools", guide.Tools);
        AppendItems(text, "Parts", guide.Parts);
        if (guide.Prerequisites is { Count: > 0 } first)
        {
            text.Append("First do: ").AppendJoin("; ", first.Select(g => $"{Name(g.Title)} (guide {g.GuideId})")).Append('\n');
        }
        if (HtmlText.Line(guide.IntroductionRendered) is { Length: > 0 } introduction)
        {
            text.AppendLine(ToolText.Line(introduction, IntroductionMaxLength));
        }
    }

    private static void AppendItems(StringBuilder text, string what, IReadOnlyList<IFixitItem>? items)
    {
        if (items is { Count: > 0 })
        {
            text.Append(CultureInfo.InvariantCulture, $"{what}: ").AppendJoin("; ", items.Select(Item)).Append('\n');
        }
    }

    private static string Item(IFixitItem item) =>
        $"{(item.Quantity > 1 ? $"{item.Quantity} × " : "")}{Name(item.Text)}{(item.IsOptional is true ? " (optional)" : "")}{(item.Notes is { Length: > 0 } n ? $" – {Name(n)}" : "")}";

    private static string Step(IFixitStep step, int number)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Step {number}{(string.IsNullOrWhiteSpace(step.Title) ? "" : $": {Name(step.Title)}")}\n");
        foreach (var line in step.Lines ?? [])
        {
            var kind = line.Bullet switch { "icon_caution" => "Caution: ", "icon_note" => "Note: ", "icon_reminder" => "Reminder: ", _ => "" };
            text.Append(' ', 2 * Math.Clamp(line.Level ?? 0, 0, 3)).Append(CultureInfo.InvariantCulture, $"- {kind}{HtmlText.Line(line.TextRendered)}\n");
        }
        return text.ToString();
    }

    private static string Device(IFixitSearchResult device)
    {
        var summary = HtmlText.Line(device.Summary);
        return $"- {Name(device.Title)}{(summary.Length > 0 ? $": {ToolText.Line(summary, 200)}" : "")} {Link(device.Url)}";
    }

    private static string Guide(IFixitSearchResult guide)
    {
        string?[] facts =
        [
            guide.Type, guide.Difficulty, guide.TimeRequiredMax is { } seconds and > 0 ? $"up to {Time(seconds)}" : null, IsUnfinished(guide) ? "unfinished" : null,
        ];
        var known = string.Join(", ", facts.Where(f => !string.IsNullOrWhiteSpace(f)).Select(f => Name(f)));
        return $"- guide {guide.GuideId}: {Name(guide.Title)}{(known.Length > 0 ? $" ({known})" : "")} {Link(guide.Url)}";
    }

    private static bool IsUnfinished(IFixitSearchResult guide) => guide.Flags?.Contains("GUIDE_IN_PROGRESS") is true;

    private static string Time(int seconds) => seconds < 7200 ? $"{Math.Max(seconds / 60, 1)} min" : $"{seconds / 3600.0:0.#} h";

    private static string Name(string? text) => string.IsNullOrWhiteSpace(text) ? "unknown" : ToolText.Line(HtmlText.Line(text), ItemMaxLength);

    private static string Link(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address.AbsoluteUri : "";
}
