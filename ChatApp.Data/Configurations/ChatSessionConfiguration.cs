using ChatApp.Data.Accounts;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class ChatSessionConfiguration : IEntityTypeConfiguration<ChatSession>
{
    public void Configure(EntityTypeBuilder<ChatSession> session)
    {
        session.ToTable("chat_sessions");
        session.HasKey(s => new { s.UserId, s.Id });
        session.Property(s => s.Id).ValueGeneratedNever();
        session.Property(s => s.ThreadId).HasMaxLength(ChatSession.ThreadIdMaxLength);
        session.Property(s => s.Title).HasMaxLength(ChatSession.TitleMaxLength);
        session.Property(s => s.Model).HasMaxLength(ChatMessage.ModelMaxLength);
        session.Property(s => s.Persona).HasMaxLength(PersonaCatalog.KeyMaxLength);
        session.Property(s => s.Metadata).HasColumnType("jsonb");
        session.Property(s => s.Version).IsRowVersion(); // xmin
        session.HasOne<AppUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        session.HasIndex(s => new { s.UserId, s.ThreadId }, ChatSession.ThreadIdIndex).IsUnique().HasFilter("deleted_at IS NULL");
        // One for the list and the archive, one for the trash, both in keyset order.
        session.HasIndex(s => new { s.UserId, s.Archived, s.LastActivityAt, s.Id }, "ix_chat_sessions_live")
            .IsDescending(false, false, true, true).HasFilter("deleted_at IS NULL");
        session.HasIndex(s => new { s.UserId, s.LastActivityAt, s.Id }, "ix_chat_sessions_trash")
            .IsDescending(false, true, true).HasFilter("deleted_at IS NOT NULL");
        // For the clean-up, which searches all users' sessions.
        session.HasIndex(s => s.ExpiresAt).HasFilter("expires_at IS NOT NULL");
        session.HasIndex(s => s.DeletedAt).HasFilter("deleted_at IS NOT NULL");
    }
}
