using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Usage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class AppUserConfiguration : IEntityTypeConfiguration<AppUser>
{
    public void Configure(EntityTypeBuilder<AppUser> user)
    {
        user.Property(u => u.UserName).HasMaxLength(AppUser.UserNameMaxLength).IsRequired();
        user.Property(u => u.Email).HasMaxLength(AppUser.EmailMaxLength).IsRequired();
        user.HasIndex(u => u.NormalizedUserName).HasDatabaseName(AppUser.UserNameIndex).IsUnique();
        // Identity's own index on the e-mail address is not unique, but people sign in with it.
        user.HasIndex(u => u.NormalizedEmail).HasDatabaseName(AppUser.EmailIndex).IsUnique();
        user.HasIndex(u => u.DeletedAt).HasFilter("deleted_at IS NOT NULL");
    }
}

internal sealed class RoleConfiguration : IEntityTypeConfiguration<IdentityRole<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityRole<Guid>> role) => role.HasData(new IdentityRole<Guid>
    {
        Id = Guid.Parse("01980000-0000-7000-8000-000000000001"),
        Name = Roles.Administrator,
        NormalizedName = Roles.Administrator.ToUpperInvariant(),
        ConcurrencyStamp = "1",
    });
}

internal sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> token)
    {
        token.ToTable("access_tokens");
        token.Property(t => t.Id).ValueGeneratedNever();
        token.Property(t => t.Kind).HasMaxLength(16).HasConversion(Lowercase.Of<TokenKind>());
        token.Property(t => t.Name).HasMaxLength(AccessToken.NameMaxLength);
        token.Property(t => t.Prefix).HasMaxLength(AccessToken.PrefixLength);
        token.Property(t => t.Scopes).HasMaxLength(32).HasConversion(ScopeNames.Converter);
        token.Property(t => t.Hash).HasMaxLength(AccessToken.HashLength);
        token.Property(t => t.Address).HasMaxLength(SecurityEvent.AddressMaxLength);
        token.Property(t => t.UserAgent).HasMaxLength(SecurityEvent.UserAgentMaxLength);
        token.HasOne<AppUser>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName("fk_access_tokens_users_user_id"); // by convention it would have the name of Identity's table
        token.HasIndex(t => t.Hash, AccessToken.HashIndex).IsUnique();
        token.HasIndex(t => t.LoginId);
        token.HasIndex(t => t.UserId);
        token.HasIndex(t => t.ExpiresAt);
    }
}

internal sealed class SetupTokenConfiguration : IEntityTypeConfiguration<SetupToken>
{
    public void Configure(EntityTypeBuilder<SetupToken> token)
    {
        token.ToTable("setup_tokens");
        token.HasKey(t => t.Hash);
    }
}

internal sealed class UsageRecordConfiguration : IEntityTypeConfiguration<UsageRecord>
{
    public void Configure(EntityTypeBuilder<UsageRecord> record)
    {
        record.ToTable("usage_records");
        record.HasKey(r => new { r.UserId, r.Id });
        record.Property(r => r.Id).ValueGeneratedNever();
        record.Property(r => r.Purpose).HasMaxLength(16).HasConversion(Lowercase.Of<UsagePurpose>());
        record.Property(r => r.Provider).HasMaxLength(64);
        record.Property(r => r.Model).HasMaxLength(ChatMessage.ModelMaxLength);
        record.HasIndex(r => new { r.UserId, r.CreatedAt });
    }
}

internal sealed class UserUsageConfiguration : IEntityTypeConfiguration<UserUsage>
{
    public void Configure(EntityTypeBuilder<UserUsage> usage)
    {
        usage.ToTable("user_usage");
        usage.HasKey(u => u.UserId);
        usage.Property(u => u.UserId).ValueGeneratedNever();
    }
}

internal sealed class IdempotencyKeyConfiguration : IEntityTypeConfiguration<IdempotencyKey>
{
    public void Configure(EntityTypeBuilder<IdempotencyKey> key)
    {
        key.ToTable("idempotency_keys");
        key.HasKey(k => new { k.UserId, k.Key }).HasName(IdempotencyKey.PrimaryKey);
        key.Property(k => k.Key).HasMaxLength(IdempotencyKey.KeyMaxLength);
        key.Property(k => k.RequestHash).HasMaxLength(IdempotencyKey.HashLength);
        key.HasOne<AppUser>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
        key.HasIndex(k => k.CreatedAt);
    }
}
