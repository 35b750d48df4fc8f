using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.ToolCommands;

/// <summary>Users' approval of tool calls that they send as commands, outside of any chat.</summary>
public sealed class CommandApprovals(IChatDb db, TimeProvider clock)
{
    /// <summary>Uses up the user's approval of a call, which may then run once.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="tool">The tool's name, as models know it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="ApprovalRequiredException">The user has not approved it.</exception>
    /// <exception cref="ConflictException">Too many other calls wait.</exception>
    public async Task UseAsync(Guid userId, string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken ct)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { tool, arguments }));
        var now = clock.Now();
        // A single statement, so that of two requests at the same time only one runs the call.
        if (await db.CommandApprovals.Where(a => a.UserId == userId && a.Hash == hash && a.ApprovedAt != null && a.ExpiresAt > now).ExecuteDeleteAsync(ct) == 0)
        {
            var waiting = await FindAsync(userId, hash, ct) ?? await AddAsync(userId, tool, hash, ct);
            throw new ApprovalRequiredException(waiting.Id, waiting.ExpiresAt);
        }
    }

    /// <summary>Approves a call, or denies it: then it is as if it had never been sent.</summary>
    /// <returns>The tool's name.</returns>
    /// <exception cref="NotFoundException">The user has no such pending call.</exception>
    public async Task<string> DecideAsync(Guid userId, Guid id, bool isApproved, CancellationToken ct)
    {
        var now = clock.Now();
        var pending = db.CommandApprovals.Where(a => a.UserId == userId && a.Id == id && a.ApprovedAt == null && a.ExpiresAt > now);
        var tool = await pending.Select(a => a.Tool).FirstOrDefaultAsync(ct);
        var changed = tool is null ? 0
            : isApproved ? await pending.ExecuteUpdateAsync(a => a.SetProperty(x => x.ApprovedAt, now), ct)
            : await pending.ExecuteDeleteAsync(ct);
        return changed == 1 ? tool! : throw new NotFoundException("Tool call");
    }

    private Task<CommandApproval?> FindAsync(Guid userId, byte[] hash, CancellationToken ct)
    {
        var now = clock.Now();
        return db.CommandApprovals.AsNoTracking().FirstOrDefaultAsync(a => a.UserId == userId && a.Hash == hash && a.ExpiresAt > now, ct);
    }

    private async Task<CommandApproval> AddAsync(Guid userId, string tool, byte[] hash, CancellationToken ct)
    {
        var now = clock.Now();
        await db.CommandApprovals.Where(a => a.UserId == userId && a.ExpiresAt <= now).ExecuteDeleteAsync(ct);
        if (await db.CommandApprovals.CountAsync(a => a.UserId == userId, ct) >= CommandApproval.MaxPerUser)
        {
            throw new ConflictException("Too many tool calls wait for your approval. Decide about them first.");
        }
        var added = new CommandApproval
        {
            UserId = userId,
            Id = Guid.CreateVersion7(now),
            Hash = hash,
            Tool = tool,
            ExpiresAt = now + CommandApproval.Lifetime,
        };
        db.CommandApprovals.Add(added);
        try
        {
            await db.SaveChangesAsync(ct);
            return added;
        }
        catch (DbUpdateException e) when (e.Violates(CommandApproval.HashIndex))
        {
            db.ForgetChanges();
            return await FindAsync(userId, hash, ct) ?? throw new ConflictException("The same call was sent at the same time. Send it again.");
        }
    }
}
