using ChatApp.Domain.Chat;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>What the composer sends without scripts.</summary>
public sealed record MessageForm
{
    [FromForm(Name = "content")]
    public string? Content { get; init; }

    /// <summary>The text of the starter that was clicked instead.</summary>
    [FromForm(Name = "starter")]
    public string? Starter { get; init; }

    /// <summary>Who answers in a new session.</summary>
    [FromForm(Name = "persona")]
    public string? Persona { get; init; }

    // Forms send line breaks as CR LF, whatever was typed.
    public NewMessage ToNewMessage() => new((Starter ?? Content ?? "").Replace("\r\n", "\n", StringComparison.Ordinal));
}
