using ChatApp.Data.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class SecurityEventConfiguration : IEntityTypeConfiguration<SecurityEvent>
{
    public void Configure(EntityTypeBuilder<SecurityEvent> entry)
    {
        entry.ToTable("security_events");
        entry.Property(e => e.Id).ValueGeneratedNever();
        entry.Property(e => e.Kind).HasMaxLength(SecurityEvent.NameMaxLength);
        entry.Property(e => e.Result).HasMaxLength(SecurityEvent.NameMaxLength);
        entry.Property(e => e.Address).HasMaxLength(SecurityEvent.AddressMaxLength);
        entry.Property(e => e.UserAgent).HasMaxLength(SecurityEvent.UserAgentMaxLength);
        entry.Property(e => e.Detail).HasMaxLength(SecurityEvent.DetailMaxLength);
        // All in keyset order. The one by actor is also for erasing a deleted account.
        entry.HasIndex(e => new { e.CreatedAt, e.Id }).IsDescending();
        entry.HasIndex(e => new { e.Kind, e.CreatedAt, e.Id }).IsDescending(false, true, true);
        entry.HasIndex(e => new { e.SubjectId, e.CreatedAt, e.Id }).IsDescending(false, true, true);
        entry.HasIndex(e => new { e.ActorId, e.CreatedAt, e.Id }).IsDescending(false, true, true);
    }
}
