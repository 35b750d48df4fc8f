using ChatApp.Domain.Chat;
using ChatApp.Domain.LiveState;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using ChatApp.Web.Features.Chat;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.LiveState;

/// <summary>A message for a session; without one, for a new session.</summary>
/// <example>{"message": "Which tea keeps longest?", "session_id": "kitchen"}</example>
public sealed record LiveMessageRequest(string? Message, string? SessionId);

/// <summary>A session to be interrupted.</summary>
/// <example>{"session_id": "kitchen"}</example>
public sealed record InterruptRequest(string? SessionId);

/// <summary>A message, as the clients of the live state see it.</summary>
/// <param name="Sender"><c>user</c>, <c>agent</c> or <c>system</c>.</param>
/// <param name="Content">Its text.</param>
/// <param name="Timestamp">When it was sent.</param>
/// <param name="IsStreaming">Whether it is being generated.</param>
public sealed record LiveMessageResponse(string Sender, string Content, DateTimeOffset Timestamp, bool IsStreaming);

/// <summary>A session's state: its newest 200 messages, whether a reply is being generated, and whether an MCP server is being connected.</summary>
public sealed record StateResponse(
    string SessionId, IReadOnlyList<LiveMessageResponse> Messages, bool IsProcessing, bool IsLoading, bool IsConnectingMcp, bool MissingApiKey);

internal static class LiveStateMapping
{
    extension(SessionState state)
    {
        // There is always a model, so no key is ever missing and no model has to be loaded first.
        public StateResponse ToResponse(bool isConnectingMcp) => new(
            state.Session.ThreadId, [.. state.Messages.Select(m => m.ToLiveResponse())], state.IsProcessing, IsLoading: false, isConnectingMcp, MissingApiKey: false);
    }

    extension(ChatMessage message)
    {
        private LiveMessageResponse ToLiveResponse() => new(
            message.Role switch { MessageRole.User => "user", MessageRole.Assistant => "agent", MessageRole.System => "system" },
            message.Content, message.CreatedAt, message.Status == MessageStatus.Generating);
    }
}

internal sealed class LiveMessageRequestValidator : AbstractValidator<LiveMessageRequest>
{
    public LiveMessageRequestValidator(IOptions<ChatSettings> settings)
    {
        RuleFor(r => r.Message).MessageText(settings.Value);
        RuleFor(r => r.SessionId).NamedSession();
    }
}

internal sealed class InterruptRequestValidator : AbstractValidator<InterruptRequest>
{
    public InterruptRequestValidator() => RuleFor(r => r.SessionId).NamedSession();
}

internal static class NamedSessionRules
{
    extension<T>(IRuleBuilder<T, string?> rule)
    {
        public void NamedSession() => rule
            .Must(id => id is null || id.Length is > 0 and <= ChatSession.NamedThreadIdMaxLength && !string.IsNullOrWhiteSpace(id))
            .WithMessage($"A session_id has 1 to {ChatSession.NamedThreadIdMaxLength} characters.")
            .Must(id => id is null || StorableText.IsStorable(id)).WithMessage("The session_id contains characters that cannot be stored.");
    }
}

/// <summary>The session of a request; none for a new one.</summary>
public sealed record NamedSessionQuery
{
    [FromQuery(Name = "session_id")]
    public string? SessionId { get; init; }
}

internal sealed class NamedSessionQueryValidator : AbstractValidator<NamedSessionQuery>
{
    public NamedSessionQueryValidator() => RuleFor(q => q.SessionId).NamedSession();
}
