using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat.Generation.Tools;

/// <summary>Waits for users' approval of tool calls. Decisions are read from the database, because the user may be connected to another instance.</summary>
public sealed class ToolApprovals(IServiceScopeFactory scopes, ChangeSignals signals, TimeProvider clock, IOptions<ChatSettings> settings)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Decides about a call that waits for approval.</summary>
    /// <returns>The stored decision.</returns>
    /// <exception cref="NotFoundException">The caller has no such reply, or it has no such call.</exception>
    /// <exception cref="ConflictException">The call is not waiting.</exception>
    public Task<ToolApproval> DecideAsync(Guid userId, Guid messageId, string callId, ToolDecision decision, CancellationToken ct) => scopes.UseAsync(async (IChatDb db) =>
    {
        var message = await db.LiveMessages(userId, clock.Now()).AsNoTracking().FirstOrDefaultAsync(m => m.Id == messageId, ct) ?? throw new NotFoundException("Message");
        var call = ToolCall.Of(message).FirstOrDefault(c => c.Id == callId) ?? throw new NotFoundException("Tool call");
        if (message.Status != MessageStatus.Generating || call.Status != ToolCallStatus.Asking)
        {
            throw TooLate();
        }
        var approval = new ToolApproval
        {
            UserId = userId,
            SessionId = message.SessionId,
            MessageId = messageId,
            CallId = callId,
            Tool = call.Name,
            Decision = decision,
            CreatedAt = clock.Now(),
        };
        db.ToolApprovals.Add(approval);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(ToolApproval.PrimaryKey))
        {
            throw TooLate();
        }
        signals.Raise(userId, message.SessionId);
        return approval;
    });

    /// <summary>Whether the user has allowed all calls of this tool in this session.</summary>
    internal async Task<bool> IsAllowedAsync(ChatMessage reply, string tool, CancellationToken ct) =>
        await FindAsync(reply, tool, callId: "", ct) is ToolDecision.Session;

    /// <summary>Waits for the user's decision about a call.</summary>
    /// <returns>Null if there was none within <see cref="ChatSettings.ToolApprovalTimeout"/>.</returns>
    internal async Task<ToolDecision?> WaitAsync(ChatMessage reply, ToolCall call, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (clock.GetElapsedTime(started) < settings.Value.ToolApprovalTimeout)
        {
            if (await FindAsync(reply, call.Name, call.Id, ct) is { } decision)
            {
                return decision;
            }
            await Task.Delay(Interval, clock, ct);
        }
        return null;
    }

    private static ConflictException TooLate() => new("This call is no longer waiting for a decision.");

    private Task<ToolDecision?> FindAsync(ChatMessage reply, string tool, string callId, CancellationToken ct) => scopes.UseAsync((IChatDb db) =>
        db.ToolApprovals.AsNoTracking()
            .Where(a => a.UserId == reply.UserId && a.SessionId == reply.SessionId
                && ((a.MessageId == reply.Id && a.CallId == callId) || (a.Tool == tool && a.Decision == ToolDecision.Session)))
            .OrderByDescending(a => a.MessageId == reply.Id && a.CallId == callId)
            .Select(a => (ToolDecision?)a.Decision).FirstOrDefaultAsync(ct));
}
