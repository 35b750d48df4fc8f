using ChatApp.Data.Security;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.ToolCommands;
using ChatApp.Web.Infrastructure;
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

/// <summary>The caller's decisions about tool calls, with their entries in the security log.</summary>
public sealed class ToolDecisions(ToolApprovals approvals, CommandApprovals commands, SecurityLog security, CurrentUser user)
{
    /// <inheritdoc cref="ToolApprovals.DecideAsync"/>
    public async Task<ToolApproval> DecideAsync(Guid messageId, string callId, ToolDecision decision, CancellationToken ct)
    {
        var stored = await approvals.DecideAsync(user.Id, messageId, callId, decision, ct);
        await security.AddAsync(
            decision == ToolDecision.Deny ? SecurityEventKind.ToolDenied : SecurityEventKind.ToolApproved, user.Id,
            detail: decision == ToolDecision.Session ? $"{stored.Tool}, for the rest of the chat" : stored.Tool);
        return stored;
    }

    /// <inheritdoc cref="CommandApprovals.DecideAsync"/>
    public async Task<string> DecideAboutCommandAsync(Guid id, bool isApproved, CancellationToken ct)
    {
        var tool = await commands.DecideAsync(user.Id, id, isApproved, ct);
        await security.AddAsync(isApproved ? SecurityEventKind.ToolApproved : SecurityEventKind.ToolDenied, user.Id, detail: $"{tool}, called by a command");
        return tool;
    }
}
