using ChatApp.Domain.Errors;
using ChatApp.Domain.Text;

namespace ChatApp.Domain.Chat;

/// <summary>What a message's text must be like, whichever way it comes in.</summary>
public static class MessageRules
{
    /// <summary>What is wrong with the text; null if nothing is.</summary>
    public static string? Problem(string? text, int maxLength) =>
        string.IsNullOrWhiteSpace(text) ? "The message is empty."
        : text.Length > maxLength ? $"The message has {text.Length:N0} characters; at most {maxLength:N0} are allowed."
        : !StorableText.IsStorable(text) ? "The message contains characters that cannot be stored (NUL or half of a surrogate pair)."
        : null;

    /// <exception cref="InvalidException">Something is.</exception>
    public static void Check(string text, int maxLength, string field = "message")
    {
        if (Problem(text, maxLength) is { } problem)
        {
            throw new InvalidException(field, problem);
        }
    }
}
