using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Data.Security;
using ChatApp.Domain;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.ToolCommands;
using ChatApp.Domain.Usage;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data;

/// <summary>All tables: the app's own, with one configuration per entity, and Identity's.</summary>
public sealed class ChatDbContext(DbContextOptions<ChatDbContext> options)
    : IdentityDbContext<AppUser, IdentityRole<Guid>, Guid>(options), IChatDb
{
    public DbSet<ChatSession> Sessions => Set<ChatSession>();

    public DbSet<ChatMessage> Messages => Set<ChatMessage>();

    public DbSet<ReplyDelta> ReplyDeltas => Set<ReplyDelta>();

    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    public DbSet<UsageRecord> UsageRecords => Set<UsageRecord>();

    public DbSet<UserUsage> UserUsage => Set<UserUsage>();

    public DbSet<ToolApproval> ToolApprovals => Set<ToolApproval>();

    public DbSet<CommandApproval> CommandApprovals => Set<CommandApproval>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<AttemptLimit> AttemptLimits => Set<AttemptLimit>();

    public DbSet<TwoFactorSecret> TwoFactorSecrets => Set<TwoFactorSecret>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<SetupToken> SetupTokens => Set<SetupToken>();

    /// <summary>The security log, which is only added to.</summary>
    public DbSet<SecurityEvent> SecurityEvents => Set<SecurityEvent>();

    /// <summary>The keys that protect cookies and antiforgery tokens, shared by all instances.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public void ForgetChanges() => ChangeTracker.Clear();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(ChatDbContext).Assembly);
        builder.UseSnakeCase();
    }
}
