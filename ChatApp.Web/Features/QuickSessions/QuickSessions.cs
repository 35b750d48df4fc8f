using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Sessions;
using FluentValidation;

namespace ChatApp.Web.Features.QuickSessions;

/// <summary>A session for a person with a display name, which becomes its title.</summary>
/// <example>{"user_id": "Ada", "persona": "technical_support"}</example>
public sealed record QuickSessionRequest(string? UserId, string? Persona, JsonElement? Metadata)
{
    public NewSession ToNewSession(string? idempotencyKey) => new()
    {
        Title = UserId,
        Persona = Persona,
        Metadata = Metadata.OrNull,
        ThreadPrefix = $"session_{UserId}",
        IdempotencyKey = idempotencyKey,
    };
}

/// <summary>The new session. <c>session_id</c> is its thread key, <c>user_id</c> the display name.</summary>
public sealed record QuickSessionResponse(string SessionId, string UserId, DateTimeOffset CreatedAt, string Persona);

/// <summary>A session in the list. <c>session_id</c> is its thread key, <c>user_id</c> the display name.</summary>
public sealed record QuickSessionItem(string UserId, string Persona, string SessionId, DateTimeOffset CreatedAt, DateTimeOffset LastActivity, int MessageCount);

/// <summary>The caller's sessions, newest activity first.</summary>
public sealed record QuickSessionsResponse(IReadOnlyList<QuickSessionItem> Sessions, string? NextCursor)
{
    public int Count => Sessions.Count;
}

/// <summary>A message of a history.</summary>
public sealed record QuickMessage(MessageRole Role, string Content, DateTimeOffset Timestamp, JsonElement Metadata);

/// <summary>A whole history, oldest first. <c>user_id</c> is the display name.</summary>
public sealed record QuickHistoryResponse(string UserId, int MessageCount, IReadOnlyList<QuickMessage> Messages);

/// <summary>The personas that can be chosen.</summary>
public sealed record PersonasResponse(IReadOnlyList<PersonaResponse> Personas)
{
    public int Count => Personas.Count;
}

/// <summary>A persona: a character for the model.</summary>
public sealed record PersonaResponse(string Key, string Name, string Description, float Temperature, int MaxTokens, IReadOnlyList<string> Tags);

internal sealed class QuickSessionRequestValidator : AbstractValidator<QuickSessionRequest>
{
    public QuickSessionRequestValidator()
    {
        RuleFor(r => r.UserId).NotEmpty().WithMessage("The user_id is a display name and must not be empty.").SessionTitle();
        RuleFor(r => r.Metadata).SessionMetadata();
    }
}

internal static class QuickSessionMapping
{
    extension(ChatSession s)
    {
        public QuickSessionResponse ToQuickResponse() => new(s.ThreadId, s.Title, s.CreatedAt, s.Persona);

        public QuickSessionItem ToQuickItem() => new(s.Title, s.Persona, s.ThreadId, s.CreatedAt, s.LastActivityAt, s.MessageCount);
    }

    extension(ChatMessage m)
    {
        public QuickMessage ToQuickMessage() => new(m.Role, m.Content, m.CreatedAt, m.Metadata);
    }

    extension(Persona p)
    {
        public PersonaResponse ToResponse() => new(p.Key, p.Name, p.Description, p.Temperature, p.MaxTokens, p.Tags);
    }
}
