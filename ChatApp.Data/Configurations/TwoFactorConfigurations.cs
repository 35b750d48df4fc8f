using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class TwoFactorSecretConfiguration : IEntityTypeConfiguration<TwoFactorSecret>
{
    public void Configure(EntityTypeBuilder<TwoFactorSecret> secret)
    {
        secret.ToTable("two_factor_secrets");
        secret.HasKey(s => s.UserId).HasName(TwoFactorSecret.PrimaryKey);
        secret.Property(s => s.UserId).ValueGeneratedNever();
        secret.HasOne<AppUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_two_factor_secrets_users_user_id");
    }
}

internal sealed class RecoveryCodeConfiguration : IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> code)
    {
        code.ToTable("recovery_codes");
        code.HasKey(c => new { c.UserId, c.Hash });
        code.Property(c => c.Hash).HasMaxLength(AccessToken.HashLength);
        code.HasOne<AppUser>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_recovery_codes_users_user_id");
    }
}
