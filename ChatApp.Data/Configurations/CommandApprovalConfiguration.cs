using ChatApp.Data.Accounts;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.ToolCommands;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class CommandApprovalConfiguration : IEntityTypeConfiguration<CommandApproval>
{
    public void Configure(EntityTypeBuilder<CommandApproval> approval)
    {
        approval.ToTable("command_approvals");
        approval.HasKey(a => new { a.UserId, a.Id });
        approval.Property(a => a.Id).ValueGeneratedNever();
        approval.Property(a => a.Hash).HasMaxLength(CommandApproval.HashLength);
        approval.Property(a => a.Tool).HasMaxLength(ToolApproval.ToolMaxLength);
        approval.HasOne<AppUser>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName("fk_command_approvals_users_user_id");
        approval.HasIndex(a => new { a.UserId, a.Hash }, CommandApproval.HashIndex).IsUnique();
        approval.HasIndex(a => a.ExpiresAt); // for the clean-up, which searches all users'
    }
}
