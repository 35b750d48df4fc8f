using ChatApp.Domain.Chat.Generation.Tools;
using FluentValidation;

namespace ChatApp.Web.Features.Chat;

/// <summary>The user's decision about a tool call: <c>once</c>, <c>session</c> or <c>deny</c>.</summary>
/// <example>{"decision": "once"}</example>
public sealed record ToolDecisionRequest(string? Decision)
{
    public ToolDecision ToDecision() => Enum.Parse<ToolDecision>(Decision!, ignoreCase: true);
}

/// <summary>The decision has been stored.</summary>
public sealed record ToolDecisionResponse(bool Success, Guid MessageId, string CallId, ToolDecision Decision);

internal sealed class ToolDecisionRequestValidator : AbstractValidator<ToolDecisionRequest>
{
    public ToolDecisionRequestValidator() => RuleFor(r => r.Decision)
        .Must(d => d is "once" or "session" or "deny").WithMessage("Say once, session or deny.");
}
