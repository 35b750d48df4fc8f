using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class ChatMessageConfiguration : IEntityTypeConfiguration<ChatMessage>
{
    public void Configure(EntityTypeBuilder<ChatMessage> message)
    {
        message.ToTable("messages");
        message.HasKey(m => new { m.UserId, m.Id });
        message.Property(m => m.Id).ValueGeneratedNever();
        message.Property(m => m.Role).HasMaxLength(16).HasConversion(Lowercase.Of<MessageRole>());
        message.Property(m => m.Status).HasMaxLength(16).HasConversion(Lowercase.Of<MessageStatus>());
        message.Property(m => m.Model).HasMaxLength(ChatMessage.ModelMaxLength);
        message.Property(m => m.ToolCalls).HasColumnType("jsonb");
        message.Property(m => m.Metadata).HasColumnType("jsonb");
        message.HasOne<ChatSession>().WithMany().HasForeignKey(m => new { m.UserId, m.SessionId }).OnDelete(DeleteBehavior.Cascade);
        message.HasIndex(m => new { m.UserId, m.SessionId, m.Seq }).IsUnique();
        message.HasIndex(m => new { m.UserId, m.CreatedAt });
        // At most one reply is being generated in a session: the loser of a race gets a conflict.
        message.HasIndex(m => new { m.UserId, m.SessionId }, ChatMessage.GeneratingIndex).IsUnique().HasFilter("status = 'generating'");
    }
}

internal sealed class ToolApprovalConfiguration : IEntityTypeConfiguration<ToolApproval>
{
    public void Configure(EntityTypeBuilder<ToolApproval> approval)
    {
        approval.ToTable("tool_approvals");
        approval.HasKey(a => new { a.UserId, a.MessageId, a.CallId }).HasName(ToolApproval.PrimaryKey);
        approval.Property(a => a.CallId).HasMaxLength(ToolApproval.CallIdMaxLength);
        approval.Property(a => a.Tool).HasMaxLength(ToolApproval.ToolMaxLength);
        approval.Property(a => a.Decision).HasMaxLength(16).HasConversion(Lowercase.Of<ToolDecision>());
        approval.HasOne<ChatMessage>().WithMany().HasForeignKey(a => new { a.UserId, a.MessageId }).OnDelete(DeleteBehavior.Cascade);
        approval.HasIndex(a => new { a.UserId, a.SessionId });
    }
}

internal sealed class ReplyDeltaConfiguration : IEntityTypeConfiguration<ReplyDelta>
{
    public void Configure(EntityTypeBuilder<ReplyDelta> delta)
    {
        delta.ToTable("reply_deltas");
        delta.HasKey(d => new { d.UserId, d.MessageId, d.Position });
        delta.HasOne<ChatMessage>().WithMany().HasForeignKey(d => new { d.UserId, d.MessageId }).OnDelete(DeleteBehavior.Cascade);
    }
}
