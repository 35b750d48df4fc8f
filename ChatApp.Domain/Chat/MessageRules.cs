using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Text;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>The rules of messages, for every way of sending them.</summary>
public sealed class MessageRules(IModelCatalog models, PersonaCatalog personas, IOptions<ChatSettings> settings)
{
    /// <summary>The error of the text; null if there is none.</summary>
    public static string? Problem(string? text, int maxLength) =>
        string.IsNullOrWhiteSpace(text) ? "The message is empty."
        : text.Length > maxLength ? $"The message has {text.Length:N0} characters; at most {maxLength:N0} are allowed."
        : !StorableText.IsStorable(text) ? "The message contains characters that cannot be stored (NUL or half of a surrogate pair)."
        : null;

    /// <exception cref="InvalidException">The text is blank, too long or cannot be stored.</exception>
    public static void Check(string text, int maxLength, string field = "message")
    {
        if (Problem(text, maxLength) is { } problem)
        {
            throw new InvalidException(field, problem);
        }
    }

    /// <summary>Checks a message of a conversation that a program brings along: users' messages are as long as those they send, replies as those that models write.</summary>
    /// <exception cref="InvalidException">The text is too long.</exception>
    public void CheckBrought(MessageRole role, string content)
    {
        var maxLength = role == MessageRole.Assistant ? ChatMessage.ReplyMaxLength : settings.Value.MaxMessageLength;
        if (content.Length > maxLength)
        {
            Check(content, maxLength, "messages");
        }
    }

    /// <summary>Checks a message before anything is stored.</summary>
    /// <returns>The model that will reply.</returns>
    /// <exception cref="InvalidException">The text is blank, too long or cannot be stored; there is no such persona or model.</exception>
    public Task<ChatModel> CheckAsync(NewMessage message, CancellationToken ct)
    {
        Check(message.Content, settings.Value.MaxMessageLength);
        if (message.Persona is { } persona)
        {
            personas.Require(persona);
        }
        return models.FindAsync(message.Model, ct);
    }
}
