using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.ToolCommands;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace ChatApp.Domain;

/// <summary>The database as the services see it: EF Core's sets. There is no repository over it.</summary>
public interface IChatDb
{
    DbSet<ChatSession> Sessions { get; }

    DbSet<ChatMessage> Messages { get; }

    /// <summary>The journal of generating replies.</summary>
    DbSet<ReplyDelta> ReplyDeltas { get; }

    DbSet<IdempotencyKey> IdempotencyKeys { get; }

    /// <summary>The ledger: a row for each call to a provider.</summary>
    DbSet<UsageRecord> UsageRecords { get; }

    /// <summary>Each user's totals, always equal to the ledger's sums.</summary>
    DbSet<UserUsage> UserUsage { get; }

    /// <summary>Users' decisions about tool calls.</summary>
    DbSet<ToolApproval> ToolApprovals { get; }

    /// <summary>Tool calls of commands that wait for approval.</summary>
    DbSet<CommandApproval> CommandApprovals { get; }

    DatabaseFacade Database { get; }

    /// <summary>Discards added and changed entities that could not be saved.</summary>
    void ForgetChanges();

    Task<int> SaveChangesAsync(CancellationToken cancellationToken = default);
}
