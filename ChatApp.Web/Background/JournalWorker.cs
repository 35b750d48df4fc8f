using ChatApp.Domain.Chat;

namespace ChatApp.Web.Background;

/// <summary>Keeps the journal of the answers written here.</summary>
public sealed class JournalWorker(JournalWriter writer, TimeProvider clock, ILogger<JournalWorker> log) : RepeatedWork(clock, log)
{
    protected override async Task<TimeSpan> DoAsync(CancellationToken ct)
    {
        await writer.RunAsync(ct);
        return TimeSpan.Zero;
    }
}
