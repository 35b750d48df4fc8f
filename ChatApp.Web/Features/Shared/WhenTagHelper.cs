using System.Globalization;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ChatApp.Web.Features.Shared;

/// <summary><c>&lt;when at="…" /&gt;</c>: a time, in UTC until the script shows it in the reader's time zone.</summary>
[HtmlTargetElement("when", TagStructure = TagStructure.WithoutEndTag)]
public sealed class WhenTagHelper : TagHelper
{
    public DateTimeOffset At { get; set; }

    /// <summary>Leaves the time of day out.</summary>
    public bool DateOnly { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var utc = At.UtcDateTime;
        output.TagName = "time";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("datetime", utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Content.SetContent(utc.ToString(DateOnly ? "d MMM yyyy" : "d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture));
        if (DateOnly)
        {
            output.Attributes.SetAttribute("data-date-only", "");
        }
    }
}
