using ChatApp.Data.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatApp.Data.Configurations;

internal sealed class AttemptLimitConfiguration : IEntityTypeConfiguration<AttemptLimit>
{
    public void Configure(EntityTypeBuilder<AttemptLimit> limit)
    {
        limit.ToTable("attempt_limits");
        limit.HasKey(a => new { a.Subject, a.Source });
        limit.Property(a => a.Source).HasMaxLength(AttemptLimit.SourceMaxLength);
        limit.HasIndex(a => a.UpdatedAt);
    }
}
