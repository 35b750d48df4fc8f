using System.Text.Json.Serialization;

namespace ChatApp.Web.Integrations.IFixit;

// The used parts of iFixit's API 2.0 (https://www.ifixit.com/api/2.0/doc). Times are in seconds; texts called rendered are HTML.

internal sealed record IFixitSearch(IReadOnlyList<IFixitSearchResult>? Results);

/// <summary>A search result: a device's page (<c>wiki</c>) or a guide.</summary>
internal sealed record IFixitSearchResult
{
    [JsonPropertyName("dataType")]
    public string? DataType { get; init; }

    public string? Namespace { get; init; }

    public string? Title { get; init; }

    public string? DisplayTitle { get; init; }

    public string? Summary { get; init; }

    public string? Url { get; init; }

    [JsonPropertyName("guideid")]
    public int? GuideId { get; init; }

    public string? Category { get; init; }

    public string? Subject { get; init; }

    public string? Type { get; init; }

    public string? Difficulty { get; init; }

    public int? TimeRequiredMax { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>A device's page. A page that does not exist has only <paramref name="Message"/>.</summary>
internal sealed record IFixitDevice(string? Title, string? DisplayTitle, string? Description, double? RepairabilityScore, IReadOnlyList<IFixitSearchResult>? Guides, string? Message);

internal sealed record IFixitGuide
{
    [JsonPropertyName("guideid")]
    public int? GuideId { get; init; }

    public string? Title { get; init; }

    public string? Category { get; init; }

    public string? Difficulty { get; init; }

    public string? TimeRequired { get; init; }

    public string? Url { get; init; }

    public string? IntroductionRendered { get; init; }

    public string? ConclusionRendered { get; init; }

    public IReadOnlyList<IFixitItem>? Tools { get; init; }

    public IReadOnlyList<IFixitItem>? Parts { get; init; }

    public IReadOnlyList<IFixitSearchResult>? Prerequisites { get; init; }

    public IReadOnlyList<IFixitStep>? Steps { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }

    public string? Message { get; init; }
}

internal sealed record IFixitItem(string? Text, int? Quantity, [property: JsonPropertyName("isoptional")] bool? IsOptional, string? Notes, string? Url);

internal sealed record IFixitStep(string? Title, IReadOnlyList<IFixitLine>? Lines);

/// <param name="Bullet">A colour, or <c>icon_note</c>, <c>icon_caution</c>, <c>icon_reminder</c>.</param>
/// <param name="Level">The indentation, from 0.</param>
/// <param name="TextRendered">The text.</param>
internal sealed record IFixitLine(string? Bullet, int? Level, string? TextRendered);
