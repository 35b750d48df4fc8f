using System.Security.Cryptography;
using System.Text;
using ChatApp.Domain.Chat;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The composer's form without scripts.</summary>
public sealed record MessageForm
{
    [FromForm(Name = "content")]
    public string? Content { get; init; }

    /// <summary>The text of the starter that was clicked instead.</summary>
    [FromForm(Name = "starter")]
    public string? Starter { get; init; }

    /// <summary>The persona from now on.</summary>
    [FromForm(Name = "persona")]
    public string? Persona { get; init; }

    /// <summary>The model from now on.</summary>
    [FromForm(Name = "model")]
    public string? Model { get; init; }

    /// <summary>Identifies this copy of the form, so that a double click sends once.</summary>
    [FromForm(Name = "form_id")]
    public Guid? FormId { get; init; }

    public NewMessage ToNewMessage()
    {
        // Forms send line breaks as CR LF, whatever was typed.
        var text = (Starter ?? Content ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);
        return new(text)
        {
            Persona = string.IsNullOrEmpty(Persona) ? null : Persona,
            Model = string.IsNullOrEmpty(Model) ? null : Model,
            IdempotencyKey = FormId is { } id ? $"{id} {KeyOf(text)}" : null,
        };
    }

    // After going back in the browser, another text in the same form is another message.
    private static string KeyOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
