using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Completions;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using ChatApp.Web.Features.Chat;
using FluentValidation;

namespace ChatApp.Web.Features.Completions;

/// <summary>The supported part of OpenAI's request; other properties are ignored where that is harmless.</summary>
/// <example>{"messages": [{"role": "user", "content": "Which tea keeps longest?"}]}</example>
public sealed record CompletionRequest(
    string? Model, IReadOnlyList<CompletionRequest.Message?>? Messages, bool? Stream, CompletionRequest.StreamSettings? StreamOptions, float? Temperature,
    int? MaxTokens, int? MaxCompletionTokens, int? N, JsonElement? Tools, bool? Store, CompletionRequest.Kept? Metadata)
{
    /// <summary>A message.</summary>
    /// <param name="Role"><c>system</c>, <c>developer</c>, <c>user</c> or <c>assistant</c>.</param>
    /// <param name="Content">A text, or a list of parts of type <c>text</c>.</param>
    public sealed record Message(string? Role, JsonElement? Content);

    /// <summary>Where the exchange is stored.</summary>
    /// <param name="SessionId">A session's id or any text.</param>
    public sealed record Kept(JsonElement? SessionId);

    /// <summary>What else the stream contains.</summary>
    public sealed record StreamSettings(bool? IncludeUsage);

    [JsonIgnore]
    public string? Session => Metadata?.SessionId is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;

    public NewCompletion ToNewCompletion(string? idempotencyKey)
    {
        var messages = Messages!.Select(m => new CompletionMessage(CompletionText.Role(m!.Role)!.Value, CompletionText.Of(m.Content)!)).ToList();
        var message = new NewMessage(messages[^1].Content)
        {
            Model = Model,
            IdempotencyKey = Store == true || Session is not null ? idempotencyKey : null,
            Options = new Microsoft.Extensions.AI.ChatOptions { Temperature = Temperature, MaxOutputTokens = MaxCompletionTokens ?? MaxTokens },
        };
        return new(messages, message) { Store = Store == true || Session is not null, Session = Session };
    }
}

internal static class CompletionText
{
    public static MessageRole? Role(string? role) => role switch
    {
        "system" or "developer" => MessageRole.System,
        "user" => MessageRole.User,
        "assistant" => MessageRole.Assistant,
        _ => null,
    };

    /// <summary>The text of a message; null if it has parts other than text.</summary>
    public static string? Of(JsonElement? content) => content switch
    {
        null or { ValueKind: JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.String } text => Read(text),
        { ValueKind: JsonValueKind.Array } parts => parts.EnumerateArray().All(IsText) ? string.Concat(parts.EnumerateArray().Select(p => Read(p.GetProperty("text")))) : null,
        _ => null,
    };

    private static bool IsText(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("text")
        && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String && Read(text) is not null;

    // An escaped half of a surrogate pair throws when it is read.
    private static string? Read(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

internal sealed class CompletionRequestValidator : AbstractValidator<CompletionRequest>
{
    private const int MaxMessages = 1000;

    public CompletionRequestValidator()
    {
        RuleFor(r => r.Model).ModelName();
        RuleFor(r => r.Messages).Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("There are no messages.")
            .Must(m => m!.Count <= MaxMessages).WithMessage($"At most {MaxMessages} messages are taken.")
            .Must(m => m!.All(x => CompletionText.Role(x?.Role) is not null)).WithMessage("The roles are system, developer, user and assistant.")
            .Must(m => m!.All(x => CompletionText.Of(x!.Content) is { } text && StorableText.IsStorable(text))).WithMessage("Each content is a text, or a list of parts of type text.")
            .Must(m => CompletionText.Role(m![^1]!.Role) == MessageRole.User).WithMessage("The last message must be the user's.");
        RuleFor(r => r.Temperature).InclusiveBetween(0, 2).WithMessage("The temperature is a number from 0 to 2.");
        RuleFor(r => r.MaxTokens).InclusiveBetween(1, ChatMessage.ReplyMaxLength).WithMessage("The number of tokens is out of range.");
        RuleFor(r => r.MaxCompletionTokens).InclusiveBetween(1, ChatMessage.ReplyMaxLength).WithMessage("The number of tokens is out of range.");
        RuleFor(r => r.N).Must(n => n is null or 1).WithMessage("Only one choice per request is supported.");
        RuleFor(r => r.Tools).Must(t => t is null or { ValueKind: JsonValueKind.Null } || t is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0)
            .WithMessage("The caller's own tools are not supported.");
        RuleFor(r => r.Metadata).Must(m => m?.SessionId is null or { ValueKind: JsonValueKind.Null or JsonValueKind.String }).OverridePropertyName("metadata.session_id").WithMessage("The session_id is a text.");
        RuleFor(r => r.Session).Must(s => s is null || (!string.IsNullOrWhiteSpace(s) && s.Length <= ChatSession.NamedThreadIdMaxLength && StorableText.IsStorable(s)))
            .OverridePropertyName("metadata.session_id").WithMessage($"A session_id has 1 to {ChatSession.NamedThreadIdMaxLength} characters.");
    }
}
