using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat.Tools;

/// <summary>Asks users before tools change something outside. Question and answer meet in the database: the user may be on another instance.</summary>
public sealed class ToolApprovals(IServiceScopeFactory scopes, UserSignals signals, TimeProvider clock, IOptions<ChatSettings> settings)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Says what shall happen with a call that waits for it.</summary>
    /// <returns>The session.</returns>
    /// <exception cref="NotFoundException">The caller has no such answer, or it has no such call.</exception>
    /// <exception cref="ConflictException">The call does not wait, or not any more.</exception>
    public Task<Guid> DecideAsync(Guid userId, Guid messageId, string callId, ToolDecision decision, CancellationToken ct) => scopes.UseAsync(async (IChatDb db) =>
    {
        var message = await db.LiveMessages(userId, clock.Now()).AsNoTracking().FirstOrDefaultAsync(m => m.Id == messageId, ct) ?? throw new NotFoundException("Message");
        var call = ToolCall.Of(message).FirstOrDefault(c => c.Id == callId) ?? throw new NotFoundException("Tool call");
        if (message.Status != MessageStatus.Generating || call.Status != ToolCallStatus.Asking)
        {
            throw TooLate();
        }
        db.ToolApprovals.Add(new()
        {
            MessageId = messageId,
            CallId = callId,
            SessionId = message.SessionId,
            UserId = userId,
            Tool = call.Name,
            Decision = decision,
            CreatedAt = clock.Now(),
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(ToolApproval.PrimaryKey))
        {
            throw TooLate();
        }
        signals.Raise(userId);
        return message.SessionId;
    });

    /// <summary>Whether the user has allowed all calls of this tool in this session.</summary>
    internal async Task<bool> IsAllowedAsync(ChatMessage reply, string tool, CancellationToken ct) =>
        await FindAsync(reply, tool, callId: "", ct) is ToolDecision.Session;

    /// <summary>Waits until the user has decided about a call.</summary>
    /// <returns>Null if the user has not, in <see cref="ChatSettings.ToolApprovalTimeout"/>.</returns>
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

    private static ConflictException TooLate() => new("This call does not wait for a decision any more.");

    private Task<ToolDecision?> FindAsync(ChatMessage reply, string tool, string callId, CancellationToken ct) => scopes.UseAsync((IChatDb db) =>
        db.ToolApprovals.AsNoTracking()
            .Where(a => a.UserId == reply.UserId && a.SessionId == reply.SessionId && ((a.MessageId == reply.Id && a.CallId == callId) || (a.Tool == tool && a.Decision == ToolDecision.Session)))
            .OrderByDescending(a => a.MessageId == reply.Id && a.CallId == callId)
            .Select(a => (ToolDecision?)a.Decision).FirstOrDefaultAsync(ct));
}
